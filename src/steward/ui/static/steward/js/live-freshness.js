// A piece of the page that is asked for again when something it shows has changed: soon, but many changes at once are one
// question, and where changes never end it is asked ever more seldom. Nothing one reads moves, the composer is never touched.
import "./page.js";
import { ownChanges, within } from "./shared.js";
import { applyEntries, applyParts, applyRows } from "./swaps.js";

const SOON = [40, 160]; // not all browsers at the same moment
const PAUSE = 300;
const LONGEST_PAUSE = 10_000;
const PATIENCE = 30_000; // for an answer
const GOING = 4000;
const RETRY = [1000, 2000, 5000, 10_000, 30_000];

export class Freshness {
  /** `selector` finds the piece, which names in `data-live-url` where it is asked for; `told()` is called after each try. */
  constructor(selector, told) {
    Object.assign(this, { selector, told });
    this.isSpoilt = false;
    this.isFailing = false;
    this.failures = 0;
    this.pause = PAUSE;
    this.last = 0;
    this.timer = 0;
  }

  /** It is not as it was: ask again, now or when somebody looks. */
  spoil() {
    this.isSpoilt = true;
    this.plan();
  }

  /** Somebody looks again, or the network is back: what failed is tried at once. */
  look() {
    if (!this.isSpoilt) return;
    clearTimeout(this.timer);
    this.timer = 0;
    this.plan(0);
  }

  plan(least = this.isFailing ? RETRY[Math.min(this.failures, RETRY.length) - 1] : this.last + this.pause - Date.now()) {
    if (this.timer || this.isAsking || document.hidden) return;
    const soon = SOON[0] + Math.random() * (SOON[1] - SOON[0]);
    this.timer = setTimeout(() => this.ask(), Math.max(soon, least));
  }

  async ask() {
    this.timer = 0;
    const place = document.querySelector(this.selector);
    if (!place) return this.rest();
    this.isSpoilt = false;
    this.isAsking = true;
    const isBusy = Date.now() - this.last < 2 * this.pause;
    const before = ownChanges();
    this.isFailing = !(await refresh(place, () => before === ownChanges()));
    // What was changed here meanwhile must not flicker: what came is older than that.
    this.isSpoilt ||= before !== ownChanges();
    this.isAsking = false;
    this.last = Date.now();
    this.pause = isBusy ? Math.min(LONGEST_PAUSE, this.pause * 1.5) : PAUSE;
    this.failures = this.isFailing ? this.failures + 1 : 0;
    this.isSpoilt ||= this.isFailing;
    this.told();
    if (this.isSpoilt) this.plan();
    // Nothing tells that a ticket is gone for good: it is looked after until it is.
    if (place.querySelector("[data-going]")) setTimeout(() => this.spoil(), GOING);
  }

  /** The piece is not on this page (any more). */
  rest() {
    this.isSpoilt = this.isFailing = false;
    this.told();
  }
}

/** Fetch what `place` shows and apply it; false when the server could not be asked or sent us elsewhere. */
async function refresh(place, isCurrent) {
  try {
    return await within(PATIENCE, (signal) => ask(place, isCurrent, signal));
  } catch {
    // Offline, or the server is restarting, or hangs: the page says so and it is tried again.
    return false;
  }
}

async function ask(place, isCurrent, signal) {
  const response = await fetch(place.dataset.liveUrl, { headers: { "X-Requested-With": "live" }, signal });
  // The ticket is out of sight for us by now, or gone: what is shown stays until one leaves it.
  if (response.status === 404 || response.status === 403) return sayGone(place);
  if (!response.ok || response.redirected) return false;
  const html = await response.text();
  if (!isCurrent()) return true;
  if (place.isConnected) apply(new DOMParser().parseFromString(html, "text/html"), place);
  return true;
}

/** A ticket says so; a list has no such line, and stays as it is. */
function sayGone(place) {
  const line = place.querySelector("#ticket-gone");
  if (line?.hidden) {
    place.querySelector("[data-going]")?.remove();
    line.hidden = false;
    line.textContent = line.dataset.text;
  }
  return true;
}

function apply(fresh, place) {
  const rows = place.querySelector("#rows");
  const entries = place.querySelector("#entries");
  if (rows && fresh.getElementById("rows")) applyRows(fresh.getElementById("rows"), rows);
  if (entries && fresh.getElementById("entries")) applyEntries(fresh.getElementById("entries"), entries);
  applyParts(fresh, document); // counts stand outside of the list, too
  dispatchEvent(new CustomEvent("steward:refreshed", { detail: place }));
}
