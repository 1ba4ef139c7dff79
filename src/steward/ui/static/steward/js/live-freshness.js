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
const LONGEST_PRESS = 10_000; // of what was let go where nobody tells it

// A browser forgets a press when what was under it is swapped before it is let go, and one that the scripts of the first
// touch are awaited for (`touching.js`) happens when these are there. Until then what is shown stays.
const haveHands = () => "hands" in document.documentElement.dataset;
let pressedAt = !haveHands() && navigator.userActivation?.hasBeenActive ? Date.now() : 0;
const isPressed = () => Date.now() - pressedAt < LONGEST_PRESS;
let isDown = false;
addEventListener("pointerdown", () => hold(true), true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => hold(false), true);
addEventListener("pointermove", ({ buttons }) => isDown && !buttons && hold(false), { capture: true, passive: true }); // let go on a scrollbar
addEventListener("steward:touched", () => setTimeout(letGo));

function hold(isPressing) {
  isDown = isPressing;
  if (isPressing) pressedAt = Date.now();
  else setTimeout(letGo); // the click comes after it
}

function letGo() {
  if (haveHands() && !isDown) pressedAt = 0;
}

export class Freshness {
  /** `selector` finds the piece, which names in `data-live-url` where it is asked for; `told()` is called after each try. */
  constructor(selector, told) {
    Object.assign(this, { selector, told });
    this.isSpoilt = false;
    this.isFailing = false;
    this.isBehind = false;
    this.failures = 0;
    this.pause = PAUSE;
    this.last = 0;
    this.timer = 0;
    document.addEventListener("focusout", () => this.catchUp());
    document.addEventListener("toggle", () => this.catchUp(), true);
  }

  /** Somebody has left what could not be swapped while they were at it. */
  catchUp() {
    if (this.isBehind) this.spoil();
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
    this.isSpoilt = this.isBehind = false;
    this.isAsking = true;
    const isBusy = Date.now() - this.last < 2 * this.pause;
    const before = ownChanges();
    let isDropped = false;
    this.isFailing = !(await refresh(place, (fresh) => {
      // What was changed here meanwhile must not flicker: what came is older than that.
      isDropped = before !== ownChanges() || isPressed();
      if (!isDropped && place.isConnected) this.isBehind = !apply(fresh, place);
    }));
    this.isSpoilt ||= isDropped;
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

/** Fetch what `place` shows and have it taken; false when the server could not be asked or sent us elsewhere. */
async function refresh(place, take) {
  try {
    return await within(PATIENCE, (signal) => ask(place, take, signal));
  } catch {
    // Offline, or the server is restarting, or hangs: the page says so and it is tried again.
    return false;
  }
}

async function ask(place, take, signal) {
  const response = await fetch(place.dataset.liveUrl, { headers: { "X-Requested-With": "live" }, signal });
  // The ticket is out of sight for us by now, or gone: what is shown stays until one leaves it.
  if (response.status === 404 || response.status === 403) return sayGone(place);
  if (!response.ok || response.redirected) return false;
  take(new DOMParser().parseFromString(await response.text(), "text/html"));
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

/** Whether all of it shows now: a piece somebody is at stays as it is. */
function apply(fresh, place) {
  const rows = place.querySelector("#rows");
  const entries = place.querySelector("#entries");
  if (rows && fresh.getElementById("rows")) applyRows(fresh.getElementById("rows"), rows);
  if (entries && fresh.getElementById("entries")) applyEntries(fresh.getElementById("entries"), entries);
  const isWhole = applyParts(fresh, document); // counts stand outside of the list, too
  dispatchEvent(new CustomEvent("steward:refreshed", { detail: place }));
  return isWhole;
}
