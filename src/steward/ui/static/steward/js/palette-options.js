// Which acts fit what was typed, and how they look in the palette.
import { fold } from "./folding.js";
import { nothingTyped } from "./palette-acts.js";

const MOST = 6; // acts of one kind; more words show more
const DIRECTED = ["reply", "exit"]; // pictures that point somewhere, and so the other way in right-to-left pages
const runs = new WeakMap();

/** What an option does; nothing for one that leads to a page. */
export const actOf = (chosen) => runs.get(chosen);

/** The words of what was typed, as they are compared. */
export const wordsOf = (query) => fold(query).split(/\s+/).filter(Boolean);

/** The acts that have a word beginning like each typed one; those that begin with the first come first. */
export function pick(acts, words) {
  if (!words.length) return acts.filter(nothingTyped).slice(0, MOST);
  const fits = acts.filter((act) => words.every((start) => fold(`${act.label} ${act.words ?? ""}`).split(/[\s:“”"#]+/).some((word) => word.startsWith(start))));
  const isFirst = (act) => fold(act.label).startsWith(words[0]);
  return [...fits.filter(isFirst), ...fits.filter((act) => !isFirst(act))].slice(0, MOST);
}

/** The box of one kind of options below its `name`, or null without any. */
export function group(dialog, name, acts) {
  if (!acts.length) return null;
  const box = Object.assign(document.createElement("div"), { role: "group" });
  box.setAttribute("aria-label", name);
  const heading = Object.assign(document.createElement("p"), { className: "menu-group", textContent: name, ariaHidden: "true" });
  box.append(heading, ...acts.map((act) => option(dialog, act)));
  return box;
}

function option(dialog, act) {
  const element = Object.assign(document.createElement(act.url ? "a" : "div"), { className: "menu-item", role: "option", tabIndex: -1 });
  if (act.url) element.href = act.url;
  element.toggleAttribute("data-fallback", Boolean(act.isFallback));
  const picture = dialog.querySelector("template").content.querySelector("svg").cloneNode(true);
  picture.firstElementChild.setAttribute("href", `#i-${act.icon}`);
  picture.classList.toggle("flip", DIRECTED.includes(act.icon));
  const name = Object.assign(document.createElement("bdi"), { className: "cut", textContent: act.label });
  element.append(picture, name);
  if (act.hint) element.append(Object.assign(document.createElement("bdi"), { className: "hint", textContent: act.hint }));
  if (act.key) element.append(Object.assign(document.createElement("kbd"), { textContent: act.key, ariaHidden: "true" }));
  runs.set(element, act.run);
  return element;
}

/** The first option of the next kind. */
export function nextGroup(options, here) {
  const group = options[here]?.parentElement;
  return options.slice(here).find((option) => option.parentElement !== group) ?? options[0];
}
