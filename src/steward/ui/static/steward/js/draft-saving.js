// Nothing typed is ever lost: each change goes to this browser at once, to the server 0.6 s later, and leaves this browser
// when the server has it.
import { claim, forget, keep } from "./copies.js";
import { Marks } from "./draft-marks.js";
import { csrf } from "./shared.js";

const QUIET = 600;
const RETRY = [2000, 5000, 15_000, 30_000];

/** What one tab does for its text. Those who extend it say what `refused(state)` and `announce()` do about other tabs. */
export class Saving {
  constructor({ url, owner, seen, read, show }) {
    Object.assign(this, { url, owner, read, show });
    this.marks = new Marks(seen);
    this.timer = 0;
    this.failures = 0;
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
    this.show(this.isHeld ? "unsaved" : "saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  store() {
    const place = { url: this.url, page: location.pathname, title: document.title };
    keep(this.claim.key, { ...this.copy, ...place, ...this.marks.kept(), at: Date.now() });
  }

  save() {
    clearTimeout(this.timer);
    return this.next(() => this.send());
  }

  /** Do `what` after what is under way; a fault in that is in the console, and keeps nothing after it from being done. */
  next(what) {
    this.running = this.running.catch(() => {}).then(what);
    return this.running;
  }

  async send() {
    const version = this.version;
    if (version === this.stored || this.isHeld) return;
    const response = await this.post({});
    const state = response?.status === 409 ? await response.json().catch(() => null) : null;
    if (state) return this.refused(state);
    // Not heard, or answered by something that is not ours, such as a proxy.
    if (!response?.ok) return this.wait();
    this.failures = 0;
    this.accept(response, version);
    if (!this.isDirty()) this.show("saved");
  }

  /** The server has `version`. */
  accept(response, version) {
    this.marks.arrived(/[0-9a-f]{32}/.exec(response.headers.get("ETag"))?.[0]);
    this.stored = version;
    if (this.isDirty()) this.store();
    else forget(this.claim.key);
    this.announce();
  }

  /** The server's answer when it has taken the draft or refused it for another tab's; otherwise null. */
  async post(options) {
    if (this.marks.begin(this.version)) this.store();
    try {
      const body = this.sign(this.read());
      const response = await fetch(this.url, { method: "POST", headers: { "X-CSRFToken": csrf() }, body, ...options });
      return (response.ok && !response.redirected) || response.status === 409 ? response : null;
    } catch {
      // The server cannot be reached; the copy in this browser stays and `wait` tries again.
      return null;
    }
  }

  /** Put the marks to what is saved or sent. */
  sign(fields) {
    return this.marks.sign(fields);
  }

  wait() {
    this.show("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY[Math.min(this.failures, RETRY.length - 1)]);
    this.failures += 1;
  }

  /** The page goes: send what the server lacks without waiting for the answer. The copy here stays until one is heard. */
  flush() {
    if (this.version === this.sent || this.isHeld || !this.isDirty()) return;
    const version = (this.sent = this.version);
    this.post({ keepalive: true }).then((response) => response?.ok && version === this.version && this.accept(response, version));
  }

  /** Wait for a save under way and start no other, so that no draft comes back after the answer is sent. */
  async pause() {
    clearTimeout(this.timer);
    await this.running;
  }

  /** Nothing here is left to keep: it was sent, thrown away, or is on the server. */
  drop() {
    clearTimeout(this.timer);
    this.stored = this.version;
    forget(this.claim.key);
  }
}
