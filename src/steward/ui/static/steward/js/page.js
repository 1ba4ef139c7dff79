// What every page of the console needs: the token on each request, notices, dialogs, and a ticket that opens beside its list.
import { nameFolds } from "./folds.js";
import "./telling.js";
import { faults, isSignIn } from "./sending.js";

export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

const toasts = document.getElementById("toasts");

/** Show a notice that stays until it is closed or eight seconds have passed, and longer while somebody is at it. */
export function notify(text) {
  const toast = toasts.querySelector("template").content.querySelector(".toast").cloneNode(true);
  toast.querySelector("span").textContent = text;
  toasts.append(toast);
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}

document.documentElement.dataset.js = "";
nameFolds(document);

addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  event.target.closest("[data-dismiss]")?.closest(".toast").remove();
});

addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrf();
});
addEventListener("htmx:sendError", () => notify(toasts.dataset.offline));
addEventListener("htmx:responseError", (event) => {
  const { requestConfig, xhr, pathInfo } = event.detail;
  // A ticket that cannot be opened says why on a page of its own.
  if (requestConfig.verb === "get") location.assign(pathInfo.finalRequestPath);
  else notify(faults(xhr.responseText) ?? toasts.dataset.refused);
});

// A change made on this page shows in the list and in the conversation at once.
addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig?.verb !== "get" && event.detail.successful) dispatchEvent(new Event("steward:changed"));
});

// A menu is gone with the header it stood in; the focus goes back to the button that opens the new one. One that was opened
// while the answer was on its way opens again, with what was typed into it.
let openMenu = null;
let reopened = null;
addEventListener("htmx:beforeSwap", (event) => {
  // The session has ended: what is typed is kept in this browser, and one comes back here after signing in.
  if (isSignIn(event.detail.xhr.responseURL)) {
    event.detail.shouldSwap = false;
    location.reload();
  }
  const { activeElement: at } = document;
  openMenu = at?.closest("[popover]")?.id ?? at?.getAttribute("popovertarget");
  const menu = event.detail.target.querySelector?.("[data-menu]:popover-open");
  // What was chosen in the menu itself closes it.
  const isAnswer = menu?.contains(event.detail.requestConfig?.elt);
  reopened = menu && !isAnswer && event.detail.target !== menu ? { menu, typed: menu.querySelector("[data-filter]")?.value ?? "" } : null;
});
addEventListener("htmx:afterSwap", (event) => {
  if (openMenu && document.activeElement === document.body) document.querySelector(`[popovertarget="${openMenu}"]`)?.focus();
  if (reopened) reopen(reopened);
  openMenu = reopened = null;
  const ticket = document.getElementById("ticket");
  if (event.detail.target.id === "ticket" || event.detail.elt?.id === "ticket") showOpened(ticket);
});

function reopen({ menu, typed }) {
  const fresh = document.getElementById(menu.id);
  if (!fresh || fresh === menu) return;
  if (!fresh.firstElementChild) fresh.replaceChildren(...menu.childNodes);
  fresh.showPopover();
  const field = fresh.querySelector("[data-filter]");
  // Now, and not when the menu tells that it is open: the next letter may come before.
  (field ?? fresh.querySelector(".menu-item"))?.focus();
  if (!field || !typed) return;
  field.dataset.kept = "";
  field.value = typed;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function showOpened(ticket) {
  document.body.dataset.open = ticket.dataset.open;
  nameFolds(ticket);
  for (const row of document.querySelectorAll("#rows [aria-current]")) row.removeAttribute("aria-current");
  const row = document.querySelector(`#row-${CSS.escape(ticket.dataset.code ?? "")} .row`);
  row?.setAttribute("aria-current", "true");
  // Where the list has left the screen, the focus cannot stay in it.
  if (!row?.checkVisibility()) document.getElementById("main").focus();
}
