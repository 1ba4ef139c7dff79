// What follows when a piece of the page was exchanged: faults are told, menus and the focus stay where they were, and the
// ticket that came shows as the open one in its list.
import { nameFolds } from "./folds.js";
import { notify } from "./notifying.js";
import "./page.js";
import { faults } from "./sending.js";

const toasts = document.getElementById("toasts");

addEventListener("exchange:failed", ({ detail: { element, isPost, url, text } }) => {
  if (text === undefined) return notify(toasts.dataset.offline);
  // A ticket that cannot be opened says why on a page of its own. A piece of a page never takes the place of the page.
  const isPage = !isPost && !element.matches("[hx-get]");
  if (isPage) location.assign(url);
  else notify(faults(text) ?? toasts.dataset.refused);
});

// A change made on this page shows in the list and in the conversation at once.
addEventListener("exchange:end", ({ detail }) => {
  if (detail.isPost && detail.isDone) dispatchEvent(new Event("steward:changed"));
});

// A menu is gone with the header it stood in; the focus goes back to the button that opens the new one. One that was opened
// while the answer was on its way opens again, with what was typed into it.
let openMenu = null;
let reopened = null;
addEventListener("exchange:swap", ({ detail: { element, target } }) => {
  const { activeElement: at } = document;
  openMenu = at?.closest("[popover]")?.id ?? at?.getAttribute("popovertarget");
  const menu = target.querySelector("[data-menu]:popover-open");
  // What was chosen in the menu itself closes it.
  reopened = menu && !menu.contains(element) && target !== menu ? { menu, typed: menu.querySelector("[data-filter]")?.value ?? "" } : null;
});
addEventListener("exchange:swapped", ({ detail: { target } }) => {
  if (openMenu && document.activeElement === document.body) document.querySelector(`[popovertarget="${openMenu}"]`)?.focus();
  if (reopened) reopen(reopened);
  openMenu = reopened = null;
  if (target.id === "ticket") showOpened(document.getElementById("ticket"));
});

function reopen({ menu, typed }) {
  const fresh = document.getElementById(menu.id);
  if (!fresh || fresh === menu) return;
  fresh.querySelector("[data-items]:empty")?.replaceChildren(...(menu.querySelector("[data-items]")?.childNodes ?? []));
  fresh.showPopover();
  const field = fresh.querySelector("[data-filter]");
  // Now, and not when the menu tells that it is open: the next letter may come before.
  (field ?? fresh.querySelector(".menu-item"))?.focus();
  if (!field || !typed) return;
  field.value = typed;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function showOpened(ticket) {
  document.body.dataset.open = ticket.dataset.open;
  nameFolds(ticket);
  customElements.whenDefined("steward-composer").then(() => dispatchEvent(new Event("steward:touched")));
  for (const row of document.querySelectorAll("#rows [aria-current]")) row.removeAttribute("aria-current");
  const row = document.querySelector(`#row-${CSS.escape(ticket.dataset.code ?? "")} .row`);
  row?.setAttribute("aria-current", "true");
  say(ticket, row);
}

/**
 * By the keyboard one goes on to the heading of what was opened (WCAG 2.4.3), and where the list has left the screen, or
 * what had the focus is gone, it cannot stay there. Otherwise it does, and what was opened is said (4.1.3).
 */
function say(ticket, row) {
  const heading = ticket.querySelector("h1");
  const { activeElement: at, body } = document;
  const isByKey = at.matches("#rows .row:focus-visible");
  if (isByKey || at === body || !row?.checkVisibility()) return heading.focus({ preventScroll: true });
  const said = document.getElementById("opened-said");
  const named = { code: ticket.dataset.code, subject: heading.textContent };
  if (said) said.textContent = said.dataset.text.replace(/%\((code|subject)\)s/g, (_, name) => named[name]);
}
