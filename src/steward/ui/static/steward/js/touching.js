// The first touch of a page, by pointer or key, brings what answers to touches. What was pressed meanwhile is kept and happens
// when that is there: nothing is lost, and nothing happens twice.
const TOUCHES = ["pointerover", "pointerdown", "touchstart", "wheel", "keydown", "click", "submit"];
// Without `hands.js` these do nothing, show what has no style yet, or load a whole page in place of a piece.
const PRESSED = "[hx-get], [hx-post], [hx-boost] a, [popovertarget], [data-dialog], [data-open-palette], [data-walk]";
const SENT = "[hx-post], [data-sign-out], steward-composer form";
const FIELDS = "input, textarea, select, [contenteditable]";
// Part of what one types once something is held back; before that the browser does with them what it does.
const FOLLOWING = [" ", "Enter", "Escape", "Backspace", "ArrowDown", "ArrowUp"];

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
  const { type, target, key, shiftKey } = event;
  if (type === "submit") return target.matches(SENT);
  // # and [ are typed with the right Alt on some keyboards, which some systems tell as Control and Alt.
  const isAltGraph = event.getModifierState?.("AltGraph");
  const isControl = (event.ctrlKey || event.metaKey) && !isAltGraph;
  if (type === "click") return !event.button && !isControl && !shiftKey && target.closest(PRESSED);
  if (type !== "keydown" || event.isComposing || (event.altKey && !isAltGraph)) return false;
  if (isControl) return (key.toLowerCase() === "k" && !shiftKey) || (kept.length && key === "Enter");
  if (target.closest(FIELDS)) return false;
  return (key.length === 1 && key !== " ") || (kept.length && FOLLOWING.includes(key));
}

function listen(how) {
  for (const name of TOUCHES) how(name, touch, { capture: true, passive: name === "touchstart" || name === "wheel" });
}

listen(addEventListener);

// What comes later is fetched when the page has come: with the first touch the network may be gone.
function fetchAhead() {
  for (const { href } of document.querySelectorAll("link[rel=later]")) fetch(href, { priority: "low" }).then((file) => file.blob()).catch(console.info);
}
if (document.readyState === "complete") fetchAhead();
else addEventListener("load", () => setTimeout(fetchAhead));

// Something waits for it already: an answer that can be taken back, keys that were pressed on the page before, the row of
// the ticket one comes from, or the end of a list that is in sight.
const end = document.querySelector("[hx-trigger*=intersect]")?.getBoundingClientRect().top;
if (["left", "pressed", "ticket"].some((name) => sessionStorage.getItem(`steward.${name}`)) || end < innerHeight) bring();
