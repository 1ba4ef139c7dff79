// Words to make unreadable: those one has selected in a message go along to the page where that is done, and there
// those selected in its text go into the field. They are sent in the body of a form: addresses are written into logs.
import { csrf } from "./shared.js";

let selected = ""; // when the press began: it may end the selection

/** What is selected within `message`, also in the frame of a mail. */
function selectedIn(message) {
  const inFrame = message?.querySelector("iframe")?.contentDocument?.getSelection();
  if (inFrame && !inFrame.isCollapsed) return inFrame.toString();
  const here = getSelection();
  return message && !here.isCollapsed && message.contains(here.anchorNode) && message.contains(here.focusNode) ? here.toString() : "";
}

const linkAt = (event) => event.target.closest?.("a[data-redact]");

addEventListener("pointerdown", (event) => { selected = linkAt(event) ? selectedIn(linkAt(event).closest(".message")) : ""; }, true);

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-add-selected]");
  if (button) add(button);
  const link = linkAt(event);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const words = (selectedIn(link.closest(".message")) || selected).trim();
  if (!words) return;
  event.preventDefault();
  send(link.href, { csrfmiddlewaretoken: csrf(), words });
});

function send(url, values) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url, hidden: true });
  for (const [name, value] of Object.entries(values)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
}

// In a text that is read only, browsers let no key select: it takes keys, and nothing that one types.
addEventListener("focusin", (event) => event.target.matches?.("[data-said]") && takeKeys(event.target));
document.querySelectorAll("[data-said]").forEach(takeKeys);

function takeKeys(said) {
  if (!said.readOnly) return;
  said.readOnly = false;
  said.ariaReadOnly = "true";
  said.addEventListener("beforeinput", (event) => event.preventDefault());
}

/** Put what is selected in the text that `button` names on a line of its own in the field. */
function add(button) {
  const said = document.getElementById(button.dataset.addSelected);
  const field = document.getElementById(button.dataset.to);
  const status = button.parentElement.querySelector("[role=status]");
  const words = said.value.slice(said.selectionStart, said.selectionEnd).replace(/\s+/g, " ").trim();
  status.textContent = words ? "" : status.dataset.none;
  if (!words) return said.focus();
  field.value = [field.value.trim(), words].filter(Boolean).join("\n");
  status.textContent = words;
}
