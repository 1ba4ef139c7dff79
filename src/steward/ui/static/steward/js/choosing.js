// A menu of people of whom only a few stand in the page: as one types, the others are asked for. Enter takes the first of
// those found, and waits for them.
import { fold } from "./folding.js";
import { nameOf } from "./menu.js";
import { notify } from "./notifying.js";
import { faults, isSignIn } from "./sending.js";
import { within } from "./shared.js";

const FIELD = "[data-menu] [data-choices]";
const SOON = 60; // milliseconds: who types fast asks once
const PATIENCE = 10_000; // for an answer

const choosers = new WeakMap(); // field -> Chooser

const whoIs = (item) => item.value ?? item.href; // of a button, of a link

/** What `fetch` gives, unless `signal` ends it, or the server hangs: then it is as if it could not be reached. */
export function askFor(url, signal, headers = {}) {
  return within(PATIENCE, (late) => fetch(url, { headers, signal: AbortSignal.any([signal, late]) }));
}

/** The people whom `query` names, as items of the menu; raises what `fetch` does, and `Refused`. */
export async function askForPeople(url, query, signal) {
  const response = await askFor(`${url}?${new URLSearchParams({ q: query })}`, signal, { "X-Requested-With": "choosing" });
  const text = await response.text();
  if (isSignIn(response.url)) location.reload();
  if (!response.ok) throw new Refused(faults(text));
  return [...new DOMParser().parseFromString(text, "text/html").querySelectorAll(".menu-item")];
}

/** The same for the open ticket where its menu does not hold everybody; nobody when they cannot be had. */
export async function peopleNamed(query, signal) {
  const field = document.querySelector("#assign-menu [data-choices]:not([data-whole])");
  return field ? askForPeople(field.dataset.choices, query, signal).catch(() => []) : [];
}

class Refused extends Error {}

class Chooser {
  constructor(field) {
    this.field = field;
    this.menu = field.closest("[data-menu]");
    this.list = this.menu.querySelector("[data-people]");
    this.said = this.menu.querySelector("[role=status]");
    this.first = [...this.list.querySelectorAll(".menu-item")];
    this.query = "";
    this.isWaiting = this.isWanted = false;
  }

  get shown() {
    return [...this.menu.querySelectorAll(".menu-item:not([hidden])")];
  }

  /** Show at once who is known, and ask for the others. */
  narrow() {
    this.forget();
    this.query = this.field.value.trim();
    const wanted = fold(this.query);
    for (const item of [...this.first, ...this.menu.querySelectorAll(".menu-item")]) item.hidden = !fold(nameOf(item)).includes(wanted);
    this.show(this.first);
    const known = this.shown.length;
    if (!this.query) this.said.textContent = "";
    else if (known && "whole" in this.field.dataset) this.tell(known, known);
    else this.isWaiting = true, this.timer = setTimeout(() => this.ask(), SOON);
  }

  forget() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.isWaiting = this.isWanted = false;
  }

  /** Take the first when it was wanted. Choosing closes the menu, which asks no more. */
  settle() {
    const { isWanted } = this;
    this.isWaiting = this.isWanted = false;
    if (isWanted) this.shown[0]?.click();
  }

  async ask() {
    const running = (this.running = new AbortController());
    try {
      const found = await askForPeople(this.field.dataset.choices, this.query, running.signal);
      if (running.signal.aborted) return;
      this.show(found);
      this.tell(this.shown.length, this.shown.length - found.length + Number(found[0]?.dataset.count ?? 0));
    } catch (fault) {
      if (running.signal.aborted) return;
      this.said.textContent = this.said.dataset.offline;
      if (fault instanceof Refused) notify(fault.message || document.getElementById("toasts").dataset.refused);
      this.isWanted = false;
    }
    this.settle();
  }

  /** Put `items` into the list. A focus that is there already stays with the same person, or goes to the first. */
  show(items) {
    const here = document.activeElement;
    const isHere = this.list.contains(here);
    this.list.replaceChildren(...items);
    for (const item of this.menu.querySelectorAll("[data-first]")) item.removeAttribute("data-first");
    if (this.query) this.shown[0]?.setAttribute("data-first", "");
    if (isHere && !here.isConnected) (items.find((item) => whoIs(item) === whoIs(here)) ?? this.shown[0] ?? this.field).focus();
  }

  tell(shown, count) {
    const { found, firstOf, none } = this.said.dataset;
    this.said.textContent = (!count ? none : count > shown ? firstOf : found).replace("%s", count);
  }

  take() {
    if (!this.field.value.trim()) return;
    if (this.isWaiting) this.isWanted = true;
    else this.shown[0]?.click();
  }
}

function chooserOf(field) {
  if (!choosers.has(field)) choosers.set(field, new Chooser(field));
  return choosers.get(field);
}

// Before `filter.js`, which knows only what stands in the page.
document.addEventListener("input", (event) => {
  if (!event.target.matches(FIELD)) return;
  event.stopImmediatePropagation();
  chooserOf(event.target).narrow();
}, true);

document.addEventListener("keydown", (event) => {
  if (!event.target.matches(FIELD) || event.isComposing) return;
  const chooser = chooserOf(event.target);
  if (event.key === "ArrowDown") chooser.shown[0]?.focus();
  else if (event.key === "Enter") chooser.take();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// A menu that was closed shows the few it began with. Before it opens again: the event that it is open comes later.
document.addEventListener("beforetoggle", (event) => {
  const field = event.target.querySelector?.(FIELD);
  if (!field || !choosers.has(field)) return;
  field.value = "";
  chooserOf(field).narrow();
}, true);
