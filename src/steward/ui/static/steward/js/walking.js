// The rows of the list: which comes before and after, and opening one.
const PLACE = "steward.place";

export const rows = () => [...document.querySelectorAll("#rows .row")];

/** The row `step` away from the focused one, or from the open one. */
export function walk(step, fromOpen = false) {
  const all = rows();
  const open = all.findIndex((row) => row.hasAttribute("aria-current"));
  const focused = fromOpen ? -1 : all.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : open;
  const beside = fromOpen && kept(all, open, step);
  if (beside) return beside;
  if (here < 0) return all[0];
  return all[Math.min(Math.max(here + step, 0), all.length - 1)];
}

export function openRow(row) {
  if (!row || row.hasAttribute("aria-current")) return;
  if (row.checkVisibility()) row.focus();
  row.click();
}

/**
 * What is done to the open ticket moves it in its list (an answer: `isMoved`) or takes it out of it: who goes on from there
 * goes on from where it was before.
 */
export function keepPlace(isMoved) {
  const open = rows().find((row) => row.hasAttribute("aria-current"));
  if (!open || (!isMoved && before().open === open.pathname)) return;
  const place = { open: open.pathname, up: walk(-1, true).pathname, down: walk(1, true).pathname, isMoved };
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  } catch {
    // Storage is full or barred: then one goes on from the top.
  }
}

addEventListener("steward:signed-out", () => sessionStorage.removeItem(PLACE));

const before = () => JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");

/** The row that was beside the open one before that was changed; nothing where it is gone, or was the last. */
function kept(all, open, step) {
  const { open: changed, up, down, isMoved } = before();
  const code = document.getElementById("ticket")?.dataset.code;
  if (!code || !changed?.endsWith(`/${code}`) || (open >= 0 && !isMoved)) return null;
  return all.find((row) => row.pathname !== changed && row.pathname === (step < 0 ? up : down));
}

/** The address with the list that one works through. */
export function keepingList(url) {
  const view = new URLSearchParams(location.search).get("view");
  const isList = url.pathname === new URL(listAddress()).pathname;
  if (view && (isList || url.pathname === location.pathname)) url.searchParams.set("view", view);
  return url;
}

export const listAddress = () => document.querySelector(".rail-link").href;
