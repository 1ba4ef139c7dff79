// The one script of the outbox pages.
import "./page.js";

// A folder tells nobody of what is put into it: one looks.
const LOOK = 3000;
let mails = null;

async function look() {
  const { Freshness } = await import("./live-freshness.js");
  mails ??= new Freshness("[data-live-url]", () => {});
  mails.spoil();
}

setInterval(() => look().catch(console.info), LOOK); // the server may be gone for a moment
document.addEventListener("visibilitychange", () => document.hidden || mails?.look());
if (document.querySelector("steward-mail-frame")) import("./mail-frame.js");
