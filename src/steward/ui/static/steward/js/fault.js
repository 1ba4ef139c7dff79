// A form came back: the focus goes to what is wrong with it, and the words for that belong to the field.

const alert = [...document.querySelectorAll("[role=alert]")].find((one) => one.checkVisibility() && one.textContent.trim());
const field = document.querySelector("[aria-invalid=true]") ?? document.querySelector("main [autofocus]");
if (field && !field.hasAttribute("aria-describedby") && alert) {
  alert.id ||= "fault";
  field.setAttribute("aria-describedby", alert.id);
}
if (!field && alert) alert.tabIndex = -1;
document.activeElement?.blur(); // where it is already, too: its words are new
(field ?? alert)?.focus();
