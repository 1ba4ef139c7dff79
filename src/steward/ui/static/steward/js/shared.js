// What the scripts of the console share that come later.
export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

/** 32 hexadecimal digits. (`crypto.randomUUID` is there only over HTTPS.) */
export function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// How often something was changed on this page. What was asked for before the last time is out of date.
let changes = 0;

export const ownChanges = () => changes;

export function countChange() {
  changes += 1;
}

/** The forms whose change shows already and has no answer yet. */
export const underWay = new Set();
