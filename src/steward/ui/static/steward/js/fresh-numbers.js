// Numbers that are asked for again every few seconds. When they say that they are the last ones, the page comes anew.
const EVERY = 5000;

const numbers = document.querySelector("[data-fresh-url]");
setInterval(() => document.hidden || look().catch(console.info), EVERY); // the server may be gone for a moment

async function look() {
  const response = await fetch(numbers.dataset.freshUrl, { headers: { "X-Requested-With": "live" } });
  if (!response.ok || response.redirected) return;
  numbers.replaceChildren(document.createRange().createContextualFragment(await response.text()));
  if (numbers.querySelector("[data-fresh-end]")) location.reload();
}
