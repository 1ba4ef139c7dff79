// Nothing typed is ever lost: each change goes to this browser at once, to the server 0.6 s later, and leaves this browser
// when the server has it.
import { claim, forget, keep } from "./copies.js";
import { Marks } from "./draft-marks.js";
import { csrf, isSilence, within } from "./shared.js";

const QUIET = 600;
const PATIENCE = 20_000; // for an answer
const RETRY = [2000, 5000, 15_000, 30_000];

/** What one tab does for its text. Those who extend it say what `refused(state)` and `announce()` do about other tabs. */
export class Saving {
  constructor({ url, owner, seen, read, show }) {
    Object.assign(this, { url, owner, read, show });
    this.marks = new Marks(seen);
    this.timer = 0;
    this.failures = 0;
    this.trouble = ""; // why the last save was not heard of
    this.queued = null;
    this.isPausing = false;
    this.version = 0;
    this.stored = 0;
    this.sent = 0;
    this.isHeld = false;
    this.running = Promise.resolve();
    this.claim = claim(owner, url);
  }

  isDirty() {
    return this.version > this.stored;
  }

  /** Something was typed. `copy` is what a later page needs to show it again. */
  touch(copy) {
    this.version += 1;
    this.copy = copy;
    this.store();
    this.show(this.isHeld ? "unsaved" : this.trouble || "saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  store() {
    const place = { url: this.url, page: location.pathname, title: document.title };
    keep(this.claim.key, { ...this.copy, ...place, ...this.marks.kept(), at: Date.now() });
  }

  save() {
    clearTimeout(this.timer);
    // One that waits for another to end takes what is there by then.
    this.queued ??= this.next(() => {
      this.queued = null;
      return this.send();
    });
    return this.queued;
  }

  /** Do `what` after what is under way; a fault in that is in the console, and keeps nothing after it from being done. */
  next(what) {
    this.running = this.running.catch(() => {}).then(what);
    return this.running;
  }

  async send() {
    const version = this.version;
    if (version === this.stored || this.isHeld || this.isPausing) return;
    const { isTaken, mark, state, isSilent } = await this.post({});
    if (state) {
      this.trouble = "";
      return this.refused(state);
    }
    if (!isTaken) return this.wait(isSilent ? "unanswered" : "unsaved");
    this.accept(mark, version);
    if (!this.isDirty()) this.show("saved");
  }

  /** The server has `version`, and calls it `mark`. */
  accept(mark, version) {
    this.failures = 0;
    this.trouble = "";
    this.marks.arrived(mark);
    this.stored = version;
    if (this.isDirty()) this.store();
    else forget(this.claim.key);
    this.announce();
  }

  /** What came of saving: `isTaken` and its `mark`, or `state` when it was refused for another tab's, or `isSilent`, or nothing. */
  async post(options) {
    if (this.marks.begin(this.version)) this.store();
    const asked = { method: "POST", headers: { "X-CSRFToken": csrf() }, body: this.sign(this.read()), ...options };
    try {
      return await within(PATIENCE, async (signal) => told(await fetch(this.url, { ...asked, signal })));
    } catch (fault) {
      // The server cannot be reached, or hangs; the copy in this browser stays and `wait` tries again.
      return { isSilent: isSilence(fault) };
    }
  }

  /** Put the marks to what is saved or sent. */
  sign(fields) {
    return this.marks.sign(fields);
  }

  wait(trouble = "unsaved") {
    this.trouble = trouble;
    this.show(trouble);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY[Math.min(this.failures, RETRY.length - 1)]);
    this.failures += 1;
  }

  /** The page goes: send what the server lacks without waiting for the answer. The copy here stays until one is heard. */
  flush() {
    if (this.version === this.sent || this.isHeld || !this.isDirty()) return;
    const version = (this.sent = this.version);
    this.post({ keepalive: true }).then(({ isTaken, mark }) => isTaken && version === this.version && this.accept(mark, version));
  }

  /** Wait for a save under way and start no other, so that no draft comes back after the answer is sent. */
  async pause() {
    clearTimeout(this.timer);
    this.isPausing = true;
    await this.running.finally(() => (this.isPausing = false));
  }

  /** Nothing here is left to keep: it was sent, thrown away, or is on the server. */
  drop() {
    clearTimeout(this.timer);
    this.stored = this.version;
    forget(this.claim.key);
  }
}

/** What `post` gives for an answer; one that is not ours, such as a proxy's, tells nothing. */
async function told(response) {
  if (response.status === 409) return { state: await response.json().catch(() => null) };
  const isTaken = response.ok && !response.redirected;
  return { isTaken, mark: isTaken && /[0-9a-f]{32}/.exec(response.headers.get("ETag"))?.[0] };
}
