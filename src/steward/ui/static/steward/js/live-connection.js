// One connection to the stream of events, kept open: it resumes after the last thing it heard, and waits ever longer in between.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const SILENCE = 60_000; // the server says something every 25 seconds
const OPENING = 15_000;

export class Connection {
  /**
   * `heard({ kind, position, said })` is called for each message, `stood(state)` for "live", "lost" and "out": the last one
   * means that the server lets us in no more.
   */
  constructor({ url, after, heard, stood }) {
    Object.assign(this, { url, after, heard, stood });
    this.failures = 0;
    this.wake = () => {};
    this.run();
  }

  async run() {
    while (!this.isOut) {
      try {
        await this.listen();
      } catch {
        // Offline, the server is restarting, or nothing came for too long: the next try is planned below.
      }
      this.beating = 0;
      if (this.isOut) break;
      this.stood("lost");
      await this.pause();
    }
    this.stood("out");
  }

  /** Read until the stream ends. */
  async listen() {
    const control = (this.control = new AbortController());
    this.watch(OPENING);
    try {
      const headers = { Accept: "text/event-stream", ...(this.after === null ? {} : { "Last-Event-ID": this.after }) };
      const response = await fetch(this.url, { headers, cache: "no-store", redirect: "manual", signal: control.signal });
      this.isOut = response.status === 401 || response.status === 403;
      if (response.status === 200) await this.read(response.body.pipeThrough(new TextDecoderStream()).getReader());
    } finally {
      clearTimeout(this.silence);
      control.abort();
    }
  }

  async read(reader) {
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.watch(SILENCE);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  /** One message, as the standard has it; ours have one line of data. */
  take(block) {
    const lines = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
    if (lines.id) this.after = Number(lines.id);
    if (lines.event === "hello" || lines.event === "reset") {
      this.failures = 0;
      this.stood("live");
    }
    this.heard({ kind: lines.event ?? "event", position: this.after, said: JSON.parse(lines.data ?? "{}") });
  }

  watch(milliseconds) {
    clearTimeout(this.silence);
    this.until = Date.now() + milliseconds;
    this.silence = setTimeout(() => this.control.abort(), milliseconds);
  }

  /** Wait longer each time, and not all browsers alike: a server that starts again is not run over. */
  pause() {
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures) * (0.5 + Math.random());
    this.failures += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => (clearTimeout(timer), resolve());
    });
  }

  /** Try now: the network is back, or somebody looks at the page. A machine that slept may hold a dead connection. */
  hurry() {
    if (Date.now() > this.until) this.control?.abort();
    this.wake();
  }

  close() {
    this.isOut = true;
    this.control?.abort();
    this.wake();
  }
}
