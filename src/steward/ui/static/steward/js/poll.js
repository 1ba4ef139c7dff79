// The light poll: asks every ten seconds what changed and puts in just that. Nothing one reads moves, the composer is never touched.
import { applyEntries, applyParts, applyRows } from "./swaps.js";

const SEEN_EVERY = 10_000;
const HIDDEN_EVERY = 60_000;
const tags = new Map();
let timer = 0;
let running = false;

async function poll() {
  clearTimeout(timer);
  if (running) return;
  running = true;
  const places = [...document.querySelectorAll("[data-poll-url]")];
  const fine = await Promise.all(places.map(refresh));
  running = false;
  const trouble = document.querySelector(".list-trouble");
  if (trouble) trouble.hidden = fine.every(Boolean);
  plan();
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(poll, document.hidden ? HIDDEN_EVERY : SEEN_EVERY);
}

/** Fetch what `place` shows and apply it; false when the server could not be asked or sent us elsewhere. */
async function refresh(place) {
  const url = place.dataset.pollUrl;
  try {
    const response = await fetch(url, { headers: { "If-None-Match": tags.get(url) ?? "", "X-Requested-With": "poll" } });
    if (response.status === 304) return true;
    if (!response.ok || response.redirected) return false;
    const html = await response.text();
    if (!place.isConnected) return true;
    tags.set(url, response.headers.get("ETag") ?? "");
    apply(new DOMParser().parseFromString(html, "text/html"), place);
    return true;
  } catch {
    // Offline, or the server is restarting: the page says so and the next round asks again.
    return false;
  }
}

function apply(fresh, place) {
  const rows = place.querySelector("#rows");
  const entries = place.querySelector("#entries");
  if (rows && fresh.getElementById("rows")) applyRows(fresh.getElementById("rows"), rows);
  if (entries && fresh.getElementById("entries")) applyEntries(fresh.getElementById("entries"), entries);
  applyParts(fresh, place);
  globalThis.htmx?.process(place);
}

document.addEventListener("visibilitychange", () => (document.hidden ? plan() : poll()));
addEventListener("online", poll);
addEventListener("steward:changed", poll);
plan();
