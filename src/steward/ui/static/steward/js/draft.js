// A draft among tabs: when another one saved or sent since, the server refuses, and nothing is overwritten until the person has
// chosen.
import { forget, keep, leftBehind } from "./copies.js";
import { signature } from "./draft-marks.js";
import { Saving } from "./draft-saving.js";
import { within } from "./shared.js";

const PATIENCE = 10_000; // ms

/** Those of this page. */
export const drafts = new Set();
const tabs = new BroadcastChannel("steward.drafts");
addEventListener("steward:signed-out", () => drafts.forEach((draft) => draft.drop()));

export class Draft extends Saving {
  /**
   * `read()` gives the fields as `FormData`, `show(state)` tells how things stand, `moved(state, isClean)` that another tab
   * was faster: `state` is the server's answer. `seen` is the mark that came with the page, or nothing.
   */
  constructor({ moved, ...saved }) {
    super(saved);
    this.moved = moved;
    this.unheard = null; // the `version` that was sent from here without an answer, under the name `once`
    this.listening = new AbortController();
    this.listen();
    drafts.add(this);
  }

  listen() {
    const { signal } = this.listening;
    for (const name of ["pagehide", "beforeunload"]) addEventListener(name, () => this.flush(), { signal });
    addEventListener("online", () => this.isDirty() && this.save(), { signal });
    addEventListener("focus", () => this.check(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.check(), { signal });
    tabs.addEventListener("message", ({ data }) => data.url === this.url && data.owner === this.owner && this.check(), { signal });
  }

  /** Take over the copy of a tab that is gone, or null. What is typed by the time it is found goes first. */
  async adopt() {
    const found = await leftBehind(this.owner, this.url);
    if (!found || this.isDirty()) return null;
    const [key, copy] = found;
    this.marks.take(copy);
    // What is typed meanwhile is newer than the copy and holds it; the one that was found goes when either is there.
    keep(this.claim.key, copy).then(() => forget(key));
    return copy;
  }

  /** A save of this tab that overtook this one is no reason to ask anybody. */
  refused(state) {
    if (this.marks.knows(state.mark)) this.wait();
    else this.hold(state);
  }

  /** The other tabs look again. */
  announce() {
    tabs.postMessage({ owner: this.owner, url: this.url });
  }

  /** Save nothing until the person has chosen between this text and another's. */
  hold(state, isClean = false) {
    this.isHeld = true;
    this.show(this.isDirty() ? "unsaved" : "");
    this.moved(state, isClean);
  }

  /** Chosen: what is here may take the place of what has `mark`; without one, begin anew. */
  proceed(mark) {
    this.isHeld = false;
    this.marks.proceed(mark);
  }

  /** Chosen: what the server has under `mark` is what is here now. */
  follow(mark) {
    this.proceed(mark);
    this.drop();
    this.show(mark ? "saved" : "");
  }

  /** Ask whether another tab saved or sent since. `isSending` when the text is about to go, so that it must not change. */
  check({ isSending = false } = {}) {
    return this.next(() => this.ask(isSending));
  }

  async ask(isSending) {
    if (this.isHeld) return;
    const state = await this.elsewhere();
    if (state && !this.marks.knows(state.mark)) this.hold(state, !this.isDirty() && !isSending);
  }

  async elsewhere() {
    const asked = new URLSearchParams(signature(this.marks));
    if (this.unheard?.version === this.version) asked.set("once", this.unheard.once);
    try {
      return await within(PATIENCE, async (signal) => {
        const response = await fetch(`${this.url}?${asked}`, { signal });
        return response.status === 200 && !response.redirected ? await response.json() : null;
      });
    } catch {
      // Nobody to ask now: the next save will tell.
      return null;
    }
  }

  /** Let go of the page's events; what is not stored yet is sent. */
  close() {
    this.flush();
    clearTimeout(this.timer);
    this.listening.abort();
    this.claim.release();
    drafts.delete(this);
  }

  /** What was written has been sent. */
  finish() {
    this.drop();
    this.announce();
  }
}
