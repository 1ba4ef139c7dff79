// The first touch of a page, by pointer or key, brings what answers to touches. What was pressed meanwhile is kept and happens
// when that is there: nothing is lost, and nothing happens twice.
const TOUCHES = ["pointerover", "pointerdown", "touchstart", "wheel", "keydown", "click", "submit"];
// Without `hands.js` these do nothing, show what has no style yet, or load a whole page in place of a piece.
const PRESSED = "[hx-get], [hx-post], [hx-boost] a, [popovertarget], [data-dialog], [data-open-palette], [data-walk]";
const SENT = "[hx-post], [data-sign-out], steward-composer form";
const FIELDS = "input, textarea, select, [contenteditable]";

const kept = [];
let coming = null;

function touch(event) {
  if (!event.isTrusted) return;
  if (isKept(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    kept.push(event);
  }
  bring();
}

function bring() {
  // Offline the next touch tries again.
  coming ??= import("./hands.js").then(({ begin }) => begin(kept, () => listen(removeEventListener)), () => (coming = null));
}

function isKept(event) {
  const { type, target, key, shiftKey, altKey } = event;
  if (type === "submit") return target.matches(SENT);
  const isControl = event.ctrlKey || event.metaKey;
  if (type === "click") return !event.button && !isControl && !shiftKey && target.closest(PRESSED);
  if (type !== "keydown" || event.isComposing || altKey) return false;
  return isControl ? key.toLowerCase() === "k" && !shiftKey : key.length === 1 && key !== " " && !target.closest(FIELDS);
}

function listen(how) {
  for (const name of TOUCHES) how(name, touch, { capture: true, passive: name === "touchstart" || name === "wheel" });
}

listen(addEventListener);

// Something waits for it already: an answer that can be taken back, the row of the ticket one comes from, or the end of a
// list that is in sight.
const end = document.querySelector("[hx-trigger*=intersect]")?.getBoundingClientRect().top;
if (sessionStorage.getItem("steward.left") || sessionStorage.getItem("steward.ticket") || end < innerHeight) bring();
