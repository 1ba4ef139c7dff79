// @ in a note offers the people who see the ticket. What is chosen becomes a name that the server knows.
import { fold } from "./folding.js";
import { asked, before } from "./mentionable.js";

const SOON = 60; // milliseconds: who types fast asks once
const SHOWN = 8;
const PATIENCE = 2000; // milliseconds for which keys are held back

let open = null; // { composer, list, range }
let asking = null; // { composer, isWanted, typed }: who is named here is being asked for

document.addEventListener("input", (event) => {
  const composer = event.target.closest?.("steward-composer[data-mention-url]");
  if (composer && event.target === composer.root) offer(composer);
});
// Before the editor, which has ideas of its own for these keys.
document.addEventListener("keydown", (event) => (open ? key(event) : asking && wait(event)), true);
document.addEventListener("focusout", () => open && setTimeout(() => document.activeElement !== open?.composer.root && close()));

/** Offer people where an @ stands before the caret: at once those of the last answer, then those whom the server finds. */
export async function offer(composer) {
  const typed = composer.form.elements.kind?.value === "note" && before();
  settle(asking);
  asking = null;
  if (!typed) return close();
  if (open) show(composer, typed.range, [...open.list.children].filter((option) => isNamed(option, typed.words)));
  const mine = (asking = { composer, isWanted: false, typed: "" });
  const found = await find(composer.dataset.mentionUrl, typed.words, () => asking === mine);
  if (asking !== mine) return;
  // Time has passed: what is before the caret may be another word by now.
  const still = before();
  if (still?.words !== typed.words) close();
  else {
    tell(found.count);
    show(composer, still.range, found.people.slice(0, SHOWN));
  }
  settle(mine, open?.list.firstElementChild);
  if (asking === mine) asking = null;
}

/** Those whom `words` name. Where the few that are known are all there are, they are looked through here. */
async function find(url, words, isWanted) {
  const few = await asked(url, "");
  const known = few.people.filter((option) => isNamed(option, words));
  if (!words || (few.isWhole && known.length)) return { people: known, count: known.length };
  await new Promise((resolve) => setTimeout(resolve, SOON));
  return isWanted() ? asked(url, words) : few;
}

/** Enter before the answer is there waits for it, and so does what is typed after it. */
function wait(event) {
  const { key, shiftKey } = event;
  if (event.target !== asking.composer.root || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (asking.isWanted ? key.length > 1 : key !== "Enter" || shiftKey || !before()?.words) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (asking.isWanted) asking.typed += key;
  else setTimeout(settle, PATIENCE, Object.assign(asking, { isWanted: true }));
}

/** What was pressed while somebody was asked for happens: the option is taken or, without one, a new line begins. */
function settle(mine, option = null) {
  if (!mine?.isWanted || asking !== mine) return;
  asking = null;
  if (option) choose(option);
  else breakLine(mine.composer.root);
  if (mine.typed) document.execCommand("insertText", false, mine.typed);
}

function breakLine(root) {
  const enter = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  if (root.dispatchEvent(enter)) document.execCommand("insertParagraph");
}

function tell(count) {
  const { found } = document.querySelector("#palette [role=status]").dataset;
  document.getElementById("live-said").textContent = count ? found.replace("%s", count) : "";
}

const isNamed = (option, words) => ` ${fold(option.dataset.name)}`.includes(` ${fold(words)}`);

function show(composer, range, people) {
  if (!people.length) return close();
  if (!open) {
    const list = Object.assign(document.createElement("ul"), { className: "menu mentions", id: "mentions" });
    list.role = "listbox";
    list.ariaLabel = composer.dataset.mentionLabel ?? "@";
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the caret stays where it is
      const option = event.target.closest("[data-member]");
      if (option) choose(option);
    });
    composer.append(list);
    composer.root.setAttribute("aria-controls", "mentions");
    open = { composer, list };
  }
  open.range = range;
  open.list.replaceChildren(...people.map((option) => option.cloneNode(true)));
  mark(open.list.firstElementChild);
  place(open.list, range.getBoundingClientRect(), composer.getBoundingClientRect());
}

function place(list, caret, around) {
  list.style.insetBlockEnd = `${around.bottom - caret.top + 6}px`;
  const room = around.width - list.offsetWidth - 8;
  list.style.left = `${Math.max(8, Math.min(caret.left - around.left, room))}px`;
}

function mark(option) {
  for (const each of open.list.children) each.setAttribute("aria-selected", each === option);
  open.composer.root.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function key(event) {
  const options = [...open.list.children];
  const here = options.findIndex((option) => option.ariaSelected === "true");
  const does = {
    ArrowDown: () => mark(options[(here + 1) % options.length]),
    ArrowUp: () => mark(options.at(here - 1)),
    Enter: () => choose(options[here]),
    Tab: () => choose(options[here]),
    Escape: close,
  }[event.key];
  if (!does || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  asking = null;
  event.preventDefault();
  event.stopImmediatePropagation();
  does();
}

function choose(option) {
  const { composer, range } = open;
  const name = document.createElement("bdi");
  name.dataset.mention = option.dataset.member;
  name.textContent = `@${option.dataset.name}`;
  close();
  composer.writing.editor.setSelection(range);
  composer.writing.editor.insertHTML(`${name.outerHTML}\u00a0`);
}

function close() {
  if (!open) return;
  open.composer.root.removeAttribute("aria-controls");
  open.composer.root.removeAttribute("aria-activedescendant");
  open.list.remove();
  open = null;
}
