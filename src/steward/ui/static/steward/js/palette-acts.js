// What the palette can do: each act presses a button that is on the page.
import { beginWriting } from "./beginning.js";
import { post } from "./exchange.js";
import { nameOf } from "./menu.js";
import { notify } from "./notifying.js";
import { csrf } from "./shared.js";

const press = (button) => () => button.click();
const all = (selector) => [...document.querySelectorAll(selector)];

/** With nothing typed only what has a key of its own is offered. */
export const nothingTyped = (act) => Boolean(act.key);

/** What can be done to the open ticket. `tags` are names that were found, to be put on; `people` were found for `query`. */
export function onTicket(dialog, tags, { query = "", people = [] } = {}) {
  const words = dialog.dataset;
  const composer = document.querySelector("#ticket steward-composer");
  if (!document.getElementById("ticket")?.dataset.code) return [];
  return [
    ...write(words, composer),
    ...statuses(words),
    ...open(words.assignMenu, "person", "A", '[data-key="a"]'),
    ...all("#assign-menu [name=assignee]").map((item) => assignment(words, item)),
    ...people.filter(isNew).map((item) => ({ ...assignment(words, item), words: `${nameOf(item)} ${query}`, run: () => chosen(item) })),
    ...open(words.departmentMenu, "department", "D", '[data-key="d"]'),
    ...all("#department-menu [name=department]:not([aria-current])").map((item) => ({ label: words.move.replace("%s", nameOf(item)), icon: "department", run: press(item) })),
    ...open(words.tagMenu, "tickets", "T", '[data-key="t"]'),
    ...tags.filter((name) => !isOn(name)).map((name) => ({ label: words.tag.replace("%s", name), icon: "tickets", run: () => putOn(name) })),
    ...all("#ticket-tags .badge-x").map((button) => ({ label: button.getAttribute("aria-label"), icon: "close", run: press(button) })),
  ];
}

function write(words, composer) {
  const kinds = [["reply", "reply", "R"], ["note", "note", "N"]];
  return kinds
    .filter(([kind]) => composer?.querySelector(`[name="kind"][value="${kind}"]`))
    .map(([kind, icon, key]) => ({ label: words[kind], icon, key, run: () => beginWriting(kind, composer) }));
}

function statuses(words) {
  const own = { resolved: [words.resolve, "check", "E"], deleted: [words.remove, "trash", "#"], spam: [words.spam, "warning"], postponed: [words.postpone, "postpone", "H"], open: [words.reopen, "retry"] };
  return all("#status-menu [name=status]:not([aria-current])").map((item) => {
    const [label, icon, key] = own[item.value] ?? [words.status.replace("%s", nameOf(item)), "clock"];
    return { label, icon, key, words: nameOf(item), run: item.value === "postponed" ? postpone : press(item) };
  });
}

/** Open the menu of statuses at the moment until which to postpone. */
export function postpone() {
  const until = document.getElementById("postpone-until");
  if (!until) return;
  // Beside the button it belongs to, where the focus returns to.
  const source = document.querySelector('[popovertarget="status-menu"]');
  source.focus();
  document.getElementById("status-menu").showPopover({ source });
  until.focus();
}

function assignment(words, item) {
  const isMe = item.value && item.value === document.getElementById("live")?.dataset.me;
  const label = !item.value ? words.release : isMe ? words.take : words.assign.replace("%s", nameOf(item));
  return { label, icon: item.value ? "person" : "close", words: nameOf(item), key: isMe && !item.ariaCurrent ? "M" : undefined, run: press(item) };
}

const isNew = (item) => !document.querySelector(`#assign-menu [name=assignee][value="${item.value}"]`);

/** Whom the menu does not have is put into it, and chosen there. */
function chosen(item) {
  document.querySelector("#assign-menu [data-people]")?.append(item);
  item.click();
}

function open(label, icon, key, selector) {
  const button = all(selector).find((each) => each.checkVisibility());
  return button ? [{ label, icon, key, run: () => { button.focus(); button.click(); } }] : [];
}

const isOn = (name) => all("#ticket-tags .badge bdi").some((badge) => badge.textContent === `#${name}`);

function putOn(name) {
  const url = document.getElementById("ticket-tags").dataset.url;
  post(url, "#ticket-tags", { add: name });
}

/** What can be done on every page. */
export function everywhere(dialog) {
  const words = dialog.dataset;
  return [
    { label: words.new, icon: "plus", key: "C", run: press(document.querySelector('[data-key="c"]')) },
    { label: words.keys, icon: "keys", key: "?", run: () => document.getElementById("keys").showModal() },
    ...all("#me-menu [name=availability]:not([aria-current])").map((item) => ({ label: words.availability.replace("%s", nameOf(item)), icon: "person", run: press(item) })),
    ...["light", "dark", "system"].map((value) => ({ label: words[value], icon: "eye", run: () => look(value) })),
    ...all("[data-sign-out] button").map((button) => ({ label: button.textContent.trim(), icon: "exit", run: press(button) })),
  ].filter((act) => act.run);
}

async function look(appearance) {
  const { dataset } = document.documentElement;
  const before = dataset.theme;
  if (appearance === "system") delete dataset.theme;
  else dataset.theme = appearance;
  const url = document.getElementById("palette").dataset.appearanceUrl;
  const back = () => {
    if (before) dataset.theme = before;
    else delete dataset.theme;
    notify(document.getElementById("toasts").dataset.offline);
  };
  const body = new URLSearchParams({ appearance });
  const response = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf() }, body, redirect: "manual" }).catch(() => null);
  if (response?.type !== "opaqueredirect") back();
}

/** A ticket that is in the list opens beside it; everything else is a page. */
export function openAt(url) {
  const path = new URL(url, location.href).pathname;
  const row = [...document.querySelectorAll("#rows .row")].find((each) => new URL(each.href).pathname === path);
  if (!row) return location.assign(url);
  row.focus();
  row.click();
}
