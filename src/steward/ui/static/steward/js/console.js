// What a page of the console has from the start. The rest comes when it is wanted: `hands.js` with the first touch of the
// page, `news.js` when something happened elsewhere, `writing.js` when somebody writes.
import "./page.js";
import "./touching.js";
import "./live.js";

// What only some pages have, also where a piece that has it comes later.
const FURNITURE = {
  "steward-composer": () => import("./composer.js"),
  "steward-mail-frame": () => import("./mail-frame.js"),
  "[data-presence-url]": () => import("./live-beats.js"),
  "[data-fresh-url]": () => import("./fresh-numbers.js"),
};

function furnish() {
  for (const [selector, load] of Object.entries(FURNITURE)) if (document.querySelector(selector)) load().catch(console.info);
}

addEventListener("exchange:swapped", furnish);
furnish();

// Who signs out in one tab has signed out in all: what they keep goes, and their pages are loaded anew.
const tabs = new BroadcastChannel("steward.session");
addEventListener("steward:signed-out", ({ detail }) => detail === "here" && tabs.postMessage(""));
tabs.onmessage = () => {
  dispatchEvent(new CustomEvent("steward:signed-out"));
  location.reload();
};

// Going back to a page of which a piece was exchanged since.
addEventListener("popstate", (event) => event.state?.exchanged && location.reload());
