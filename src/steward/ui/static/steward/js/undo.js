// Five seconds in which what was done can be undone: a notice with a button, and the key Z. An answer is held by the server
// for as long, so it is sent whatever becomes of this browser.
import { beginWriting } from "./beginning.js";
import { notify } from "./notifying.js";
import { countChange, csrf, underWay, within } from "./shared.js";
import { keepingList, rows } from "./walking.js";

const OFFERED = 5000;
const PATIENCE = 20_000; // ms, for an answer
const LEFT = "steward.left"; // what a page says to the one that comes after it

const toasts = document.getElementById("toasts");
let offered = null;

new MutationObserver((changes) => {
  for (const toast of changes.flatMap((change) => [...change.addedNodes])) if (toast.matches?.(".toast[data-undo]")) offer(toast);
}).observe(toasts, { childList: true });

/** The newest offer is the one that stands. It waits while somebody is at it. */
function offer(toast, until = Date.now() + OFFERED) {
  offered?.remove();
  offered = toast;
  const end = setInterval(() => {
    const isHeld = toast.matches(":hover, :focus-within") && !toast.dataset.send;
    if (toast.isConnected && (Date.now() < until || isHeld)) return;
    clearInterval(end);
    withdraw(toast);
  }, 200);
}

function withdraw(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (offered === toast) offered = null;
  if (hadFocus) document.getElementById("main")?.focus();
}

toasts.addEventListener("click", (event) => {
  if (event.target.closest("[data-undo-button]")) undo();
});

/** Undo what was done last; nothing when that is too long ago, or when it was refused and `earlier` is what is on offer. */
export async function undo(earlier = null) {
  const toast = offered;
  // What shows already, and has no answer yet, is what is meant.
  if (underWay.size) return void addEventListener("exchange:end", () => setTimeout(() => undo(toast), 50), { once: true });
  if (!toast || toast === earlier) return;
  withdraw(toast);
  countChange();
  const body = new FormData();
  if (toast.dataset.event) body.append("event", toast.dataset.event);
  try {
    const asked = { method: "POST", headers: { "X-CSRFToken": csrf() }, body };
    const response = await within(PATIENCE, (signal) => fetch(toast.dataset.undo, { ...asked, signal }));
    if (response.redirected) return location.reload();
    if (response.status === 409) return notify((await response.json()).words);
    if (!response.ok) return notify(toasts.dataset.refused);
    if (toast.dataset.send) return goBack(await response.json());
    show(await response.text(), toast.dataset.undo);
  } catch {
    // Nothing was heard: whether it was undone shows when the connection is back.
    notify(toasts.dataset.offline);
  }
}

function show(html, url) {
  countChange();
  notify(toasts.dataset.undone);
  const code = document.getElementById("ticket")?.dataset.code;
  // One may have gone on to another ticket meanwhile.
  if (code && url.includes(`/${code}/`)) {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    for (const id of ["ticket-head", "ticket-tags"]) {
      const [old, newer] = [document.getElementById(id), fresh.getElementById(id)];
      if (!old || !newer) continue;
      old.replaceWith(document.adoptNode(newer));
    }
  }
  dispatchEvent(new Event("steward:changed"));
}

export const placeOfOpen = () => rows().findIndex((row) => row.hasAttribute("aria-current"));

/** An answer was sent: the page that comes next offers to take it back, and goes on from the same `place` in the list. */
export function leaveOffer(id, place) {
  leave({ id, place, until: Date.now() + OFFERED });
}

/** A ticket was changed: the page that comes next offers to undo it. */
export function leaveChange() {
  const toast = toasts.querySelector(".toast[data-undo]");
  if (!toast) return;
  const { undo: url, event } = toast.dataset;
  leave({ url, event, text: toast.querySelector("span").textContent, until: Date.now() + OFFERED });
}

function goBack({ words, url }) {
  leave({ words });
  location.assign(keepingList(new URL(url, location.href)));
}

function leave(said) {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify(said));
  } catch {
    // Storage is barred: the answer goes out, which is what was asked for.
  }
}

function arrive() {
  const { id, url, event, text, place, until, words } = JSON.parse(sessionStorage.getItem(LEFT) ?? "{}");
  sessionStorage.removeItem(LEFT);
  if (words) {
    notify(words);
    customElements.whenDefined("steward-composer").then(() => beginWriting("reply"));
  }
  if (!(id || url) || Date.now() > until) return;
  const toast = toasts.querySelector("template").content.querySelector("[data-undo]").cloneNode(true);
  toast.querySelector("span").textContent = text ?? toasts.dataset.sent;
  const takeBack = () => ({ undo: toasts.dataset.takeBack.replace("00000000-0000-0000-0000-000000000000", id), send: "true" });
  Object.assign(toast.dataset, id ? takeBack() : { undo: url, event });
  toasts.append(toast);
  if (url) return;
  // Hands on a keyboard go on from the row of what was answered, or from the one that took its place.
  const all = rows();
  const row = all[placeOfOpen()] ?? all[Math.min(Math.max(place, 0), all.length - 1)];
  if (row?.checkVisibility() && document.activeElement === document.body) row.focus({ preventScroll: false });
}

arrive();
