// Pieces of a page that the server renders anew: links, buttons and forms say with htmx's attributes what they ask for and
// where the answer goes. This is the part of htmx's language that our pages speak: hx-get, hx-post, hx-boost, hx-target,
// hx-select, hx-swap, hx-push-url, hx-vals, hx-disabled-elt, hx-sync="this:drop", hx-swap-oob, and a trigger by coming into sight.
// What happens is told by events on the document, with `detail` as `exchange` makes it:
// exchange:begin, exchange:swap (before), exchange:swapped, exchange:end, exchange:failed.
import { csrf } from "./shared.js";
import { isSignIn } from "./sending.js";

const PATIENCE = 30_000; // ms, for an answer
const running = new Map(); // what was asked by: element of a form, target of a link -> AbortController
const next = new WeakMap(); // form -> what was chosen in it while an earlier choice was on its way

const inherited = (element, name) => element.closest(`[${name}]`)?.getAttribute(name);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`exchange:${name}`, { bubbles: true, detail }));

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[hx-post], [hx-get]")) return;
  event.preventDefault();
  ask(form, event.submitter);
});

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const element = event.target.closest("a[href], button");
  if (!element || element.disabled || !isAsking(element)) return;
  if (!element.hasAttribute("popovertarget")) event.preventDefault(); // a menu opens while its choices are fetched
  ask(element, element.matches("[hx-post]") ? element : null);
});

function isAsking(element) {
  if (element.matches("[hx-get], [hx-post]")) return true;
  return element.matches("a:not([target], [download], [href^='#'])") && inherited(element, "hx-boost") === "true" && element.origin === location.origin;
}

/** Ask for what `element` names, with the value of the button that sends a form. */
export function ask(element, submitter = null) {
  const isPost = element.matches("[hx-post]");
  const url = element.getAttribute(isPost ? "hx-post" : "hx-get") ?? element.href;
  return exchange({ element, submitter, url, body: isPost ? valuesOf(element, submitter) : null, target: inherited(element, "hx-target") });
}

/** Post `values` to `url`; the answer takes the place of what `target` selects. */
export function post(url, target, values) {
  const element = document.querySelector(target);
  return exchange({ element, submitter: null, url, body: new URLSearchParams(values), target });
}

function valuesOf(element, submitter) {
  const form = element.closest("form");
  const values = new URLSearchParams(form ? new FormData(form, submitter?.type === "submit" ? submitter : null) : []);
  for (const [name, value] of Object.entries(JSON.parse(element.getAttribute("hx-vals") ?? "{}"))) values.set(name, value);
  return values;
}

async function exchange(asked) {
  const { element, body, submitter } = asked;
  const place = body ? element : find(asked);
  const isOnce = element.getAttribute("hx-sync") === "this:drop";
  if (body && running.has(place)) return void (isOnce || next.set(place, submitter)); // the last choice goes when the first is through
  running.get(place)?.abort();
  const control = new AbortController();
  running.set(place, control);
  const timer = setTimeout(() => control.abort(new DOMException("", "TimeoutError")), PATIENCE);
  const detail = { ...asked, isPost: Boolean(body), isDone: false };
  const disabled = element.closest("[hx-disabled-elt]");
  element.dataset.asking = "";
  if (disabled) disabled.disabled = true;
  tell("begin", detail);
  try {
    const headers = { "HX-Request": "true", "X-CSRFToken": csrf() };
    const response = await fetch(asked.url, { method: body ? "POST" : "GET", body, headers, signal: control.signal });
    await take(response, detail);
  } catch (fault) {
    // Offline, or the server is restarting, or hangs. What was asked for in place of this one is no fault.
    if (fault.name !== "AbortError") tell("failed", detail);
  } finally {
    clearTimeout(timer);
    delete element.dataset.asking;
    if (disabled) disabled.disabled = false;
    if (running.get(place) === control) running.delete(place);
    tell("end", detail);
    if (next.has(place)) repeat(place);
  }
}

function repeat(form) {
  const submitter = next.get(form);
  next.delete(form);
  if (form.isConnected) ask(form, submitter);
}

async function take(response, detail) {
  const text = await response.text();
  const elsewhere = response.headers.get("HX-Redirect");
  if (!response.ok) return tell("failed", { ...detail, url: response.url || detail.url, text });
  // The session has ended: what is typed is kept in this browser, and one comes back here after signing in.
  if (isSignIn(response.url)) return location.reload();
  detail.isDone = true;
  if (elsewhere) return location.assign(elsewhere);
  if (response.status === 204) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (detail.element.closest("[hx-push-url]")?.getAttribute("hx-push-url") === "true") goTo(response.url, fresh.title);
  await swap(fresh, detail);
}

function goTo(url, title) {
  history.replaceState({ exchanged: true }, "");
  history.pushState({ exchanged: true }, "", url);
  if (title) document.title = title;
}

/** The element that the answer goes into or takes the place of. */
function find({ element, target }) {
  if (!target || target === "this") return element;
  return target.startsWith("closest ") ? element.closest(target.slice(8)) : document.querySelector(target);
}

async function swap(fresh, detail) {
  const { element } = detail;
  for (const piece of fresh.querySelectorAll("[hx-swap-oob]")) {
    const [how, selector] = piece.getAttribute("hx-swap-oob").split(":");
    piece.remove();
    if (how === "beforeend") document.querySelector(selector).append(...piece.childNodes);
  }
  const select = inherited(element, "hx-select");
  const nodes = select ? [...fresh.querySelectorAll(select)] : [...fresh.body.childNodes];
  const how = inherited(element, "hx-swap")?.split(" ")[0] ?? "innerHTML";
  // Looked up only now: another answer may have put a new one in the place of the one there was.
  const target = find(detail);
  if (how === "none" || !target?.isConnected) return;
  tell("swap", { ...detail, target });
  const focused = document.activeElement?.id;
  if (how === "outerHTML") target.replaceWith(...nodes);
  else target.replaceChildren(...nodes);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  tell("swapped", { ...detail, target, nodes });
}

// More of a list comes when its end comes into sight.
const ends = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    ends.unobserve(target);
    if (target.isConnected) ask(target);
  }
});
const observe = () => document.querySelectorAll("[hx-trigger*=intersect]").forEach((end) => ends.observe(end));
for (const name of ["exchange:swapped", "steward:refreshed"]) addEventListener(name, observe);
observe();
