// What happened elsewhere shows here: the stream says that something did, and `news.js` does what is to be done.
import "./live-ages.js";
import { share } from "./live-sharing.js";

const place = document.getElementById("live");
const AGAIN = 30_000;
const QUIET = 4000; // a connection lost for less is no news

let coming = null;

/** Do `what` with the module for news. Where it cannot be loaded, the page says that it is not up to date. */
function withNews(what) {
  coming ??= import("./news.js").then(({ begin }) => begin(link));
  coming.then(what, () => {
    coming = null;
    document.querySelector(".list-trouble")?.removeAttribute("hidden");
    setTimeout(withNews, AGAIN, (news) => news.refresh());
  });
}

function hear(message) {
  if (message.state) place.dataset.state = message.state;
  // As long as nothing happened there is nothing to do.
  if (coming || isNews(message)) withNews((news) => news.take(message));
}

/** Whether more has happened than the page shows, the connection is lost, or somebody else is here. */
function isNews({ type, state, position, present = {} }) {
  const isAnybody = Object.values(present).some((at) => at.looking.some((id) => id !== place.dataset.me));
  return type === "reset" || state === "lost" || state === "out" || position > place.dataset.position || isAnybody;
}

// An error page shows nothing that changes.
const link = place && share({ name: `steward-live ${place.dataset.me}`, worker: place.dataset.worker }, hear);
if (link) {
  setTimeout(() => place.dataset.state === "live" || withNews((news) => news.stand(place.dataset.state)), QUIET);
  addEventListener("steward:changed", () => withNews((news) => news.refresh()));
  // Notices were read here, or in another tab.
  const bells = new BroadcastChannel(`steward-bell ${place.dataset.me}`);
  const ring = () => withNews((news) => news.ring());
  bells.addEventListener("message", ring);
  addEventListener("steward:read", () => (bells.postMessage("read"), ring()));
  if (document.getElementById("notices")) bells.postMessage("read");
  addEventListener("pagehide", () => link.send({ type: "leave" }));
  addEventListener("pageshow", (event) => event.persisted && withNews((news) => news.comeBack()));
  link.send({ type: "join", url: new URL(place.dataset.url, location.href).href, position: Number(place.dataset.position) });
}
