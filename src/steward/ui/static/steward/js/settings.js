// Finding a setting while typing: the navigation keeps what has a word that begins like each word typed.
import { fold } from "./folding.js";

const field = document.querySelector("[data-find-setting]");

field?.addEventListener("input", () => {
  const wanted = fold(field.value).split(" ").filter(Boolean);
  let found = 0;
  for (const item of document.querySelectorAll("[data-words]")) {
    const words = item.dataset.words.split(" ");
    item.hidden = !wanted.every((start) => words.some((word) => word.startsWith(start)));
    found += !item.hidden;
  }
  for (const group of document.querySelectorAll("[data-settings-group]")) {
    group.hidden = !group.querySelector("[data-words]:not([hidden])");
  }
  const none = document.querySelector("[data-none-found]");
  none.textContent = found ? "" : none.dataset.text;
});
