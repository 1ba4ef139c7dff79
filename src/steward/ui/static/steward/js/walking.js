// The rows of the list: which comes before and after, and opening one.

export const rows = () => [...document.querySelectorAll("#rows .row")];

/** The row `step` away from the focused one, or from the open one. */
export function walk(step, fromOpen = false) {
  const all = rows();
  const open = all.findIndex((row) => row.hasAttribute("aria-current"));
  const focused = fromOpen ? -1 : all.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : open;
  if (here < 0) return all[0];
  return all[Math.min(Math.max(here + step, 0), all.length - 1)];
}

export function openRow(row) {
  if (!row || row.hasAttribute("aria-current")) return;
  if (row.checkVisibility()) row.focus();
  row.click();
}
