// The one script of the back office.
import "./telling.js";
import { weigh } from "./weighing.js";

document.documentElement.dataset.js = "";
addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast").remove());
if (document.querySelector("form[data-passkey]")) import("./passkey-forms.js").catch(console.info);
if (document.querySelector("[data-fresh-url]")) import("./fresh-numbers.js").catch(console.info);
for (const form of document.querySelectorAll("form[data-most]")) weigh(form);
// Who types has something to state.
addEventListener("input", (event) => {
  const line = event.target.closest("[data-line]");
  const unsaid = line?.querySelector(".registry-unsaid input");
  if (unsaid && event.target !== unsaid) unsaid.checked = false;
  // Who ticks one of several has the whole of them stated.
  const stated = event.target.matches(".registry-row > .check > :checked") && event.target.closest(".registry-section").querySelector("option[value=stated]");
  if (stated) stated.selected = true;
});
