// Where answers, notes and new tickets are written. Without this script the form works with plain text.
import { Draft } from "./draft.js";
import { asHtml, isEmpty, makeEditor, wireTools } from "./editor.js";
import { send } from "./sending.js";
import { Uploads } from "./uploads.js";

class Composer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.root = this.querySelector(".composer-rich");
    this.plain = this.form.elements.body_text;
    this.html = this.form.elements.body_html;
    this.saved = this.querySelector(".composer-saved");
    this.error = this.querySelector(".composer-error");
    this.draft = new Draft({
      url: this.dataset.draftUrl,
      key: `steward.draft ${this.dataset.owner} ${this.dataset.draftUrl}`,
      read: () => this.fields(),
      show: (state) => this.tell(state),
    });
    this.uploads = new Uploads(this.querySelector(".composer-files"), this.dataset.uploadUrl, () => this.touched());
    this.startEditor();
    this.listen();
    this.restore();
  }

  disconnectedCallback() {
    this.draft.close();
    this.editor.destroy();
  }

  startEditor() {
    this.editor = makeEditor(this.root, this.root.dataset.html || asHtml(this.plain.value));
    this.plain.hidden = true;
    this.root.hidden = false;
    wireTools(this, this.editor);
    this.known = this.editor.getHTML();
    // Squire also tells of what was set and of what came to nothing.
    this.editor.addEventListener("input", () => this.editor.getHTML() !== this.known && this.touched());
    this.editor.addEventListener("pasteImage", (event) => this.uploads.add(event.detail.clipboardData.files));
  }

  listen() {
    this.form.addEventListener("input", (event) => event.target.type !== "file" && !event.target.closest(".composer-link") && this.touched());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("keydown", (event) => this.shortcut(event));
    this.form.elements.files.addEventListener("change", (event) => {
      this.uploads.add([...event.target.files]);
      event.target.value = "";
    });
    this.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      this.toggleAttribute("data-dropping", true);
    });
    this.addEventListener("dragleave", (event) => !this.contains(event.relatedTarget) && this.removeAttribute("data-dropping"));
    this.addEventListener("drop", (event) => this.dropped(event), true);
  }

  dropped(event) {
    this.removeAttribute("data-dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.uploads.add(event.dataTransfer.files);
  }

  /** Begin to write: a `reply` or a `note`. What was written already stays. */
  start(kind) {
    const choice = this.form.querySelector(`[name="kind"][value="${kind}"]`);
    if (!choice) return;
    choice.checked = true;
    this.editor.focus();
    this.editor.moveCursorToEnd();
  }

  fields() {
    this.html.value = isEmpty(this.root) ? "" : this.editor.getHTML();
    this.plain.value = this.root.innerText.trim();
    const fields = new FormData(this.form);
    fields.delete("files");
    return fields;
  }

  touched() {
    this.error.hidden = true;
    this.known = this.editor.getHTML();
    const fields = [...this.fields()].filter(([name]) => !["csrfmiddlewaretoken", "once", "body_text", "attachment"].includes(name));
    this.draft.touch({ fields, files: this.uploads.items() });
  }

  restore() {
    const copy = this.draft.left();
    if (!copy) return;
    for (const [name, value] of copy.fields) if (name !== "body_html" && this.form.elements[name]) this.form.elements[name].value = value;
    this.editor.setHTML(Object.fromEntries(copy.fields).body_html ?? "");
    copy.files.forEach((file) => this.uploads.restore(file));
    this.touched();
  }

  tell(state) {
    this.saved.dataset.state = state;
    this.saved.value = this.saved.dataset[state] ?? "";
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

  /** Send without leaving the page first: what the server refuses or never hears stays under the hands. */
  async submit(event) {
    event.preventDefault();
    if (this.isSending) return;
    const { submitter } = event;
    if (isEmpty(this.root) && !this.uploads.items().length && !this.uploads.pending.size) return this.fail(this.error.dataset.empty);
    this.isSending = true;
    this.tell("uploading");
    await this.uploads.settled();
    await this.draft.pause();
    if (!this.uploads.hasFailed()) await this.deliver(submitter);
    else this.tell("unsaved");
    this.isSending = false;
  }

  async deliver(submitter) {
    this.tell("sending");
    const body = this.fields();
    if (submitter?.name) body.append(submitter.name, submitter.value);
    const { went, fault } = await send(submitter?.hasAttribute("formaction") ? submitter.formAction : this.form.action, body);
    if (!went) return this.fail(fault ?? this.error.dataset[fault === null ? "refused" : "offline"]);
    this.draft.drop();
    location.assign(went);
  }

  fail(text) {
    this.error.querySelector("span").textContent = text;
    this.error.hidden = false;
    this.tell("");
  }
}

customElements.define("steward-composer", Composer);
