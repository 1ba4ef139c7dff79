// A menu with a field: typing narrows its items, and Enter takes the first. What is not there can be made.

import { fold } from "./folding.js";
import { nameOf } from "./menu.js";

const plain = (text) => fold(text).replace(/^#/, "").trim();

const waiting = new WeakSet(); // menus in which Enter was pressed before their items were there

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-menu] [data-filter]")) narrow(event.target);
});

function narrow(field) {
  const menu = field.closest("[data-menu]");
  const typed = plain(field.value);
  let exact = false;
  for (const item of menu.querySelectorAll(".menu-item:not([data-make])")) {
    const name = plain(nameOf(item));
    item.hidden = !name.includes(typed);
    exact ||= name === typed;
  }
  offer(menu.querySelector("[data-make]"), field.value.trim().replace(/^#/, ""), typed && !exact);
  markFirst(menu, typed);
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-menu] [data-filter]")) return;
  const menu = event.target.closest("[data-menu]");
  if (event.key === "ArrowDown") shown(menu)[0]?.focus();
  else if (event.key === "Enter") take(menu, event.target);
  else return;
  event.preventDefault();
});

const shown = (menu) => [...menu.querySelectorAll(".menu-item:not([hidden])")];

/** Enter takes the first of what is left; where the items are still to come, it waits for them. */
function take(menu, field) {
  if (!field.value.trim()) return;
  if (document.querySelector(`[popovertarget="${menu.id}"][data-asking]`)) waiting.add(menu);
  else shown(menu)[0]?.click();
}

// The items of some menus come when these are opened. Who types fast has narrowed them by then, and chosen.
document.addEventListener("exchange:swapped", ({ detail: { target } }) => {
  const menu = target.closest("[data-menu]:popover-open");
  const field = menu?.querySelector("[data-filter]");
  if (!field) return;
  narrow(field);
  if (waiting.delete(menu)) shown(menu)[0]?.click();
});

/** Show what Enter takes. */
function markFirst(menu, typed) {
  for (const item of menu.querySelectorAll("[data-first]")) item.removeAttribute("data-first");
  if (typed) menu.querySelector(".menu-item:not([hidden])")?.setAttribute("data-first", "");
}

// A menu that opens again shows everything. Before it opens: the event that it is open comes later than what is typed into it.
document.addEventListener(
  "beforetoggle",
  (event) => {
    const field = event.target.querySelector?.("[data-menu] [data-filter]");
    waiting.delete(event.target);
    if (event.newState !== "open" || !field?.value) return;
    field.value = "";
    narrow(field);
  },
  true,
);

function offer(make, name, isNew) {
  if (!make) return;
  make.hidden = !isNew;
  make.value = name;
  const label = make.querySelector("span");
  make.dataset.text ??= label.textContent;
  label.textContent = make.dataset.text.replace("%s", name);
}
