// The rows of the list: which comes before and after, and opening one.
const PLACE = "steward.place";

export const rows = () => [...document.querySelectorAll("#rows .row")];

/** The row `step` away from the focused one, or from the open one. */
export function walk(step, fromOpen = false) {
  const all = rows();
  const open = all.findIndex((row) => row.hasAttribute("aria-current"));
  const focused = fromOpen ? -1 : all.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : open;
  if (here < 0) return all[0];
  const before = fromOpen && kept(all, all[open], step);
  if (before) return before;
  return all[Math.min(Math.max(here + step, 0), all.length - 1)];
}

export function openRow(row) {
  if (!row || row.hasAttribute("aria-current")) return;
  if (row.checkVisibility()) row.focus();
  row.click();
}

/** An answer brings the open ticket to the top of many lists: who goes on from there goes on from where it was. */
export function keepPlace() {
  const open = rows().find((row) => row.hasAttribute("aria-current"));
  if (!open) return;
  const place = { open: open.pathname, up: walk(-1, true).pathname, down: walk(1, true).pathname };
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  } catch {
    // Storage is full or barred: then one goes on from the top.
  }
}

addEventListener("steward:signed-out", () => sessionStorage.removeItem(PLACE));

/** The row that was beside the open one when that was answered; nothing where it is gone, or was the last. */
function kept(all, open, step) {
  const { open: answered, up, down } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
  if (answered !== open?.pathname) return null;
  return all.find((row) => row !== open && row.pathname === (step < 0 ? up : down));
}
