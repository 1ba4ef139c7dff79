// What a composer holds when its editor comes: the draft that the page brought, or what somebody has typed since.
import { asHtml } from "./editor.js";

const bare = (html) => html.replace(/<br>$/, ""); // which some browsers put into what is only touched

/** The `html` to go on with, and whether it `isTyped`: newer than what the page brought, if only by a space. */
export function begun({ root, isFormatted, shown }) {
  const isTyped = bare(root.innerHTML) !== bare(shown);
  if (isFormatted) return { html: root.innerHTML, isTyped };
  const here = root.innerText.replace(/\n$/, "").replace(/ $/, "\u00a0"); // a space at the end is kept
  return { html: (!isTyped && root.dataset.html) || asHtml(here), isTyped };
}
