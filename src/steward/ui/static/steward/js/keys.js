// One key for each thing one does all day. Never while typing, never with a modifier, never in a menu or dialog.
import { pressAndGoOn } from "./afterwards.js";
import { beginWriting } from "./beginning.js";
import { enter } from "./menu.js";
import { postpone } from "./palette-acts.js";
import { undo } from "./undo.js";
import { openRow, walk } from "./walking.js";

const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());

function press(key) {
  const button = visible(`[data-key="${key}"]`);
  button?.click();
  const menu = document.getElementById(button?.getAttribute("popovertarget") ?? "");
  if (menu?.matches(":popover-open")) enter(menu);
}

const actions = {
  j: () => walk(1)?.focus(),
  k: () => walk(-1)?.focus(),
  "]": () => openRow(walk(1, true)),
  "[": () => openRow(walk(-1, true)),
  r: () => beginWriting("reply"),
  n: () => beginWriting("note"),
  e: () => press("e"),
  E: resolveAndGoOn,
  s: () => press("s"),
  a: () => press("a"),
  t: () => press("t"),
  d: () => press("d"),
  h: postpone,
  m: takeIt,
  u: back,
  z: undo,
  "#": () => document.querySelector('#status-menu [name="status"][value="deleted"]:not([aria-current])')?.click(),
  c: () => document.querySelector('[data-key="c"]')?.click(),
  "/": search,
  "?": () => document.getElementById("keys").showModal(),
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target) && !event.defaultPrevented) leaveField(event.target);
  if (isModified(event) || event.defaultPrevented || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if (isTyping(event.target) || document.querySelector("dialog[open], [data-menu]:popover-open")) return;
  const act = actions[event.key] ?? (event.shiftKey ? null : actions[event.key.toLowerCase()]);
  if (!act) return;
  event.preventDefault();
  act();
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-walk]");
  if (button) walk(Number(button.dataset.walk), true)?.click();
});

// On some keyboards # and [ are typed with the right Alt, which counts as Control and Alt.
function isModified(event) {
  if (event.getModifierState("AltGraph")) return /[a-z]/i.test(event.key);
  return event.ctrlKey || event.metaKey || event.altKey;
}

function isTyping(element) {
  return element.isContentEditable || element.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
}

/** Out of a field, to where one came from: the row of the open ticket, or what the page is about. */
function leaveField(field) {
  if (field.closest("dialog, [popover]")) return;
  field.blur();
  const row = document.querySelector("#rows [aria-current]");
  if (field.closest("steward-composer") && row?.checkVisibility()) row.focus({ preventScroll: true });
}

function resolveAndGoOn() {
  const button = visible('[data-key="e"]');
  if (button) pressAndGoOn(button);
}

function takeIt() {
  const { me } = document.getElementById("live")?.dataset ?? {};
  document.querySelector(`#assign-menu [name="assignee"][value="${me}"]:not([aria-current])`)?.click();
}

/** To the row of the open ticket; where the list is a page of its own, to that page. */
function back() {
  const row = document.querySelector("#rows [aria-current]");
  if (row?.checkVisibility()) return row.focus();
  const link = visible(".bar-back") ?? document.querySelector(".rail-link");
  link?.click();
}

function search() {
  const field = visible("[data-search], #search-field");
  if (field) field.focus();
  else document.querySelector('[data-key="/"]')?.click();
}
