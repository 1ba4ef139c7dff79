// The tickets one has just been at, for the palette. They are kept for this tab only: they go when it is closed, or signed out.
const KEY = "steward.recent";
const MOST = 6;

/** Note the ticket that is shown now. */
export function remember() {
  const ticket = document.getElementById("ticket");
  const code = ticket?.dataset.code;
  if (!code) return;
  const here = { label: ticket.querySelector("h1")?.textContent.trim() ?? code, hint: code, url: location.pathname };
  const others = read().filter((each) => each.url !== here.url);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([here, ...others].slice(0, MOST + 1)));
  } catch {
    // Storage is full or barred: then nothing is offered.
  }
}

/** The tickets before the one that is shown, newest first. */
export function recent() {
  return read().filter((each) => each.url !== location.pathname).slice(0, MOST).map((each) => ({ ...each, icon: "clock" }));
}

addEventListener("steward:signed-out", () => sessionStorage.removeItem(KEY));

function read() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
}
