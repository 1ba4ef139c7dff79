// The rich text of the composer: Squire, with DOMPurify in front of whatever is pasted or restored.
import "../vendor/purify.min.js";
import Squire from "../vendor/squire.js";

// No style, class or image: what mail clients show alike, and nothing the policy of the page would refuse.
const CLEAN = {
  ALLOWED_TAGS: ["a", "b", "strong", "i", "em", "u", "s", "code", "pre", "br", "div", "p", "ul", "ol", "li", "blockquote", "hr", "bdi", "table", "thead", "tbody", "tr", "td", "th"],
  ALLOWED_ATTR: ["href", "dir", "lang", "colspan", "rowspan", "data-mention"],
  ADD_URI_SAFE_ATTR: ["dir", "lang", "colspan", "rowspan", "data-mention"], // no addresses: the expression below is not about them
  ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):/i,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
  FORCE_BODY: true,
};

/** Turn `root` into an editor that holds `html`. */
export function makeEditor(root, html) {
  const editor = new Squire(root, { sanitizeToDOMFragment: (dirty) => document.importNode(DOMPurify.sanitize(dirty, CLEAN), true) });
  editor.setHTML(html);
  return editor;
}

/** Plain text as the editor writes it: one block for each line. */
export function asHtml(text) {
  const escaped = Object.assign(document.createElement("div"), { textContent: text }).innerHTML;
  return escaped.split("\n").map((line) => `<div>${line || "<br>"}</div>`).join("");
}

/** True when nothing is written. */
export function isEmpty(root) {
  return !root.textContent.trim() && !root.querySelector("hr, table");
}

const formats = {
  bold: { has: (editor) => editor.hasFormat("B") || editor.hasFormat("STRONG"), on: (editor) => editor.bold(), off: (editor) => editor.removeBold() },
  italic: { has: (editor) => editor.hasFormat("I") || editor.hasFormat("EM"), on: (editor) => editor.italic(), off: (editor) => editor.removeItalic() },
  list: { has: (editor) => editor.hasFormat("UL"), on: (editor) => editor.makeUnorderedList(), off: (editor) => editor.removeList() },
  quote: { has: (editor) => editor.hasFormat("BLOCKQUOTE"), on: (editor) => editor.increaseQuoteLevel(), off: (editor) => editor.decreaseQuoteLevel() },
};

/** Wire the toolbar in `composer` to `editor`; the link has a small field of its own. */
export function wireTools(composer, editor) {
  const buttons = [...composer.querySelectorAll("[data-format]")];
  const link = composer.querySelector(".composer-link");
  const askLink = () => openLink(composer, editor, link);
  composer.addEventListener("click", (event) => {
    const name = event.target.closest("[data-format]")?.dataset.format;
    if (name === "link") editor.hasFormat("A") ? editor.removeLink() : askLink();
    else if (name) toggle(editor, formats[name]);
    const choice = event.target.closest("[data-link]")?.dataset.link;
    if (choice) closeLink(composer, editor, link, choice === "set");
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      closeLink(composer, editor, link, event.key === "Enter");
    }
  });
  // With nothing selected the palette opens, as everywhere.
  const linkSelected = (_editor, event) => {
    if (editor.getSelection().collapsed) return;
    event.preventDefault();
    askLink();
  };
  editor.setKeyHandler("Ctrl-k", linkSelected);
  editor.setKeyHandler("Meta-k", linkSelected);
  editor.addEventListener("pathChange", () => {
    for (const button of buttons) {
      const name = button.dataset.format;
      button.setAttribute("aria-pressed", name === "link" ? editor.hasFormat("A") : formats[name].has(editor));
    }
  });
}

function toggle(editor, format) {
  if (format.has(editor)) format.off(editor);
  else format.on(editor);
  editor.focus();
}

function openLink(composer, editor, link) {
  link.selection = editor.getSelection().cloneRange();
  composer.querySelector(".composer-format").hidden = true;
  link.hidden = false;
  link.querySelector("input").value = "";
  link.querySelector("input").focus();
}

function closeLink(composer, editor, link, isSet) {
  const typed = link.querySelector("input").value.trim();
  composer.querySelector(".composer-format").hidden = false;
  link.hidden = true;
  editor.focus();
  editor.setSelection(link.selection);
  if (isSet && typed) editor.makeLink(withScheme(typed));
}

function withScheme(typed) {
  if (/^(https?|mailto|tel):/i.test(typed)) return typed;
  return /^[^\s/]+@[^\s/]+$/.test(typed) ? `mailto:${typed}` : `https://${typed}`;
}
