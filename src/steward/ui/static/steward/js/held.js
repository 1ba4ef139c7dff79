// What was pressed too soon is held, and happens in its order when what it was meant for is there: the scripts of the first
// touch, a ticket that is on its way, the page that comes after an answer was sent. Nothing is lost, and nothing hits what one
// is about to leave.
import { enter } from "./menu.js";

const PRESSED = "steward.pressed"; // what a page leaves to the one that comes after it
const FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true]";
const ALSO = ["Enter", "Escape", "Backspace", "ArrowDown", "ArrowUp"];
const FRESH = 10_000; // ms

const kept = [];
const awaited = new Map(); // what is on its way -> the element whose fields wait for it, too

/** From now on keys wait for `what`: those in the fields of `place`, and those that are in no field. */
export function awaitFor(what, place = null) {
  awaited.set(what, place);
}

/** `what` is there, or will not come: then keys that were meant for it are forgotten, unless they `still` have a meaning. */
export function arrived(what, still = true) {
  if (!awaited.delete(what)) return;
  if (!still && !awaited.size) kept.length = 0;
  goOn();
}

/** Let `events` happen, after those that the page before this one has left. */
export function happen(events) {
  kept.unshift(...left());
  kept.push(...events.map(pressed));
  goOn();
}

function goOn() {
  while (kept.length && !awaited.size) {
    const { type, target, submitter, ...key } = kept.shift();
    // Not by click(): what was pressed may be the picture in a button, which has none.
    if (type === "click") click(target);
    else if (type === "submit") target.requestSubmit(submitter);
    else press(document.activeElement ?? document.body, key);
  }
}

/** What is typed next is meant for the menu that this opens, which tells later that it is open. */
function click(target) {
  target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  const menu = target.closest("[popovertarget]")?.popoverTargetElement;
  if (menu?.matches("[data-menu]:popover-open")) enter(menu);
}

function pressed(event) {
  const { type, target, submitter, key, shiftKey, ctrlKey, altKey, metaKey } = event;
  const modifierAltGraph = event.getModifierState?.("AltGraph");
  return { type, target, submitter, key, shiftKey, ctrlKey, altKey, metaKey, modifierAltGraph };
}

/** A key that came too soon. Where the one before it led into a field, it is typed there. */
function press(here, key) {
  const isModified = !key.modifierAltGraph && (key.ctrlKey || key.metaKey);
  const isField = here.matches(FIELDS);
  if (isField && key.key.length === 1 && !isModified) return document.execCommand("insertText", false, key.key);
  const isFree = here.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true }));
  if (isFree && !isModified) native(here, key.key, isField);
}

/** What browsers do by themselves with a key that somebody pressed. */
function native(here, key, isField) {
  if (key === "Escape") document.querySelector("dialog[open]")?.close(), document.querySelector(":popover-open")?.hidePopover();
  else if (key === "Backspace" && isField) document.execCommand("delete");
  else if (key === "Enter" && here.matches("[contenteditable], textarea")) document.execCommand("insertParagraph");
  else if (key === "Enter" && isField) here.form?.requestSubmit();
  else if ((key === "Enter" || key === " ") && here.matches("a[href], button")) here.click();
}

addEventListener(
  "keydown",
  (event) => {
    if (!event.isTrusted || !awaited.size || !isHeld(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push(pressed(event));
  },
  true,
);

function isHeld(event) {
  const { target, key } = event;
  if (event.isComposing) return false;
  if (target.closest?.(FIELDS) && ![...awaited.values()].some((place) => place?.contains(target))) return false;
  const isAltGraph = event.getModifierState("AltGraph");
  if (event.altKey && !isAltGraph) return false;
  const isField = Boolean(target.closest?.(FIELDS));
  if (!isAltGraph && (event.ctrlKey || event.metaKey)) return key.toLowerCase() === "k" || (key === "Enter" && !isField);
  // One may walk on in the list meanwhile, and open another row.
  return kept.length || isField ? key.length === 1 || ALSO.includes(key) : key.length === 1 && !" jk".includes(key);
}

/** What the page before this one has left, if that was just now. */
function left() {
  const { at, keys } = JSON.parse(sessionStorage.getItem(PRESSED) ?? "{}");
  sessionStorage.removeItem(PRESSED);
  return Date.now() - at < FRESH ? keys : [];
}

addEventListener("pagehide", () => {
  const keys = kept.splice(0).filter(({ type }) => type === "keydown");
  awaited.clear();
  if (!keys.length) return;
  try {
    sessionStorage.setItem(PRESSED, JSON.stringify({ at: Date.now(), keys: keys.map(({ target, ...key }) => key) }));
  } catch {
    // Storage is full or barred: they are pressed again.
  }
});
addEventListener("steward:signed-out", () => sessionStorage.removeItem(PRESSED));

// A ticket is on its way: what is pressed now is meant for it. It may have brought the first composer of this page.
const COMPOSER = 3000; // ms to wait for its script; then one writes plain text
const isTicket = ({ isPost, target }) => !isPost && target === "#ticket";
let came = null;

addEventListener("exchange:begin", ({ detail }) => isTicket(detail) && awaitFor(detail));
addEventListener("exchange:swapped", ({ detail: { target } }) => target.id === "ticket" && (came = document.getElementById("ticket")));
addEventListener("exchange:end", async ({ detail }) => {
  if (!isTicket(detail)) return;
  const isHere = came?.isConnected;
  came = null;
  if (isHere) await composer();
  arrived(detail, isHere);
});

/** Resolves when a composer that stands here is one. */
export function composer() {
  const defined = customElements.whenDefined("steward-composer");
  const isComing = document.querySelector("steward-composer:not(:defined)");
  return isComing ? Promise.race([defined, new Promise((resolve) => setTimeout(resolve, COMPOSER))]) : null;
}
