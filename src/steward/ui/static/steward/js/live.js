// What happened elsewhere shows here: the stream says that something did, and the pieces it touches are asked for again.
import "./live-ages.js";
import { Freshness } from "./live-freshness.js";
import "./live-reading.js";
import { showPresence } from "./live-presence.js";
import { share } from "./live-sharing.js";

const place = document.getElementById("live");
const AGAIN = 30_000;
const QUIET = 4000; // a connection lost for less is no news

let position = Number(place?.dataset.position);
let late = 0;

const list = new Freshness("#list[data-live-url]", tellTrouble);
const ticket = new Freshness("#ticket[data-live-url]", tellTrouble);

const takes = {
  joined({ state, position: reached, present }) {
    showPresence(present);
    stand(state);
    if (reached > position) refresh();
  },
  event({ position: at, said }) {
    if (at <= position) return;
    position = at;
    dispatchEvent(new CustomEvent("steward:happened", { detail: said }));
    if (said.type === "tickets.ticket") list.spoil();
    if (said.ticket && said.ticket === document.getElementById("ticket")?.dataset.code) ticket.spoil();
  },
  reset({ position: at }) {
    position = at;
    refresh();
  },
  presence: ({ present }) => showPresence(present),
  state: ({ state }) => stand(state),
};

function hear(message) {
  takes[message.type]?.(message);
}

function refresh() {
  list.spoil();
  ticket.spoil();
  dispatchEvent(new Event("steward:missed"));
}

function stand(state) {
  clearTimeout(late);
  if (state === "out") leave();
  if (state === "live") tellTrouble();
  else late = setTimeout(() => tellTrouble(true), QUIET);
  place.dataset.state = state;
}

/** We are not let in. If the session has ended, so does the page: what is typed is kept, and one comes back here after. */
async function leave() {
  try {
    const page = await fetch(location.href, { method: "HEAD", redirect: "manual", headers: { "X-Requested-With": "live" } });
    if (!page.ok) return location.reload();
  } catch {
    // Offline as well.
  }
  setTimeout(join, AGAIN);
}

function tellTrouble(isLost = false) {
  const isTrouble = isLost || list.isFailing || ticket.isFailing;
  for (const trouble of document.querySelectorAll(".list-trouble")) trouble.hidden = !isTrouble;
}

function join() {
  link.send({ type: "join", url: new URL(place.dataset.url, location.href).href, position });
}

function look() {
  if (document.hidden) return;
  link.send({ type: "hurry" });
  list.look();
  ticket.look();
}

// An error page shows nothing that changes.
const link = place && share({ name: `steward-live ${place.dataset.me}`, worker: place.dataset.worker }, hear);
if (link) {
  addEventListener("steward:changed", refresh);
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  addEventListener("pagehide", () => link.send({ type: "leave" }));
  addEventListener("pageshow", (event) => event.persisted && join());
  join();
}
