// One key for each thing one does all day. Never while typing, never with a modifier.

const rows = () => [...document.querySelectorAll("#rows .row")];
const composer = () => document.querySelector("steward-composer");
const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());

const actions = {
  j: () => walk(1)?.focus(),
  k: () => walk(-1)?.focus(),
  r: () => composer()?.start?.("reply"),
  n: () => composer()?.start?.("note"),
  e: () => visible('[data-key="e"]')?.click(),
  s: () => visible('[data-key="s"]')?.click(),
  a: () => visible('[data-key="a"]')?.click(),
  d: () => visible('[data-key="d"]')?.click(),
  c: () => document.querySelector('[data-key="c"]')?.click(),
  "/": search,
  "?": () => document.getElementById("keys").showModal(),
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open], [data-menu]:popover-open")) return;
  const act = actions[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

addEventListener("click", (event) => {
  const button = event.target.closest("[data-walk]");
  if (button) walk(Number(button.dataset.walk), true)?.click();
});

function isTyping(element) {
  return element.isContentEditable || element.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
}

/** The row `step` away from the focused one, or from the open one. */
function walk(step, fromOpen = false) {
  const all = rows();
  const open = all.findIndex((row) => row.hasAttribute("aria-current"));
  const focused = fromOpen ? -1 : all.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : open;
  if (here < 0) return all[0];
  return all[Math.min(Math.max(here + step, 0), all.length - 1)];
}

function search() {
  const field = visible("[data-search], #search-field");
  if (field) field.focus();
  else document.querySelector('[data-key="/"]')?.click();
}
