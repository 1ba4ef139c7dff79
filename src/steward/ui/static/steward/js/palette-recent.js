// The tickets one has just been at, for the palette. They are kept for this tab only, sealed: they go when it is closed, or
// signed out.
import { seal, unseal } from "./shared.js";

const KEY = "steward.recent";
const MOST = 6;

let all = [];
const before = unseal(KEY, sessionStorage.getItem(KEY)).then((kept) => (all = JSON.parse(kept ?? "[]")));

/** Note the ticket that is shown now. */
export async function remember() {
  const ticket = document.getElementById("ticket");
  const code = ticket?.dataset.code;
  if (!code) return;
  const here = { label: ticket.querySelector("h1")?.textContent.trim() ?? code, hint: code, url: location.pathname };
  await before;
  all = [here, ...all.filter((each) => each.url !== here.url)].slice(0, MOST + 1);
  const sealed = await seal(KEY, JSON.stringify(all));
  try {
    sessionStorage.setItem(KEY, sealed);
  } catch {
    // Storage is full or barred: then nothing is offered.
  }
}

/** The tickets before the one that is shown, newest first. */
export function recent() {
  return all.filter((each) => each.url !== location.pathname).slice(0, MOST).map((each) => ({ ...each, icon: "clock" }));
}

addEventListener("steward:signed-out", () => sessionStorage.removeItem(KEY));
