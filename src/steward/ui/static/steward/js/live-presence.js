// Who else is here: looking at this ticket, writing in it, looking at those in the list.

const live = document.getElementById("live");
const people = new Map(); // id -> { name, avatar }
let present = {};

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
  const label = Object.assign(document.createElement("span"), { textContent: words, className: who.length > 1 ? "sr" : "" });
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

for (const name of ["exchange:swapped", "steward:refreshed"]) addEventListener(name, show);
