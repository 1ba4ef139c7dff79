// What a composer holds when its editor comes: the draft that the page brought, or what somebody has typed since.
import { asHtml } from "./editor.js";

const bare = (text) => text.replace(/\s+/g, "");

/** The `html` to go on with, and whether it `isTyped`: newer than what the page brought. */
export function begun({ root, plain, isFormatted, shown }) {
  if (isFormatted) return { html: root.innerHTML, isTyped: root.innerHTML !== shown };
  const here = root.innerText.replace(/\n$/, "").replace(/ $/, "\u00a0"); // a space at the end is kept
  const isTyped = bare(here) !== bare(plain.value);
  return { html: (!isTyped && root.dataset.html) || asHtml(here), isTyped };
}
