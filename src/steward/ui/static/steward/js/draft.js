// Nothing typed is ever lost: each change goes to this browser at once, to the server 0.6 s later, and leaves this browser
// when the server has it. A copy found here on load is newer than the server's draft and wins.
import { csrf } from "./page.js";

const QUIET = 600;
const RETRY = [2000, 5000, 15_000, 30_000];

export class Draft {
  /** `key` names the copy in this browser; `read()` gives the fields as `FormData`, `show(state)` tells how things stand. */
  constructor({ url, key, read, show }) {
    Object.assign(this, { url, key, read, show });
    this.timer = 0;
    this.failures = 0;
    this.version = 0;
    this.stored = 0;
    this.sent = 0;
    this.running = Promise.resolve();
    this.flush = this.flush.bind(this);
    this.retry = () => this.isDirty() && this.save();
    addEventListener("pagehide", this.flush);
    addEventListener("beforeunload", this.flush);
    addEventListener("online", this.retry);
  }

  isDirty() {
    return this.version > this.stored;
  }

  /** The copy that an earlier page could not bring to the server, or null. */
  left() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      // Not our writing, or storage is barred: there is no copy.
      return null;
    }
  }

  /** Something was typed. `copy` is what a later page needs to show it again. */
  touch(copy) {
    this.version += 1;
    this.show("saving");
    try {
      localStorage.setItem(this.key, JSON.stringify(copy));
    } catch {
      // Storage is full or barred; the server's copy follows in a moment.
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
  }

  save() {
    clearTimeout(this.timer);
    this.running = this.running.then(() => this.send());
    return this.running;
  }

  async send() {
    const version = this.version;
    if (version === this.stored) return;
    const isStored = await this.post({});
    if (!isStored) return this.wait();
    this.failures = 0;
    this.stored = version;
    if (this.isDirty()) return;
    localStorage.removeItem(this.key);
    this.show("saved");
  }

  async post(options) {
    try {
      const response = await fetch(this.url, { method: "POST", headers: { "X-CSRFToken": csrf() }, body: this.read(), ...options });
      return response.ok && !response.redirected;
    } catch {
      // The server cannot be reached; the copy in this browser stays and `wait` tries again.
      return false;
    }
  }

  wait() {
    this.show("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), RETRY[Math.min(this.failures, RETRY.length - 1)]);
    this.failures += 1;
  }

  /** The page goes: send what the server lacks without waiting for the answer. The copy here stays until one is heard. */
  flush() {
    if (this.version === this.sent) return;
    const version = (this.sent = this.version);
    if (this.isDirty()) this.post({ keepalive: true }).then((isStored) => isStored && version === this.version && this.drop());
  }

  /** Let go of the page's events; what is not stored yet is sent. */
  close() {
    this.flush();
    clearTimeout(this.timer);
    removeEventListener("pagehide", this.flush);
    removeEventListener("beforeunload", this.flush);
    removeEventListener("online", this.retry);
  }

  /** Wait for a save under way and start no other, so that no draft comes back after the answer is sent. */
  async pause() {
    clearTimeout(this.timer);
    await this.running;
  }

  /** What was written is sent: nothing is left to keep. */
  drop() {
    this.stored = this.version;
    localStorage.removeItem(this.key);
  }
}
