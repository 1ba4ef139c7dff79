// Where answers, notes and new tickets are written. Without this script the form works with plain text.
import { Sending } from "./composer-sending.js";
import { Draft } from "./draft.js";
import { takeDropped } from "./dropping.js";
import { asHtml, isEmpty, makeEditor, wireTools } from "./editor.js";
import { Moved } from "./moved.js";
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
      owner: this.dataset.owner,
      seen: this.form.elements.seen.value,
      read: () => this.kept(),
      show: (state) => this.tell(state),
      moved: (state, isClean) => this.moved(state, isClean),
    });
    this.other = new Moved(this.querySelector(".composer-moved"), (choice, state) => this.choose(choice, state));
    this.uploads = new Uploads(this.querySelector(".composer-files"), this.dataset.uploadUrl, () => this.touched());
    this.startEditor();
    this.sending = new Sending(this);
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
    this.form.elements.files.addEventListener("change", (event) => {
      this.uploads.add([...event.target.files]);
      event.target.value = "";
    });
    takeDropped(this, (files) => this.uploads.add(files));
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

  /** The fields as a draft has them. The empty file says that those which are not named were taken out. */
  kept() {
    const fields = this.fields();
    fields.append("attachment", "");
    return fields;
  }

  touched() {
    this.error.hidden = true;
    this.known = this.editor.getHTML();
    const fields = [...this.fields()].filter(([name]) => !["csrfmiddlewaretoken", "once", "seen", "read_to", "body_text", "attachment"].includes(name));
    this.draft.touch({ fields, files: this.uploads.items() });
  }

  async restore() {
    const copy = await this.draft.adopt();
    if (!copy) return;
    this.fill(Object.fromEntries(copy.fields), copy.files);
    this.touched();
  }

  /** Show a text and its fields in place of what is here. */
  fill({ body_html = "", ...fields }, files) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements[name];
      // A single radio is no choice: setting it would change what it stands for.
      if (field && field.type !== "radio") field.value = value;
    }
    this.editor.setHTML(body_html);
    this.known = this.editor.getHTML();
    this.uploads.keepOnly(files);
    files.forEach((file) => this.uploads.restore(file));
  }

  isEmpty() {
    return isEmpty(this.root) && !this.uploads.items().length && !this.uploads.pending.size;
  }

  /** Another tab was faster. What was not touched here since it was saved follows by itself; else the person chooses. */
  moved(state, isClean) {
    const isGone = state.reason === "sent" && this.isEmpty();
    if (isGone || (isClean && state.reason === "saved")) return this.choose("theirs", state);
    this.other.show(state);
  }

  choose(choice, { reason, mark, fields = {}, files = [] }) {
    if (choice === "theirs") {
      this.fill(reason === "sent" ? { to: "", subject: "" } : fields, files);
      return this.draft.follow(mark);
    }
    if (choice === "both") {
      this.editor.setHTML(`${this.editor.getHTML()}<div><br></div>${fields.body_html}`);
      for (const name of ["to", "cc", "subject"]) if (this.form.elements[name]?.value === "") this.form.elements[name].value = fields[name] ?? "";
      files.forEach((file) => this.uploads.restore(file));
    }
    this.draft.proceed(reason === "saved" ? mark : "");
    this.touched();
    this.editor.focus();
  }

  tell(state) {
    this.saved.dataset.state = state;
    this.saved.value = this.saved.dataset[state] ?? "";
  }
}

customElements.define("steward-composer", Composer);
