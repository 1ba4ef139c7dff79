// Menus are popovers and open by themselves; this adds what hands on a keyboard expect: arrows, first letters, one open way in.

const items = (menu) => [...menu.querySelectorAll(".menu-item:not(:disabled, [hidden])")];

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("[data-menu]")) return;
    document.querySelector(`[popovertarget="${event.target.id}"]`)?.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState === "open" && !event.target.contains(document.activeElement)) enter(event.target);
  },
  true,
);

/** Put the focus into an open menu. The event that it is open comes later than the next key of who types fast. */
export function enter(menu) {
  (menu.querySelector("[data-filter]") ?? menu.querySelector("[aria-current]") ?? items(menu)[0])?.focus();
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu || event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const next = target(event.key, all, here);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
});

function target(key, all, here) {
  if (key === "ArrowDown") return all[(here + 1) % all.length];
  if (key === "ArrowUp") return all.at(here - 1);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key.length !== 1 || key === " ") return null;
  const letter = key.toLocaleLowerCase();
  const from = [...all.slice(here + 1), ...all.slice(0, here + 1)];
  return from.find((item) => nameOf(item).toLocaleLowerCase().startsWith(letter));
}

/** The name of an item: the glyphs and avatars before it are no part of it, nor what stands after it in small. */
export const nameOf = (item) => [...item.childNodes].filter((node) => !node.ariaHidden && !node.matches?.(".muted")).map((node) => node.textContent).join("").trim();
