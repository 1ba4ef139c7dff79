// What a page brings with it is told to those who hear it, too. Live regions speak of what comes into them, not of what was
// in them from the start: notices come in a moment later. After a form that was refused the focus is at what is wrong.

const SOON = 150; // ms; by then a screen reader knows the region

const toasts = document.getElementById("toasts");
const brought = toasts ? [...toasts.querySelectorAll(":scope > .toast:not([data-undo])")] : [];
for (const toast of brought) toast.remove();
if (brought.length) setTimeout(() => toasts.append(...brought), SOON);

const [page] = performance.getEntriesByType("navigation");
// Later, too: an address that ends in #main, by the way past the navigation, takes the focus there when all has come.
// Some browsers do not tell the status, and some refusals come as 200: what is wrong stands in the page, too.
if (page?.responseStatus >= 400 || document.querySelector("main .field-error[data-error]")) setTimeout(() => import("./fault.js").catch(console.info), SOON);
