// Files on their way to the server, each a line in the composer with its progress.
import { csrf } from "./shared.js";

const PATIENCE = 60_000; // milliseconds without a byte on its way, or without an answer

export class Uploads {
  /** `list` is the `<ul>` of files, `url` takes one file each; `changed` is called when a file is there or is taken away. */
  constructor(list, url, changed) {
    this.list = list;
    this.url = url;
    this.changed = changed;
    this.pending = new Set();
    list.addEventListener("click", (event) => {
      if (!event.target.closest("[data-remove-file]")) return;
      const line = event.target.closest("li");
      line.request?.abort();
      line.remove();
      changed();
    });
  }

  /** Send each of `files`; the lines show how far they are. */
  add(files) {
    for (const file of files) {
      const sending = this.send(file).finally(() => this.pending.delete(sending));
      this.pending.add(sending);
    }
  }

  /** Resolves when nothing is under way any more. */
  async settled() {
    while (this.pending.size) await Promise.all(this.pending);
  }

  hasFailed() {
    return this.list.querySelector('[data-state="failed"]') !== null;
  }

  /** What is attached, for a copy in this browser. */
  items() {
    return [...this.list.querySelectorAll("li:has(input)")].map((line) => ({ id: line.querySelector("input").value, name: line.querySelector("bdi").textContent }));
  }

  /** Show a file that the server has already. */
  restore({ id, name }) {
    if (this.items().some((item) => item.id === id)) return;
    this.finish(this.line(name), id);
  }

  /** Take away the files that are not among `items`; those on their way stay. */
  keepOnly(items) {
    const wanted = new Set(items.map((item) => item.id));
    for (const line of this.list.querySelectorAll("li:has(input)")) if (!wanted.has(line.querySelector("input").value)) line.remove();
  }

  line(name) {
    const line = this.list.querySelector("template").content.firstElementChild.cloneNode(true);
    line.querySelector("bdi").textContent = name;
    line.querySelector(".muted").textContent = "";
    line.querySelector("button").setAttribute("aria-label", this.list.dataset.remove.replace("%s", name));
    this.list.append(line);
    return line;
  }

  finish(line, id) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "attachment", value: id });
    line.querySelector("progress").replaceWith(input);
  }

  fail(line, text) {
    line.dataset.state = "failed";
    line.querySelector("progress").remove();
    line.querySelector(".muted").textContent = text;
  }

  // XMLHttpRequest, because fetch tells nothing of the way up.
  send(file) {
    const line = this.line(file.name);
    const request = (line.request = new XMLHttpRequest());
    const body = new FormData();
    body.append("file", file);
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), PATIENCE);
    };
    request.upload.onprogress = (event) => {
      wait();
      line.querySelector("progress").value = event.loaded / event.total;
    };
    request.open("POST", this.url);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.responseType = "json";
    return new Promise((resolve) => {
      request.onloadend = () => {
        clearTimeout(timer);
        if (line.isConnected) this.arrived(line, request);
        resolve();
      };
      wait();
      request.send(body);
    });
  }

  arrived(line, request) {
    const { failed, tooLarge } = this.list.dataset;
    // Where the session has ended, what comes is the page to sign in: it names no file.
    if (!request.response?.id) return this.fail(line, request.status === 413 ? tooLarge : failed);
    this.finish(line, request.response.id);
    this.changed();
  }
}
