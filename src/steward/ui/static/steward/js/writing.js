// What is behind a composer once somebody is at it.
import { Writing } from "./composer-writing.js";
import "./drafts.js";
import "./hands.js";
import "./mention.js";

/** Put the editor into a composer, once no word is being put together there from several keys (IME). */
export async function write(composer) {
  while (composer.isComposing) await new Promise((resolve) => composer.root.addEventListener("compositionend", () => setTimeout(resolve), { once: true }));
  if (!composer.isConnected) return null;
  composer.writing = new Writing(composer);
  return composer.writing;
}
