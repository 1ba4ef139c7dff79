// Telling others that we are here: looking at this ticket, or writing in it.
import { csrf, randomName } from "./shared.js";

const BEAT = 12_000; // the server forgets after 30 seconds
const WRITING = 10_000; // since the last key

const tab = randomName();
let told = null; // what the server knows of this tab: { url, doing }
let typedAt = 0;
let timer = 0;

function doing() {
  return Date.now() - typedAt < WRITING ? "writing" : "looking";
}

/** Tell the server what this tab shows; with `isBeat` also when that is no news. */
function tell(isBeat = false) {
  clearTimeout(timer);
  const url = document.hidden ? null : (document.getElementById("ticket")?.dataset.presenceUrl ?? null);
  const now = url && { url, doing: doing() };
  if (!now) leave();
  else if (isBeat || told?.url !== now.url || told.doing !== now.doing) {
    told = now;
    // What does not arrive is told again by the next beat.
    fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf() }, body: form(now.doing) })
      .then((response) => response.headers.has("X-Notices") && dispatchEvent(new Event("steward:read")))
      .catch(() => {});
  }
  if (now) timer = setTimeout(() => tell(true), now.doing === "writing" ? WRITING : BEAT);
}

function leave() {
  if (!told) return;
  navigator.sendBeacon(told.url, form("left"));
  told = null;
}

function form(does) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ tab, doing: does, csrfmiddlewaretoken: csrf() })) body.append(name, value);
  return body;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#ticket steward-composer")) return;
  typedAt = Date.now();
  if (told?.doing !== "writing") tell();
});
document.addEventListener("visibilitychange", () => tell());
addEventListener("pagehide", leave);
addEventListener("pageshow", () => tell());
addEventListener("exchange:swapped", () => tell());
tell();
