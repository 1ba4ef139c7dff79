// Signing out takes what this browser keeps with it: whoever sits here next finds nothing. First it goes to the server.
import { copiesOf, forget } from "./copies.js";
import { deliverCopies } from "./draft-copies.js";
import { drafts } from "./draft.js";
import { notify } from "./page.js";
import { forgetRecent } from "./palette-recent.js";

const tabs = new BroadcastChannel("steward.session");
// Text typed in the other tabs is on the server, or was given up in the tab that signed out.
tabs.addEventListener("message", () => {
  for (const draft of drafts) draft.drop();
  location.reload();
});

addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form) return;
  event.preventDefault();
  const refused = await deliverCopies(form.dataset.owner);
  const isAllStored = !refused.length && ![...drafts].some((draft) => draft.isDirty());
  if (isAllStored || event.submitter?.value === "anyway") await signOut(form);
  else warn(refused);
});

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

async function signOut(form) {
  document.getElementById("unsaved").close();
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  } catch {
    // Still signed in, and nothing is thrown away.
    return notify(document.getElementById("toasts").dataset.offline);
  }
  forgetRecent();
  for (const [key] of copiesOf(form.dataset.owner)) forget(key);
  for (const draft of drafts) draft.drop();
  tabs.postMessage("signed out");
  location.assign(response.url);
}
