// More of what axe does not see: text that is cut or lies on other text once it is spaced (WCAG 1.4.12), and edges, icons
// and rings that are too pale (1.4.11). Each function returns sentences; none is good.
Object.assign(window.pageFaults, {
  // As 1.4.12 asks for, but for the letters of a script that joins them. What was wrong before is told by itself.
  spaced() {
    const before = new Set([...overlapping(), ...spilling(), ...cut()]);
    const faults = [...overlapping(), ...spilling()];
    const sheet = new CSSStyleSheet();
    const letters = document.documentElement.dir === "rtl" ? "" : "letter-spacing: 0.12em !important;";
    sheet.replaceSync(`* { line-height: 1.5 !important; word-spacing: 0.16em !important; ${letters} } p { margin-block-end: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
    const new_ = [...overlapping(), ...spilling(), ...cut(), ...this.tooWide()].filter((fault) => !before.has(fault));
    document.adoptedStyleSheets = [];
    return [...faults, ...new_.map((fault) => `spaced: ${fault}`)].slice(0, 5);
  },

  // A field is told by its edge, by its ground, or, without either, by a picture in it; a picture has 3 to 1 to what it is on.
  pale() {
    const faults = new Set();
    for (const field of document.querySelectorAll(".input:not([data-size=small]), textarea.input")) {
      if (!isSeen(field) || field.disabled) continue;
      const around = ground(field.parentElement);
      const style = getComputedStyle(field);
      const edges = [over(painted(style.backgroundColor), around), over(painted(style.borderTopColor), around)];
      if (Math.max(...edges.map((edge) => contrast(edge, around))) < 3) faults.add(`${called(field)} has a pale edge`);
    }
    for (const picture of document.querySelectorAll("svg")) {
      if (!isSeen(picture) || picture.closest(":disabled, .drawing")) continue;
      const { stroke, fill, color } = getComputedStyle(picture);
      const ink = stroke === "none" ? (fill === "none" || fill === "rgb(0, 0, 0)" ? color : fill) : stroke;
      const around = ground(picture.parentElement);
      if (contrast(over(painted(ink), around), around) < 3) faults.add(`a picture in ${called(picture.parentElement)} is pale`);
    }
    return [...faults].slice(0, 5);
  },
});

const ASIDE = ".toasts, .menu, dialog, .rail, .bar, .list-new, .registry-save";
const CLIPS = ["hidden", "clip"];

/** Every box of text that can be seen, without what scrolling has taken away. */
function texts() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!node.data.trim() || !isSeen(around) || around.closest("svg, script, style, option, .sr, pre")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const part = box.width > 2 && box.height > 2 && inWindow(around, box);
      if (part) found.push({ node, box: part });
    }
  }
  return found.sort((one, other) => one.box.top - other.box.top);
}

/** The part of a box that no part around it cuts away; without the air above and below the letters. */
function inWindow(around, box) {
  let { left, right } = box;
  let [top, bottom] = [box.top + box.height * 0.15, box.bottom - box.height * 0.15];
  for (let at = around; at && at !== document.body; at = at.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(at);
    if (overflowX === "visible" && overflowY === "visible") continue;
    const edge = at.getBoundingClientRect();
    [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
  }
  return right - left > 1 && bottom - top > 1 ? { left, right, top, bottom } : null;
}

function overlapping() {
  const all = texts();
  const faults = new Set();
  all.forEach((one, place) => {
    for (let next = place + 1; next < all.length && all[next].box.top < one.box.bottom; next++) {
      const other = all[next];
      if (one.node === other.node || one.node.parentElement.closest(ASIDE) !== other.node.parentElement.closest(ASIDE)) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (wide > 2 && high > 2) faults.add(`“${short(one.node.data)}” lies on “${short(other.node.data)}”`);
    }
  });
  return faults;
}

/** Text that reaches out of the ground it stands on. */
function spilling() {
  const faults = new Set();
  for (const { node, box } of texts()) {
    for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
      const { overflowX, backgroundColor, display } = getComputedStyle(at);
      if (overflowX !== "visible") break;
      if (backgroundColor === "rgba(0, 0, 0, 0)" || display === "inline") continue;
      const edge = at.getBoundingClientRect();
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom + 1) faults.add(`“${short(node.data)}” reaches out of ${called(at)}`);
      break;
    }
  }
  return faults;
}

/** What hides a part of itself. Rows and notices show the beginning of what opens when one follows them. */
function cut() {
  const faults = new Set();
  for (const one of document.querySelectorAll("main *, .about *")) {
    if (!isSeen(one) || one.closest(".row, .notice, .lines, svg, input, select, textarea, .sr") || isClipped(one)) continue;
    const { overflowX, overflowY } = getComputedStyle(one);
    const isCut = (CLIPS.includes(overflowX) && one.scrollWidth - one.clientWidth > 1) || (CLIPS.includes(overflowY) && one.scrollHeight - one.clientHeight > 2);
    if (isCut && one.clientWidth > 1) faults.add(`${called(one)} is cut`);
  }
  return faults;
}

function isSeen(one) {
  const isShut = one.closest("[popover]:not(:popover-open), dialog:not([open]), template");
  return !isShut && one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.getBoundingClientRect().width > 0 && !isClipped(one);
}

function isClipped(one) {
  for (let at = one; at; at = at.parentElement) if (getComputedStyle(at).clipPath !== "none") return true;
  return false;
}

const short = (text) => text.trim().replace(/\s+/g, " ").slice(0, 30);

function called(one) {
  return `<${one.localName} class="${one.getAttribute("class") ?? ""}"> “${short(one.getAttribute("aria-label") || one.textContent)}”`;
}

const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const known = new Map();

/** A colour of any notation as red, green, blue (0 to 255) and alpha (0 to 1). */
function painted(colour) {
  if (!known.has(colour)) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
    known.set(colour, [red, green, blue, alpha / 255]);
  }
  return known.get(colour);
}

const over = ([red, green, blue, alpha], under) => [red, green, blue].map((part, place) => part * alpha + under[place] * (1 - alpha));

/** The colour that an element stands on. */
function ground(one) {
  const layers = [];
  for (let at = one; at; at = at.parentElement) layers.unshift(painted(getComputedStyle(at).backgroundColor));
  return layers.reduce((under, layer) => over(layer, under), matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255]);
}

/** WCAG 2.2, contrast ratio. */
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
