// The pages of the base domain.
import "./telling.js";

document.querySelector("[data-sign-up]")?.addEventListener("focusin", () => import("./sign-up.js").catch(console.info), { once: true });
