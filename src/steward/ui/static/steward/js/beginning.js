// Beginning to write before the editor is there: it comes, and what was pressed happens then.

/** Write a `reply` or a `note`, where there is a choice. What was written already stays. */
export async function beginWriting(kind, composer = document.querySelector("steward-composer")) {
  const choice = composer?.querySelector(`[name="kind"][value="${kind}"]`);
  if (!composer || (!choice && composer.querySelector("[name=kind]"))) return;
  if (choice) choice.checked = true;
  if (!composer.open) return composer.querySelector("textarea").focus(); // its script has not come: one writes plain text
  composer.root.focus(); // what is typed from now on is text, behind what is there
  if (!composer.writing) getSelection().selectAllChildren(composer.root), getSelection().collapseToEnd();
  (await composer.open())?.focusAtEnd();
}

addEventListener("submit", async (event) => {
  const composer = event.target.closest("steward-composer");
  if (!composer?.open || composer.writing || composer.root.hidden) return;
  event.preventDefault();
  await composer.open();
  event.target.requestSubmit(event.submitter);
}, true);
