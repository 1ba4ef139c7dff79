// What is typed after an @, and who can be mentioned by it: asked for once for each beginning.
const TYPED = /(?:^|[\s(\u00a0])@([\p{L}\p{M}\p{N}.'’-]*(?: [\p{L}\p{M}\p{N}.'’-]*)?)$/u;
const answers = new Map(); // address and words -> a promise of { people, isWhole, count }
const NOBODY = { people: [], isWhole: false, count: 0 };

/** Those whom `words` name at a ticket, the likely ones without words. Offline nobody is offered; a whole name counts all the same. */
export async function asked(url, words) {
  // Whom fewer letters do not name, more do not either: what is no name after all is asked for no longer.
  for (let length = 1; length < words.length; length += 1) {
    const known = answers.get(`${url} ${words.slice(0, length)}`);
    if (known && !(await known)?.people.length) return NOBODY;
  }
  const name = `${url} ${words}`;
  if (!answers.has(name)) answers.set(name, fetched(`${url}?${new URLSearchParams({ q: words })}`));
  const answer = await answers.get(name);
  if (!answer) answers.delete(name);
  return answer ?? NOBODY;
}

async function fetched(url) {
  try {
    const response = await fetch(url, { headers: { "X-Requested-With": "live" } });
    if (!response.ok || response.redirected) return null;
    const list = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("ul");
    return { people: [...list.querySelectorAll("[data-member]")], isWhole: "whole" in list.dataset, count: Number(list.dataset.count) };
  } catch {
    return null;
  }
}

/** The words between an @ and the caret, and where they stand. */
export function before() {
  const { anchorNode: node, anchorOffset: offset, isCollapsed } = getSelection();
  if (!isCollapsed || node?.nodeType !== Node.TEXT_NODE || node.parentElement.closest("[data-mention]")) return null;
  const match = TYPED.exec(node.data.slice(0, offset));
  if (!match) return null;
  const range = document.createRange();
  range.setStart(node, offset - match[1].length - 1);
  range.setEnd(node, offset);
  return { words: match[1], range };
}
