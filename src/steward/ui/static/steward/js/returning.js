// Who goes back from a ticket to a list that is a page of its own is at the row of that ticket, not at the top (WCAG 2.4.3).
const LEFT = "steward.ticket";

const open = () => document.getElementById("ticket")?.dataset.code;

let isGoingBack = false;
addEventListener("click", (event) => (isGoingBack ||= Boolean(event.target.closest(".bar-back"))));
addEventListener("pagehide", () => keep(open(), isGoingBack));

function keep(code, isAsked) {
  try {
    if (code) sessionStorage.setItem(LEFT, JSON.stringify({ code, isAsked }));
    else sessionStorage.removeItem(LEFT);
  } catch {
    // Storage is full or barred: one begins at the top.
  }
}

const { code, isAsked } = JSON.parse(sessionStorage.getItem(LEFT) ?? "{}");
// Where a ticket was exchanged for another, going back loads the page anew.
const isBack = isAsked || performance.getEntriesByType("navigation")[0]?.type !== "navigate";
if (code && isBack && !open() && document.activeElement === document.body) document.querySelector(`#row-${CSS.escape(code)} .row`)?.focus();
