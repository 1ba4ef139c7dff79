// The first touch has brought the scripts for it: what opens gets its looks, and what was pressed meanwhile happens.
import { composer, happen } from "./held.js";

/** `kept` are the events that were held back; `stop()` ends that. */
export async function begin(kept, stop) {
  await Promise.all([composer(), ...[...document.querySelectorAll("link[data-later]")].map(dress)]);
  stop();
  document.documentElement.dataset.hands = "";
  dispatchEvent(new Event("steward:touched"));
  happen(kept.splice(0));
}

/** Put a sheet in force. Resolves when it is; without it one works on, if less prettily. */
function dress(link) {
  link.rel = "stylesheet";
  return new Promise((resolve) => ["load", "error"].forEach((name) => link.addEventListener(name, resolve, { once: true })));
}
