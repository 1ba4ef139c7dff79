// Where one is once an answer was sent, or a ticket is resolved, spam or deleted: as people choose in their profile.
import { leaveChange } from "./undo.js";
import { keepPlace, openRow, walk } from "./walking.js";

const DONE = ["resolved", "spam", "deleted"];
const wish = () => document.getElementById("live")?.dataset.afterwards ?? "stay";

let asked = null; // for the next change only, in place of what was chosen
let going = null; // the change that is on its way, and where one goes after it

/** The address to go on at after an answer; `went` is where the server sends us. */
export function addressAfter(went, isAnswer) {
  const row = isAnswer && wish() === "next" && document.getElementById("ticket") ? below() : null;
  if (isAnswer && !row) keepPlace();
  return row ? new URL(row.href) : keepingList(new URL(went, location.href));
}

/** Press a button that changes the ticket, and go on to the next one whatever was chosen. */
export function pressAndGoOn(button) {
  asked = below() ? "next" : null;
  button.click();
  asked = null;
}

/** The row below that of the open ticket; null after the last one. */
function below() {
  const row = walk(1, true);
  return row && !row.hasAttribute("aria-current") ? row : null;
}

/** With the list that one works through. */
function keepingList(url) {
  const view = new URLSearchParams(location.search).get("view");
  const isList = url.pathname === new URL(listAddress()).pathname;
  if (view && (isList || url.pathname === location.pathname)) url.searchParams.set("view", view);
  return url;
}

const listAddress = () => document.querySelector(".rail-link").href;

document.addEventListener("exchange:begin", ({ detail: { element, submitter, isPost } }) => {
  const where = asked ?? wish();
  if (!isPost || where === "stay" || submitter?.name !== "status" || !DONE.includes(submitter.value)) return;
  // The list may be another one when the answer is there.
  going = { element, row: where === "next" ? below() : null };
});

document.addEventListener("exchange:end", ({ detail }) => {
  if (!going || going.element !== detail.element) return;
  const { row } = going;
  going = null;
  if (!detail.isDone) return;
  if (row?.isConnected) return openRow(row);
  leaveChange();
  location.assign(keepingList(new URL(listAddress())));
});
