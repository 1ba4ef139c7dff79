// Signing up: the address follows the company's name until somebody types one, and whether it can be had is shown while typing.
const form = document.querySelector("[data-sign-up]");
const slug = form?.elements.namedItem("slug");
const company = form?.elements.namedItem("company");
const said = form?.querySelector("[data-slug-said]");
let isTyped = Boolean(slug?.value);
let waiting = 0;
let asked = 0;

company?.addEventListener("input", () => {
  if (!isTyped) ask({ slug: "", company: company.value });
});
slug?.addEventListener("input", () => {
  isTyped = Boolean(slug.value);
  ask({ slug: slug.value, company: company.value });
});
said?.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-slug]");
  if (!chosen) return;
  slug.value = chosen.dataset.slug;
  isTyped = true;
  slug.focus();
  ask({ slug: slug.value, company: company.value });
});

/** Ask once the typing pauses; only the newest answer counts. */
function ask(words) {
  clearTimeout(waiting);
  const number = ++asked;
  waiting = setTimeout(async () => {
    if (!words.slug && !words.company) return said.replaceChildren();
    const answer = await fetch(`${form.dataset.check}?${new URLSearchParams(words)}`).catch(() => null);
    if (number !== asked || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    said.replaceChildren(...page.body.childNodes);
    const first = said.querySelector("[data-slug]");
    if (!isTyped && first) slug.value = first.dataset.slug;
  }, 250);
}

// What was typed before this came is answered, too.
if (slug?.value || company?.value) ask({ slug: slug.value, company: company.value });
