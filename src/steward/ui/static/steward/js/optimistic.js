// What one chooses shows at once. When the server refuses or cannot be reached it goes back, and a notice says why.
import { countChange, underWay } from "./shared.js";

const kept = new WeakMap(); // form -> how it was

document.addEventListener("exchange:begin", ({ detail: { element, submitter, isPost } }) => {
  if (!isPost || !element.closest("#ticket-head, #ticket-tags")) return;
  countChange();
  underWay.add(element);
  const item = submitter ?? element;
  const undo = element.closest("#ticket-tags") ? tag(item) : choose(item);
  if (undo) kept.set(element, undo);
});

document.addEventListener("exchange:end", ({ detail: { element, isPost, isDone } }) => {
  const undo = kept.get(element);
  if (isPost) countChange();
  underWay.delete(element);
  kept.delete(element);
  // What came in place of it is the truth, and what is left is only the row in the list.
  if (undo && !isDone) undo();
});

// A header that came says how things are: a row that was ahead of it follows.
document.addEventListener("exchange:swapped", () => {
  const code = document.getElementById("ticket")?.dataset.code;
  const glyph = document.querySelector('[popovertarget="status-menu"] .state');
  if (code && glyph) rowGlyph(code)?.replaceWith(labelled(glyph));
});

/** Show the choice on the button that opens its menu, and its status in the list; gives what takes it back. */
function choose(item) {
  const chosen = item.name === "status" ? document.querySelector(`#status-menu [name="status"][value="${item.value}"]`) : item;
  const menu = chosen?.closest("[data-menu]") ?? document.getElementById("status-menu");
  const pick = menu && document.querySelector(`[popovertarget="${menu.id}"]`);
  const source = chosen?.closest("[data-menu]") ? chosen : menu?.querySelector('[name="status"][value="postponed"]');
  if (!pick || !source) return null;
  const before = [...pick.childNodes];
  close(menu);
  pick.replaceChildren(...face(source, pick));
  pick.dataset.pending = "";
  const undoRow = menu.id === "status-menu" ? markRow(source.querySelector(".state")) : () => {};
  return () => {
    pick.replaceChildren(...before);
    delete pick.dataset.pending;
    pick.toggleAttribute("data-refused", true);
    setTimeout(() => pick.removeAttribute("data-refused"), 1500);
    undoRow();
  };
}

/** The focus goes back to where it was or, if that was swapped meanwhile, to the button that opens the menu. */
function close(menu) {
  if (menu.matches(":popover-open")) menu.hidePopover();
  const { activeElement: at, body } = document;
  if (at === body || menu.contains(at)) document.querySelector(`[popovertarget="${menu.id}"]`)?.focus();
}

/** What the button shows of an item: its picture and name; the words for screen readers stay the button's own. */
function face(item, pick) {
  const nodes = [...item.childNodes].filter((node) => !node.matches?.(".muted, .icon:last-child:not(:first-child), input")).map((node) => node.cloneNode(true));
  const own = [pick.querySelector(":scope > .sr"), pick.querySelector(":scope > .icon")].map((node) => node?.cloneNode(true));
  const isIconNeeded = !nodes.some((node) => node.ariaHidden) && own[1];
  return [isIconNeeded ? own[1] : nodes.shift(), own[0] ?? "", ...nodes].filter(Boolean);
}

const rowGlyph = (code) => document.querySelector(`#row-${CSS.escape(code)} .row > .state`);

function markRow(glyph) {
  const row = rowGlyph(document.getElementById("ticket")?.dataset.code ?? "");
  if (!row || !glyph) return () => {};
  const fresh = labelled(glyph);
  row.replaceWith(fresh);
  return () => fresh.replaceWith(row);
}

/** In the list no word stands beside the glyph. */
function labelled(glyph) {
  const named = glyph.cloneNode(true);
  const item = document.querySelector(`#status-menu [value="${glyph.dataset.state}"]`);
  const words = item?.textContent.trim();
  if (!words) return named;
  named.removeAttribute("aria-hidden");
  named.setAttribute("role", "img");
  named.setAttribute("aria-label", words);
  return named;
}

function tag(item) {
  const menu = item.closest("[data-menu]");
  if (menu) close(menu);
  const badge = item.closest(".badge");
  if (item.matches(".badge-x")) return hide(badge);
  if (item.name === "remove") return hide(document.querySelector(`#ticket-tags [hx-vals*="${item.value}"]`)?.closest(".badge"));
  const name = item.value;
  const added = Object.assign(document.createElement("span"), { className: "badge", textContent: `#${name}` });
  added.dataset.pending = "";
  document.querySelector("#ticket-tags .badge-button")?.before(added);
  return () => added.remove();
}

function hide(badge) {
  if (!badge) return null;
  badge.hidden = true;
  badge.dataset.pending = "";
  return () => {
    badge.hidden = false;
    delete badge.dataset.pending;
  };
}
