// The bell in the bar: how much is unread, without loading the page anew. And notices on the desktop, for who asked for them.
const ASK = 120; // milliseconds: many events are one question
const CLAIM = 5000; // for so long the tab that shows a notice keeps the others from it

let timer = 0;
let wanted = false;

/** Ask for the bell soon; what is new goes to the desktop when `isNew`. */
export function ring(isNew = false) {
  clearTimeout(timer);
  wanted ||= isNew;
  timer = setTimeout(ask, ASK + Math.random() * ASK);
}
async function ask() {
  const bell = document.getElementById("bell");
  const isNew = wanted;
  wanted = false;
  if (!bell) return;
  try {
    const response = await fetch(bell.dataset.url, { headers: { "X-Requested-With": "live" } });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    show(bell, fresh.getElementById("bell"));
    if (isNew) for (const notice of fresh.querySelectorAll("[data-notice]")) onDesktop(notice.dataset);
  } catch {
    // Offline: it is asked again when the connection is back.
  }
}

function show(bell, fresh) {
  if (!fresh) return;
  const more = Number(fresh.dataset.unread) > Number(bell.dataset.unread);
  fresh.toggleAttribute("aria-current", bell.hasAttribute("aria-current"));
  const focused = document.activeElement === bell;
  bell.replaceWith(document.adoptNode(fresh));
  if (focused) fresh.focus();
  const list = document.querySelector(".bell-new");
  if (more && list) offer(list);
  if (more) document.getElementById("live-said").textContent = fresh.querySelector(".sr").textContent;
}

/** The list of notices is open: it says that there is more, and moves nothing. */
function offer(place) {
  const link = Object.assign(document.createElement("a"), { href: location.pathname, textContent: place.dataset.reload, className: "link" });
  place.replaceChildren(`${place.dataset.text} `, link);
}

/** One of the tabs shows it. A tab that shows the ticket just now shows it already. */
function onDesktop({ notice, ticket, url, title, body, account }) {
  if (globalThis.Notification?.permission !== "granted") return;
  if (!document.hidden && document.getElementById("ticket")?.dataset.code === ticket) return;
  const claim = () => {
    const shown = new Notification(title, { body: `${body} · ${account}`, tag: notice });
    shown.addEventListener("click", () => {
      focus();
      shown.close();
      location.assign(url);
    });
    return new Promise((resolve) => setTimeout(resolve, CLAIM));
  };
  // Over plain HTTP there are no locks; then the tag makes one of what several tabs show.
  if (!navigator.locks) return void claim();
  const name = `steward-notice ${notice}`;
  navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && !wasShown(notice) && claim());
}

function wasShown(notice) {
  const key = "steward.shown";
  const shown = JSON.parse(localStorage.getItem(key) ?? "[]");
  if (shown.includes(notice)) return true;
  localStorage.setItem(key, JSON.stringify([notice, ...shown].slice(0, 50)));
  return false;
}
