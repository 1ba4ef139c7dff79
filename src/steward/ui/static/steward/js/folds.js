// Folded quotes come from the mail with three dots for a name; who cannot see them hears what they are.

/** Name the folds inside `root` (an element or the document in a mail frame) in the language of the page. */
export function nameFolds(root) {
  const name = document.querySelector("[data-fold-name]")?.dataset.foldName;
  if (!name) return;
  for (const summary of root.querySelectorAll("details.quoted > summary")) summary.setAttribute("aria-label", name);
}
