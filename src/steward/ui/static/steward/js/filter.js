// A menu with a field: typing narrows its items, and Enter takes the first. What is not there can be made.

import { nameOf } from "./menu.js";

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/^#/, "").trim();

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-menu] [data-filter]")) return;
  const menu = event.target.closest("[data-menu]");
  const typed = plain(event.target.value);
  let exact = false;
  for (const item of menu.querySelectorAll(".menu-item:not([data-make])")) {
    const name = plain(nameOf(item));
    item.hidden = !name.includes(typed);
    exact ||= name === typed;
  }
  offer(menu.querySelector("[data-make]"), event.target.value.trim().replace(/^#/, ""), typed && !exact);
  markFirst(menu, typed);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-menu] [data-filter]")) return;
  const items = [...event.target.closest("[data-menu]").querySelectorAll(".menu-item:not([hidden])")];
  if (event.key === "ArrowDown") items[0]?.focus();
  else if (event.key === "Enter") (event.target.value.trim() ? items[0] : null)?.click();
  else return;
  event.preventDefault();
});

// The items of such a menu come when it is opened; then one types.
document.addEventListener("exchange:swapped", (event) => {
  if (event.detail.target.matches("[data-menu]:popover-open")) event.detail.target.querySelector("[data-filter]")?.focus();
});

/** Show what Enter takes. */
function markFirst(menu, typed) {
  for (const item of menu.querySelectorAll("[data-first]")) item.removeAttribute("data-first");
  if (typed) menu.querySelector(".menu-item:not([hidden])")?.setAttribute("data-first", "");
}

// A menu that opens again shows everything.
document.addEventListener(
  "toggle",
  (event) => {
    const field = event.target.querySelector?.("[data-filter]");
    if (event.newState !== "open" || !field?.value) return;
    if ("kept" in field.dataset) return void delete field.dataset.kept;
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
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
