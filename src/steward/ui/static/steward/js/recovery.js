// Recovery codes are kept in one's own way: copied, saved as a file, printed. They go nowhere else.
const ways = document.querySelector("[data-recovery-ways]");
const list = document.querySelector("[data-recovery-codes]");
const said = ways?.querySelector("[role=status]");

const codes = () => [...list.querySelectorAll("li")].map((item) => item.textContent.trim()).join("\n");
const keep = { copy, save, print: () => print() };

ways?.addEventListener("click", (event) => keep[event.target.closest("[data-keep]")?.dataset.keep]?.());

async function copy() {
  try {
    await navigator.clipboard.writeText(codes());
    tell("copied");
  } catch {
    // Not over HTTPS, or not allowed: hands can do it.
    getSelection().selectAllChildren(list);
    tell("marked");
  }
}

/** As a text that says what it is and where it belongs. */
function save() {
  const text = `${ways.dataset.heading}: ${location.host}\n\n${codes()}\n`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  Object.assign(document.createElement("a"), { href: url, download: `${location.hostname}-recovery-codes.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  tell("saved");
}

/** Said anew each time, also to those who hear it. */
function tell(what) {
  said.textContent = "";
  setTimeout(() => (said.textContent = ways.dataset[what]), 100);
}
