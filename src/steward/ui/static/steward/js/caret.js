// The place of the caret in a text whose elements are exchanged, counted in characters that are no white space: the same text
// breaks its lines otherwise as plain text than as the editor has it.
const solid = (text) => text.replace(/\s/g, "").length;

/** Where the caret is in `root`: `{ before, isAfterSpace }`. Null at the end, and where it is elsewhere. */
export function caretIn(root) {
  const { anchorNode, anchorOffset, isCollapsed } = getSelection();
  if (!isCollapsed || !root.contains(anchorNode)) return null;
  const range = document.createRange();
  range.selectNodeContents(root);
  range.setEnd(anchorNode, anchorOffset);
  const before = range.toString();
  if (solid(before) === solid(root.textContent)) return null;
  return { before: solid(before), isAfterSpace: !before || /\s$/.test(before) };
}

/** Put the caret of `editor` to that place in the text that `root` holds by now, or to the end. */
export function goTo(editor, root, place) {
  const range = place && rangeOf(root, place);
  editor.focus();
  if (range) editor.setSelection(range);
  else editor.moveCursorToEnd();
}

function rangeOf(root, { before, isAfterSpace }) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let left = before + (isAfterSpace ? 1 : 0);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    for (let at = 0; at < node.data.length; at += 1) {
      if (/\s/.test(node.data[at]) || (left -= 1)) continue;
      const range = document.createRange();
      range.setStart(node, isAfterSpace ? at : at + 1);
      return range;
    }
  }
  return null;
}
