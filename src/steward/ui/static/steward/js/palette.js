// Ctrl-K: going anywhere and doing anything by name (WAI-ARIA 1.2, combobox with a listbox). What can be done to the open
// ticket are the buttons of its own page, so nothing is offered here that is not allowed there.
import { askFor, peopleNamed } from "./choosing.js";
import { everywhere, onTicket, openAt } from "./palette-acts.js";
import { actOf, group, nextGroup, pick, wordsOf } from "./palette-options.js";
import { recent, remember } from "./palette-recent.js";

const dialog = document.getElementById("palette");
const field = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const said = dialog?.querySelector("[role=status]");
const SOON = 60; // milliseconds: who types fast asks once

let asked = 0;
let timer = 0;
let running = null;
let isWanted = false;
let answer = { query: "", groups: [], people: [] };

/** Open the palette; `text` goes on from what was typed elsewhere. */
export function openPalette(text) {
  if (!dialog || dialog.open || document.querySelector("dialog[open]")) return;
  for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
  if (text !== undefined) field.value = text;
  const scope = dialog.querySelector(".palette-scope");
  scope.textContent = document.getElementById("ticket")?.dataset.code ?? "";
  scope.hidden = !scope.textContent;
  dialog.showModal();
  field.select();
  search();
}

if (dialog) {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.defaultPrevented) return;
    event.preventDefault();
    const from = event.target.closest?.("[data-search]");
    dialog.open ? dialog.close() : openPalette(from?.value || undefined);
  });
  addEventListener("click", (event) => event.target.closest("[data-open-palette]") && openPalette());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  field.addEventListener("input", search);
  field.addEventListener("keydown", key);
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return; // into a new tab, as links do
    event.preventDefault();
    run(option);
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== active()) mark(option, false);
  });
  addEventListener("exchange:swapped", remember);
  remember();
}

function key(event) {
  if (event.isComposing) return;
  const options = [...list.querySelectorAll("[role=option]")];
  const here = options.indexOf(active());
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(options.at((here + step) % options.length));
  else if (event.key === "PageDown") mark(nextGroup(options, here));
  else if (event.key === "Enter" && options[here]) choose(options[here]);
  else return;
  event.preventDefault();
}

/** Who types a code and Enter at once means the ticket: what is not there yet is waited for. */
function choose(option) {
  isWanted = option.matches("[data-fallback]") && answer.query !== field.value.trim();
  if (!isWanted) run(option);
}

const active = () => document.getElementById(field.getAttribute("aria-activedescendant"));

function mark(option, scrolls = true) {
  active()?.setAttribute("aria-selected", "false");
  field.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.setAttribute("aria-selected", "true");
  if (scrolls) option?.scrollIntoView({ block: "nearest" });
}

function search() {
  const query = field.value.trim();
  asked += 1;
  isWanted = false;
  running?.abort();
  clearTimeout(timer);
  if (!query) answer = { query, groups: [], people: [] };
  else timer = setTimeout(ask, SOON, query, asked);
  show(query);
}

async function ask(query, number) {
  running = new AbortController();
  try {
    const { signal } = running;
    const asking = askFor(`${dialog.dataset.url}?${new URLSearchParams({ q: query })}`, signal);
    const [response, people] = await Promise.all([asking, peopleNamed(query, signal)]);
    if (response.redirected) return location.reload();
    if (!response.ok) throw new Error(response.statusText);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    // A slow answer to fewer letters is no answer to these.
    if (number !== asked) return;
    answer = { query, groups: [...fresh.querySelectorAll("[role=group]")], people };
    show(query);
    if (isWanted) run(active());
  } catch (fault) {
    if (fault.name === "AbortError") return;
    said.textContent = said.dataset.offline;
    if (isWanted) run(active());
  }
}

/** Draw the options: acts are known at once; what was found last stays until there is something newer. */
function show(query) {
  const chosen = active();
  const before = chosen && list.querySelector("[role=option]") !== chosen ? label(chosen) : null;
  const words = wordsOf(query);
  const tags = answer.groups.flatMap((group) => [...group.querySelectorAll("[data-tag]")].map((option) => option.dataset.tag));
  const groups = [
    group(dialog, dialog.dataset.onTicket, pick(onTicket(dialog, tags, answer), words)),
    words.length ? null : group(dialog, dialog.dataset.recent, recent()),
    ...answer.groups.map((found) => found.cloneNode(true)),
    group(dialog, dialog.dataset.everywhere, pick(everywhere(dialog, words), words)),
    query ? group(dialog, dialog.dataset.searching, [{ label: dialog.dataset.searchFor.replace("%s", query), icon: "search", isFallback: true, url: `${dialog.dataset.searchUrl}?${new URLSearchParams({ q: query })}` }]) : null,
  ];
  list.replaceChildren(...groups.filter(Boolean));
  const options = [...list.querySelectorAll("[role=option]")];
  for (const [number, option] of options.entries()) {
    option.id = `palette-${number}`;
    option.setAttribute("aria-selected", "false");
  }
  mark(options.find((option) => before && label(option) === before) ?? options[0]);
  const count = options.length - (query ? 1 : 0);
  said.textContent = count ? said.dataset.found.replace("%s", count) : said.dataset.none;
}

const label = (option) => option.textContent.trim();

function run(chosen) {
  const act = actOf(chosen);
  field.value = "";
  dialog.close();
  if (act) act();
  else openAt(chosen.getAttribute("href"));
}
