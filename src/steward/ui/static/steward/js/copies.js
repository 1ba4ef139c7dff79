// What was typed and is not on the server yet, kept in this browser. Each open composer keeps a copy of its own, so that two
// tabs on one ticket do not overwrite each other's; the one whose tab is gone is found by the next. Copies are sealed: they
// outlive a session that ends by itself, and only the person who wrote them reads them again.
import { randomName, seal, unseal } from "./shared.js";

const PREFIX = "steward.draft ";
const KEPT = 30 * 24 * 3600 * 1000; // milliseconds: who has not come back by then will not
const turns = new Map(); // key -> number of the newest write of this page, so that no slower one comes after it

for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !(Date.now() - writtenAt(key) < KEPT)) localStorage.removeItem(key);

/** The key of a new copy of `owner`'s draft at `url`; it counts as in use until `release` is called or the tab is gone. */
export function claim(owner, url) {
  const key = `${PREFIX}${owner} ${url} ${randomName()}`;
  let release = () => {};
  // Locks end with their page, whatever ends it. Over plain HTTP there are none: then each copy counts as left behind.
  navigator.locks?.request(key, () => new Promise((resolve) => (release = resolve)));
  return { key, release: () => release() };
}

/** Store `copy`, which is anything that JSON holds. Resolves when it is there, or is out of date already. */
export async function keep(key, copy) {
  const turn = next(key);
  const sealed = await seal(key, JSON.stringify(copy));
  if (turns.get(key) !== turn) return;
  try {
    localStorage.setItem(key, `${Date.now()} ${sealed}`);
  } catch {
    // Storage is full or barred; the server's copy follows in a moment.
  }
}

export function forget(key) {
  next(key);
  localStorage.removeItem(key);
}

/** The keys of all copies of `owner`; with `url`, of those of one draft. */
export function keysOf(owner, url = "") {
  const start = `${PREFIX}${owner} ${url && `${url} `}`;
  return Object.keys(localStorage).filter((key) => key.startsWith(start));
}

/** Those copies themselves, as `[key, copy]`, newest first. */
export async function copiesOf(owner, url = "") {
  const copies = await Promise.all(keysOf(owner, url).map(async (key) => [key, await read(key)]));
  return copies.filter(([, copy]) => copy).sort(([, one], [, other]) => other.at - one.at);
}

/** The newest copy that no open tab is writing any more, as `[key, copy]`, or undefined. */
export async function leftBehind(owner, url) {
  // A page that is just being left, as by loading it anew, holds its lock for a moment longer.
  for (let patience = 8; patience > 0; patience -= 1) {
    const copies = await copiesOf(owner, url);
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const inUse = new Set(held.map((lock) => lock.name));
    const found = copies.find(([key]) => !inUse.has(key));
    if (found || !copies.length) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return undefined;
}

function next(key) {
  const turn = (turns.get(key) ?? 0) + 1;
  turns.set(key, turn);
  return turn;
}

function writtenAt(key) {
  return Number.parseInt(localStorage.getItem(key), 10);
}

async function read(key) {
  const kept = localStorage.getItem(key) ?? "";
  try {
    return JSON.parse(await unseal(key, kept.slice(kept.indexOf(" ") + 1)));
  } catch {
    // Not our writing: there is no copy.
    return null;
  }
}
