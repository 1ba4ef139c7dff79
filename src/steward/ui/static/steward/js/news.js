// What a page needs once something happened elsewhere: the pieces it touches are asked for again.
import { ring } from "./bell.js";
import { Freshness } from "./live-freshness.js";
import { showPresence } from "./live-presence.js";
import "./live-reading.js";

const AGAIN = 30_000;
const QUIET = 4000; // a connection lost for less is no news

const place = document.getElementById("live");
const list = new Freshness("#list[data-live-url]", () => tellTrouble());
const ticket = new Freshness("#ticket[data-live-url]", () => tellTrouble());

let position = Number(place.dataset.position);
let late = 0;
let isLost = false;
let link = null;

/** From now on the messages of `through`, which leads to the connection, are taken here. Gives what pages do with news. */
export function begin(through) {
  link = through;
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  return { take, refresh, stand, comeBack, ring: () => ring() };
}

const takes = {
  joined({ state, position: reached, present }) {
    showPresence(present);
    stand(state);
    if (reached > position) refresh();
  },
  event({ position: at, said }) {
    if (at <= position) return;
    position = at;
    if (said.type === "tickets.ticket") list.spoil();
    if (said.ticket && said.ticket === document.getElementById("ticket")?.dataset.code) ticket.spoil();
    if (said.kind === "notice.added" && said.id === place.dataset.me) ring(true);
  },
  reset({ position: at }) {
    position = at;
    refresh();
  },
  presence: ({ present }) => showPresence(present),
  state: ({ state }) => stand(state),
};

function take(message) {
  takes[message.type]?.(message);
}

/** It is not known what happened: everything is asked for. */
function refresh() {
  list.spoil();
  ticket.spoil();
  ring();
}

/** The connection is "opening", "live", "lost", or "out": we are not let in. */
function stand(state) {
  clearTimeout(late);
  if (state === "out") leave();
  if (state === "live") tellTrouble((isLost = false));
  else late = setTimeout(() => tellTrouble((isLost = true)), QUIET);
  place.dataset.state = state;
}

/** If the session has ended, so does the page: what is typed is kept, and one comes back here after. */
async function leave() {
  try {
    const page = await fetch(location.href, { method: "HEAD", redirect: "manual", headers: { "X-Requested-With": "live" } });
    if (!page.ok) return location.reload();
  } catch {
    // Offline as well.
  }
  setTimeout(join, AGAIN);
}

function tellTrouble() {
  const isTrouble = isLost || list.isFailing || ticket.isFailing;
  for (const trouble of document.querySelectorAll(".list-trouble")) trouble.hidden = !isTrouble;
}

function join() {
  link.send({ type: "join", url: new URL(place.dataset.url, location.href).href, position });
}

/** The page was kept by the browser while it showed another. */
function comeBack() {
  join();
  ring();
}

function look() {
  if (document.hidden) return;
  link.send({ type: "hurry" });
  list.look();
  ticket.look();
}
