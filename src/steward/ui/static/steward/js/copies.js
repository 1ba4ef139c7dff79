// What was typed and is not on the server yet, kept in this browser. Each open composer keeps a copy of its own, so that two
// tabs on one ticket do not overwrite each other's; the one whose tab is gone is found by the next.
import { randomName } from "./shared.js";

const PREFIX = "steward.draft ";

/** The key of a new copy of `owner`'s draft at `url`; it counts as in use until `release` is called or the tab is gone. */
export function claim(owner, url) {
  const key = `${PREFIX}${owner} ${url} ${randomName()}`;
  let release = () => {};
  // Locks end with their page, whatever ends it. Over plain HTTP there are none: then each copy counts as left behind.
  navigator.locks?.request(key, () => new Promise((resolve) => (release = resolve)));
  return { key, release: () => release() };
}

/** Store `copy`, which is anything that JSON holds. */
export function keep(key, copy) {
  try {
    localStorage.setItem(key, JSON.stringify(copy));
  } catch {
    // Storage is full or barred; the server's copy follows in a moment.
  }
}

export function forget(key) {
  localStorage.removeItem(key);
}

/** All copies of `owner`, as `[key, copy]`, newest first; with `url`, those of one draft. */
export function copiesOf(owner, url = "") {
  const start = `${PREFIX}${owner} ${url && `${url} `}`;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(start));
  return keys.map((key) => [key, read(key)]).filter(([, copy]) => copy).sort(([, one], [, other]) => other.at - one.at);
}

/** The newest copy that no open tab is writing any more, as `[key, copy]`, or undefined. */
export async function leftBehind(owner, url) {
  // A page that is just being left, as by loading it anew, holds its lock for a moment longer.
  for (let patience = 8; patience > 0; patience -= 1) {
    const copies = copiesOf(owner, url);
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const inUse = new Set(held.map((lock) => lock.name));
    const found = copies.find(([key]) => !inUse.has(key));
    if (found || !copies.length) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return undefined;
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    // Not our writing: there is no copy.
    return null;
  }
}
