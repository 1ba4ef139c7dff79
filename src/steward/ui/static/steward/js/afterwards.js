// Where one is once an answer was sent, or a ticket is resolved, spam or deleted: as people choose in their profile.
import { arrived, awaitFor } from "./held.js";
import { leaveChange } from "./undo.js";
import { keepingList, keepPlace, listAddress, openRow, walk } from "./walking.js";

const DONE = ["resolved", "spam", "deleted"];
const wish = () => document.getElementById("live")?.dataset.afterwards ?? "stay";

let asked = null; // for the next change only, in place of what was chosen
let going = null; // the change that is on its way, and where one goes after it

/**
 * How one goes on after what is about to be sent. Asked before, as an answer moves the rows, which may show sooner than that
 * it was taken. Gives what makes an address of where the server sends us.
 */
export function wayOn(isAnswer) {
  const row = isAnswer && wish() === "next" && document.getElementById("ticket") ? below() : null;
  if (isAnswer && !row) keepPlace(true);
  return (went) => (row ? new URL(row.href) : keepingList(new URL(went, location.href)));
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

document.addEventListener("exchange:begin", ({ detail: { element, submitter, isPost } }) => {
  if (isPost && element.closest("#ticket-head")) keepPlace(false);
  const where = asked ?? wish();
  if (!isPost || where === "stay" || submitter?.name !== "status" || !DONE.includes(submitter.value)) return;
  // The list may be another one when the answer is there.
  going = { element, row: where === "next" ? below() : null };
  awaitFor(going);
});

document.addEventListener("exchange:end", ({ detail }) => {
  if (!going || going.element !== detail.element) return;
  const was = going;
  going = null;
  if (detail.isDone && was.row?.isConnected) openRow(was.row);
  if (!detail.isDone || was.row?.isConnected) return arrived(was, detail.isDone);
  leaveChange();
  location.assign(keepingList(new URL(listAddress())));
});
