// What is behind a composer once somebody is at it.
import { Writing } from "./composer-writing.js";
import "./drafts.js";
import "./hands.js";
import { offer } from "./mention.js";

/** Put the editor into a composer, once no word is being put together there from several keys (IME). */
export async function write(composer) {
  while (composer.isComposing) await new Promise((resolve) => composer.root.addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
  if (!composer.isConnected) return null;
  composer.writing = new Writing(composer);
  if (composer.root === document.activeElement) goOn(composer);
  return composer.writing;
}

/** Somebody types already: the caret goes into the text if it is in none, and an @ that was typed is heard. */
function goOn(composer) {
  let last = composer.root;
  while (last.lastChild) last = last.lastChild;
  if (last.nodeType === Node.TEXT_NODE && getSelection().anchorNode?.nodeType !== Node.TEXT_NODE) getSelection().collapse(last, last.data.length);
  if (composer.dataset.mentionUrl) offer(composer);
}
