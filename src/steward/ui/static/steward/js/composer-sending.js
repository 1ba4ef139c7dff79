// Sending what a composer holds without leaving the page first: what the server refuses or never hears stays under the hands.
import { wayOn } from "./afterwards.js";
import { arrived, awaitFor } from "./held.js";
import { send } from "./sending.js";
import { randomName } from "./shared.js";
import { leaveOffer, placeOfOpen } from "./undo.js";

const AGAIN = [3000, 6000, 15_000, 30_000]; // ms

export class Sending {
  constructor(writing) {
    this.writing = writing;
    this.form = writing.form;
    this.error = writing.composer.querySelector(".composer-error");
    this.isSending = false;
    this.tries = 0;
    this.forget = () => {};
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("keydown", (event) => this.shortcut(event));
  }

  shortcut(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    const isNote = this.form.elements.kind?.value === "note";
    const wanted = isNote ? "note" : event.shiftKey ? "resolve" : "reply";
    const button = this.form.querySelector(`[data-send="${wanted}"]`) ?? this.form.querySelector('[data-send="reply"]');
    if (button) this.form.requestSubmit(button);
  }

  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    this.forget();
    const { submitter } = event;
    const { draft, uploads } = this.writing;
    if (this.writing.isEmpty()) return this.fail(this.error.dataset.empty);
    this.isSending = true;
    // What is typed from here on is no part of it: it is meant for the page that comes, or goes on when none does. Files take
    // long to come, and until then one may go on writing.
    if (!uploads.pending.size) awaitFor(this, this.writing.composer);
    try {
      this.writing.tell(uploads.pending.size ? "uploading" : "sending");
      await uploads.settled();
      await draft.pause();
      if (uploads.hasFailed()) this.writing.tell("unsaved");
      else if (await mayGo(draft)) await this.deliver(submitter);
    } finally {
      this.isSending = false;
      if (!this.isGone) arrived(this);
      if (draft.isDirty()) draft.save(); // it was not sent: what sending had put off goes on
    }
  }

  async deliver(submitter) {
    const { draft } = this.writing;
    this.writing.tell("sending");
    const body = draft.sign(this.writing.fields());
    if (submitter?.name) body.append(submitter.name, submitter.value);
    awaitFor(this, this.writing.composer);
    const url = submitter?.hasAttribute("formaction") ? submitter.formAction : this.form.action;
    const isHeld = /\/(replies|tickets\/new)$/.test(url);
    if (isHeld) body.append("hold", "on");
    const [goOn, place] = [wayOn(isHeld), placeOfOpen()];
    draft.unheard = null;
    const { went, fault, html, isSilent } = await send(url, body);
    if (html) this.readOn(html);
    if (!went) arrived(this); // before the fault is told: what is typed takes it away
    if (!went && fault === undefined) this.sendLater(submitter);
    if (!went) return this.fail(fault ?? this.error.dataset[fault === null ? "refused" : isSilent ? "silent" : "offline"]);
    this.isGone = true;
    draft.finish();
    if (isHeld && body.get("once")) leaveOffer(body.get("once"), place);
    location.assign(goOn(went));
  }

  /** No answer was heard: it is sent anew when one may be, unless something is changed before. It cannot go twice (`once`). */
  sendLater(submitter) {
    const { composer, draft } = this.writing;
    const { version } = draft;
    draft.unheard = { version, once: this.form.elements.once?.value ?? "" };
    const again = () => {
      this.forget();
      if (composer.isConnected && draft.version === version && !draft.isHeld) this.form.requestSubmit(submitter);
      else this.tries = 0;
    };
    const timer = setTimeout(again, AGAIN[Math.min(this.tries, AGAIN.length - 1)]);
    this.tries += 1;
    this.forget = () => (clearTimeout(timer), removeEventListener("online", again));
    addEventListener("online", again);
  }

  /** What was written here has been sent, from wherever: what comes next is another one, and not taken for it. */
  beginAnew() {
    this.forget();
    this.writing.draft.unheard = null;
    const { once } = this.form.elements;
    if (once) once.value = randomName().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** The form that came back knows of answers that came meanwhile: who has been told of them may send. */
  readOn(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector('[name="read_to"]');
    if (!fresh || !this.form.elements.read_to) return;
    this.form.elements.read_to.value = fresh.value;
    dispatchEvent(new Event("steward:changed"));
  }

  fail(text) {
    const words = this.error.querySelector("span");
    // What stands there already is not said aloud again.
    if (this.error.hidden || words.textContent !== text) words.textContent = text;
    this.error.hidden = false;
    this.writing.tell("");
  }
}

/** Who has seen that another tab saved or sent, and sends all the same, knows why; who has not is told first. */
async function mayGo(draft) {
  if (draft.isHeld) return true;
  await draft.check({ isSending: true });
  return !draft.isHeld;
}
