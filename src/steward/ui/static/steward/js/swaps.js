// How fresh pieces from the server take the place of old ones without a jump.
import { nameFolds } from "./folds.js";

const key = (element) => element.id;
const kept = (list) => new Map([...list.querySelectorAll(":scope > [data-entry]")].map((item) => [key(item), item]));
// Each rendering masks the form token anew; that alone is no change.
const told = (element) => element.innerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1").replace(/ (class|aria-expanded|open)="[^"]*"/g, "");

/** Bring the list in step. While one has scrolled down, new rows wait behind a pill; one that is only back does not. */
export function applyRows(fresh, list) {
  const old = kept(list);
  const incoming = [...fresh.querySelectorAll(":scope > [data-entry]")];
  const isKnown = (row) => old.has(key(row)) || isBack(row);
  // What comes after the last known row is not new: it has only moved up to the end of the page.
  const last = incoming.findLastIndex(isKnown);
  const added = incoming.filter((row, at) => (at < last || last < 0) && !isKnown(row));
  const scroller = list.closest("[data-scroll]");
  for (const row of incoming) if (old.has(key(row))) renew(old.get(key(row)), row);
  const pill = scroller.querySelector(".list-new");
  const isWaiting = added.length > 0 && scroller.scrollTop > 40;
  const shown = isWaiting ? incoming.filter((row) => !added.includes(row)) : incoming;
  standing(list, scroller, () => arrange(shown, list, scroller));
  if (isWaiting) offer(pill, added.length, () => arrange(incoming, list, scroller));
  else pill.hidden = true;
}

// What was done to a ticket can be undone for a minute; what comes later is news.
const left = new Map(); // key of a row -> when it left the list
const isBack = (row) => Date.now() - (left.get(key(row)) ?? 0) < 60_000;

/** Change the list so that what is in sight stays where it is. */
function standing(list, scroller, change) {
  const anchor = scroller.scrollTop > 40 ? firstSeen(list, scroller) : null;
  const top = scroller.scrollTop;
  change();
  // Browsers with scroll anchoring have done it already.
  if (anchor?.item.isConnected && scroller.scrollTop === top) scroller.scrollTop += anchor.item.getBoundingClientRect().top - anchor.top;
}

function offer(pill, count, show) {
  const button = pill.querySelector("button");
  button.textContent = button.dataset.text.replace("%s", count);
  button.onclick = () => {
    pill.hidden = true;
    show();
  };
  pill.hidden = false;
}

function arrange(incoming, list, scroller) {
  const old = kept(list);
  const names = new Set(incoming.map(key));
  const focused = document.activeElement;
  dropGone(old, names);
  let before = null;
  for (const row of incoming) {
    const item = old.get(key(row)) ?? row;
    const place = before ? before.nextElementSibling : list.firstElementChild;
    if (item !== place) list.insertBefore(item, place);
    before = item;
  }
  // A row that left the list and is back knows nothing of what is open beside it.
  const open = document.getElementById("ticket")?.dataset.code;
  if (open) document.querySelector(`#row-${CSS.escape(open)} .row`)?.setAttribute("aria-current", "true");
  if (list.contains(focused)) focused.focus({ preventScroll: true });
  if (scroller.scrollTop <= 40) scroller.scrollTop = 0;
}

/** Rows that left the view go; those after the last known one only lie beyond the first page. */
function dropGone(old, names) {
  const all = [...old.values()];
  const last = all.findLastIndex((row) => names.has(key(row)));
  for (const row of all.slice(0, last + 1)) {
    if (names.has(key(row))) continue;
    left.set(key(row), Date.now());
    row.remove();
  }
}

function renew(row, fresh) {
  const link = row.querySelector(".row");
  const newer = fresh.querySelector(".row");
  link.querySelector("[data-present]")?.remove(); // who looks at it is shown anew after
  if (told(link) !== told(newer)) link.replaceChildren(...newer.cloneNode(true).childNodes);
  link.toggleAttribute("data-unread", newer.hasAttribute("data-unread"));
}

/** Add new messages and events where they belong; what is on the screen stays where it is. */
export function applyEntries(fresh, entries) {
  const talk = entries.closest("[data-talk]");
  const old = kept(entries);
  const anchor = firstSeen(entries, talk);
  const added = [];
  let before = null;
  for (const entry of [...fresh.querySelectorAll(":scope > [data-entry]")]) {
    const known = old.get(key(entry));
    if (!known) before ? before.after(entry) : entries.prepend(entry);
    if (!known) added.push(entry);
    before = known ?? entry;
  }
  dropTakenBack(entries, new Set([...fresh.querySelectorAll(":scope > [data-entry]")].map(key)), old);
  nameFolds(entries);
  if (talk.scrollTop < -40 && anchor) talk.scrollTop += anchor.item.getBoundingClientRect().top - anchor.top;
  if (added.length) dispatchEvent(new CustomEvent("steward:added", { detail: added }));
}

/** An answer that was taken back is gone. What lies before the first fresh entry was asked for as "earlier messages". */
function dropTakenBack(entries, names, old) {
  const all = [...entries.querySelectorAll(":scope > [data-entry]")];
  const first = all.findIndex((entry) => names.has(key(entry)));
  for (const entry of all.slice(first + 1)) if (first >= 0 && !names.has(key(entry)) && old.has(key(entry)) && entry.matches(".message")) entry.remove();
}

function firstSeen(entries, talk) {
  const top = talk.getBoundingClientRect().top;
  const item = [...entries.children].find((child) => child.getBoundingClientRect().bottom > top);
  return item && { item, top: item.getBoundingClientRect().top };
}

/** Swap the small named pieces that differ, unless a menu in them is open or the focus is there. Whether all are as they should be. */
export function applyParts(fresh, place) {
  let isWhole = true;
  for (const part of place.querySelectorAll("[data-part]")) {
    const newer = fresh.getElementById(part.id);
    if (!newer || told(newer) === told(part)) continue;
    // What was chosen here and is on its way is newer than what was asked for.
    const isInUse = part.querySelector(":popover-open, [data-pending]") || part.contains(document.activeElement);
    if (isInUse) isWhole = false;
    else part.replaceWith(newer);
  }
  return isWhole;
}
