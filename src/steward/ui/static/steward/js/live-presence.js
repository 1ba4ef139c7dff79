// Who else is here: looking at this ticket, writing in it, looking at those in the list. And telling others that we are.
import { randomName } from "./copies.js";
import { csrf } from "./page.js";

const BEAT = 12_000; // the server forgets after 30 seconds
const WRITING = 10_000; // since the last key

const live = document.getElementById("live");
const tab = randomName();
const people = new Map(); // id -> { name, avatar }
let present = {};
let told = null; // what the server knows of this tab: { url, doing }
let typedAt = 0;
let timer = 0;

/** Show who is where: `{ code: { looking: [id], writing: [id] } }`. */
export async function showPresence(changed) {
  present = changed;
  show();
  if (await learn(new Set(Object.values(present).flatMap((at) => at.looking)))) show();
}

function others(code, doing) {
  return (present[code]?.[doing] ?? []).filter((id) => id !== live.dataset.me && people.has(id)).map((id) => people.get(id));
}

/** Ask for names that are not known yet; true when some came. */
async function learn(ids) {
  const unknown = [...ids].filter((id) => id !== live.dataset.me && !people.has(id));
  if (!unknown.length) return false;
  try {
    const asked = new URLSearchParams(unknown.slice(0, 50).map((id) => ["id", id]));
    const response = await fetch(`${live.dataset.colleagues}?${asked}`, { headers: { "X-Requested-With": "live" } });
    const html = await response.text();
    for (const found of new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-member]"))
      people.set(found.dataset.member, { name: found.dataset.name, avatar: found.firstElementChild });
    return true;
  } catch {
    // Offline: whoever is still there is learnt of with the next message.
    return false;
  }
}

function show() {
  const open = document.getElementById("ticket");
  if (open) {
    showHere(open.querySelector(".ticket-here"), others(open.dataset.code, "looking"));
    showWriting(open.querySelector(".composer-others"), others(open.dataset.code, "writing"));
  }
  for (const row of document.querySelectorAll("#rows > [data-entry]")) showRow(row, others(row.id.replace(/^row-/, ""), "looking"));
}

function showHere(here, who) {
  if (!here || here.dataset.who === key(who)) return;
  here.dataset.who = key(who);
  const words = sentence(here, who);
  const label = Object.assign(document.createElement("span"), { textContent: words, className: who.length > 1 ? "sr" : "cut" });
  here.replaceChildren(...avatars(who), ...(who.length ? [label] : []));
  here.title = words;
}

function showWriting(warning, who) {
  if (!warning || warning.dataset.who === key(who)) return;
  warning.dataset.who = key(who);
  warning.querySelector("span").textContent = sentence(warning, who);
  warning.firstElementChild.hidden = !who.length;
}

function showRow(row, who) {
  const old = row.querySelector("[data-present]");
  if ((old?.dataset.who ?? "") === key(who)) return;
  old?.remove();
  if (!who.length) return;
  const looking = Object.assign(document.createElement("span"), { className: "row-looking", title: sentence(live, who) });
  looking.dataset.present = "";
  looking.dataset.who = key(who);
  const words = Object.assign(document.createElement("span"), { className: "sr", textContent: looking.title });
  looking.append(...avatars(who), words);
  row.querySelector(".row-when")?.prepend(looking);
}

const key = (who) => who.map((person) => person.name).join("\n");
const avatars = (who) => who.slice(0, 3).map((person) => person.avatar.cloneNode(true));

/** The words in `data-one` or `data-several`, with the names. */
function sentence({ dataset }, who) {
  if (!who.length) return "";
  const names = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(who.map((person) => person.name));
  return (who.length > 1 ? dataset.several : dataset.one).replace("%(names)s", names);
}

function doing() {
  return Date.now() - typedAt < WRITING ? "writing" : "looking";
}

/** Tell the server what this tab shows; with `isBeat` also when that is no news. */
function tell(isBeat = false) {
  clearTimeout(timer);
  const url = document.hidden ? null : (document.getElementById("ticket")?.dataset.presenceUrl ?? null);
  const now = url && { url, doing: doing() };
  if (!now) leave();
  else if (isBeat || told?.url !== now.url || told.doing !== now.doing) {
    told = now;
    // What does not arrive is told again by the next beat.
    fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf() }, body: form(now.doing) })
      .then((response) => response.headers.has("X-Notices") && dispatchEvent(new Event("steward:read")))
      .catch(() => {});
  }
  if (now) timer = setTimeout(() => tell(true), now.doing === "writing" ? WRITING : BEAT);
}

function leave() {
  if (!told) return;
  navigator.sendBeacon(told.url, form("left"));
  told = null;
}

function form(does) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ tab, doing: does, csrfmiddlewaretoken: csrf() })) body.append(name, value);
  return body;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#ticket steward-composer")) return;
  typedAt = Date.now();
  if (told?.doing !== "writing") tell();
});
document.addEventListener("visibilitychange", () => tell());
addEventListener("pagehide", leave);
addEventListener("pageshow", () => tell());
addEventListener("htmx:afterSwap", () => {
  tell();
  show();
});
addEventListener("steward:refreshed", show);
tell();
