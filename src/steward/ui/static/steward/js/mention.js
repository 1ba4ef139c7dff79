// @ in a note offers the people who see the ticket. What is chosen becomes a name that the server knows.
const TYPED = /(?:^|[\s(\u00a0])@([\p{L}\p{M}\p{N}.'’-]*(?: [\p{L}\p{M}\p{N}.'’-]*)?)$/u;
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const known = new Map(); // address -> the people of a ticket

let open = null; // { composer, list, range }

document.addEventListener("input", (event) => {
  const composer = event.target.closest?.("steward-composer[data-mention-url]");
  if (composer && event.target === composer.root) offer(composer);
});
// Before the editor, which has ideas of its own for these keys.
document.addEventListener("keydown", (event) => open && key(event), true);
document.addEventListener("focusout", () => open && setTimeout(() => document.activeElement !== open?.composer.root && close()));

/** Offer people where an @ stands before the caret. */
export async function offer(composer) {
  const typed = composer.form.elements.kind?.value === "note" && before();
  if (!typed) return close();
  const people = await peopleOf(composer.dataset.mentionUrl);
  const wanted = plain(typed.words);
  const found = people.filter(({ dataset }) => plain(dataset.name).split(/\s+/).some((part, at, parts) => parts.slice(at).join(" ").startsWith(wanted)));
  // Time has passed: what is before the caret may be another word by now.
  const still = before();
  if (!found.length || still?.words !== typed.words) return close();
  show(composer, still.range, found.slice(0, 8));
}

/** The words between an @ and the caret, and where they stand. */
function before() {
  const { anchorNode: node, anchorOffset: offset, isCollapsed } = getSelection();
  if (!isCollapsed || node?.nodeType !== Node.TEXT_NODE || node.parentElement.closest("[data-mention]")) return null;
  const match = TYPED.exec(node.data.slice(0, offset));
  if (!match) return null;
  const range = document.createRange();
  range.setStart(node, offset - match[1].length - 1);
  range.setEnd(node, offset);
  return { words: match[1], range };
}

async function peopleOf(url) {
  if (known.has(url)) return known.get(url);
  try {
    const response = await fetch(url, { headers: { "X-Requested-With": "live" } });
    if (!response.ok || response.redirected) return [];
    const people = [...new DOMParser().parseFromString(await response.text(), "text/html").querySelectorAll("[data-member]")];
    known.set(url, people);
    return people;
  } catch {
    // Offline: nobody is offered; a whole name that is typed counts all the same.
    return [];
  }
}

function show(composer, range, people) {
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
