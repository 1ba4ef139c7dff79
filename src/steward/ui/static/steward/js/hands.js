// What pages need once somebody touches them.
import "./exchange.js";
import "./swapped.js";
import "./dialogs.js";
import "./menu.js";
import "./keys.js";
import "./undo.js";
import "./optimistic.js";
import "./palette.js";
import "./choosing.js";
import "./settings.js";
import "./filter.js";
import "./returning.js";
import "./redacting.js";
import { notify } from "./notifying.js";
import { begin as answer } from "./touched.js";

/** Answer to what was pressed before this was there (`touched.js`). */
export function begin(kept, stop) {
  return answer(kept, stop);
}

addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form) return;
  event.preventDefault();
  const leaving = await import("./leaving.js").catch(() => null);
  if (leaving) leaving.leave(form, event.submitter, notify);
  else notify(document.getElementById("toasts").dataset.offline);
});
