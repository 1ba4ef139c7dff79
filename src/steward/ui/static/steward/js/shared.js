// What the scripts of the console share that come later.
export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

/** 32 hexadecimal digits. (`crypto.randomUUID` is there only over HTTPS.) */
export function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `ask(signal)` gives within `limit` milliseconds; after that it is given up (`isSilence`), as a server may hang. */
export async function within(limit, ask) {
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(new DOMException("", "TimeoutError")), limit);
  try {
    return await ask(given.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** True of what was thrown when the time was over: whether the server has heard what was asked is not known. */
export const isSilence = (fault) => fault.name === "TimeoutError";

// How often something was changed on this page. What was asked for before the last time is out of date.
let changes = 0;

export const ownChanges = () => changes;

export function countChange() {
  changes += 1;
}

/** The forms whose change shows already and has no answer yet. */
export const underWay = new Set();

// What this browser keeps is sealed (AES-256-GCM) under a key that only pages for the same person bring: once the session is
// over, what lies here can be read by nobody, and again by that person when they have signed in.
const given = document.getElementById("sign-out")?.dataset.copiesKey;
// Over plain HTTP there is no `crypto.subtle`: then it lies open, as everything there travels.
const sealing = given && crypto.subtle?.importKey("raw", fromBase64(given), "AES-GCM", false, ["encrypt", "decrypt"]);
const IV = 12; // bytes (NIST SP 800-38D)
const SEALED = "sealed:";

/** What to keep under `name` in place of `text`. */
export async function seal(name, text) {
  if (!sealing) return text;
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const sealed = await crypto.subtle.encrypt(boundTo(name, iv), await sealing, new TextEncoder().encode(text));
  return SEALED + toBase64([...iv, ...new Uint8Array(sealed)]);
}

/** The text that was kept under `name`; null when there is none, or it is somebody else's. */
export async function unseal(name, kept) {
  if (!kept?.startsWith(SEALED)) return kept;
  if (!sealing) return null;
  try {
    const bytes = fromBase64(kept.slice(SEALED.length));
    const opened = await crypto.subtle.decrypt(boundTo(name, bytes.slice(0, IV)), await sealing, bytes.slice(IV));
    return new TextDecoder().decode(opened);
  } catch {
    // Another person's, or not our writing.
    return null;
  }
}

function boundTo(name, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
}

function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
