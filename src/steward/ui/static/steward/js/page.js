// What every page of the console, the back office and the demo has from the start.
import { nameFolds } from "./folds.js";
import "./telling.js";

document.documentElement.dataset.js = "";
nameFolds(document);

addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast").remove());
