// Signing out takes what this browser keeps with it: whoever sits here next finds nothing. First it goes to the server.
import { forget, keysOf } from "./copies.js";
import { deliverCopies } from "./draft-copies.js";
import { drafts } from "./draft.js";
import "./drafts.js";
import { within } from "./shared.js";

const PATIENCE = 20_000; // ms

/** Sign out by `form`; `submitter` is the button that was pressed, `notify(words)` shows a notice. */
export async function leave(form, submitter, notify) {
  const refused = await deliverCopies(form.dataset.owner);
  const isAllStored = !refused.length && ![...drafts].some((draft) => draft.isDirty());
  if (isAllStored || submitter?.value === "anyway") await signOut(form, notify);
  else warn(refused);
}

function warn(refused) {
  const dialog = document.getElementById("unsaved");
  const pages = new Map(refused.map(([, copy]) => [copy.page, copy.title]));
  dialog.querySelector("ul").replaceChildren(...[...pages].map(([page, title]) => line(page, title)));
  dialog.showModal();
}

function line(page, title) {
  const link = Object.assign(document.createElement("a"), { className: "link", href: page, textContent: title });
  const item = document.createElement("li");
  item.append(link);
  return item;
}

async function signOut(form, notify) {
  document.getElementById("unsaved").close();
  let response;
  try {
    const asked = { method: "POST", body: new FormData(form) };
    response = await within(PATIENCE, (signal) => fetch(form.action, { ...asked, signal }));
  } catch {
    return notify(document.getElementById("toasts").dataset.offline);
  }
  // Still signed in, and nothing is thrown away.
  if (!response.ok) return notify(document.getElementById("toasts").dataset.refused);
  for (const key of keysOf(form.dataset.owner)) forget(key);
  dispatchEvent(new CustomEvent("steward:signed-out", { detail: "here" }));
  location.assign(response.url);
}
