// A composer with somebody at it: the editor, its draft, files, and how it is sent.
import { begun } from "./begun.js";
import { caretIn, goTo } from "./caret.js";
import { Sending } from "./composer-sending.js";
import { Draft } from "./draft.js";
import { takeDropped } from "./dropping.js";
import { isEmpty, makeEditor, wireTools } from "./editor.js";
import { Moved } from "./moved.js";
import { Uploads } from "./uploads.js";

const OLD = 5000; // milliseconds

export class Writing {
  /** `composer`: the `<steward-composer>`, in which somebody may have begun to type. */
  constructor(composer) {
    this.composer = composer;
    for (const name of ["form", "root", "plain"]) this[name] = composer[name];
    this.html = this.form.elements.body_html;
    this.saved = composer.querySelector(".composer-saved");
    this.error = composer.querySelector(".composer-error");
    this.draft = new Draft({
      url: composer.dataset.draftUrl,
      owner: composer.dataset.owner,
      seen: this.form.elements.seen.value,
      read: () => this.kept(),
      show: (state) => this.tell(state),
      moved: (state, isClean) => this.moved(state, isClean),
    });
    this.other = new Moved(composer.querySelector(".composer-moved"), (choice, state) => this.choose(choice, state));
    this.uploads = new Uploads(composer.querySelector(".composer-files"), composer.dataset.uploadUrl, () => this.touched());
    const isTyped = this.startEditor();
    this.sending = new Sending(this);
    this.listen();
    if (isTyped) this.touched(); // or nothing would keep it before the next key
    this.restore();
    composer.leaving.signal.addEventListener("abort", () => this.close());
  }

  /** The composer has left the page. */
  close() {
    this.draft.close();
    this.editor.destroy();
  }

  /** True when somebody has begun to type before the editor came: that is newer than what the page brought. */
  startEditor() {
    const { html, isTyped } = begun(this.composer);
    const [isHere, caret] = [this.root.contains(document.activeElement), caretIn(this.root)];
    this.editor = makeEditor(this.root, html);
    // The editor has not heard that the focus is here already.
    if (isHere) this.root.dispatchEvent(new FocusEvent("focus")), goTo(this.editor, this.root, caret);
    wireTools(this.composer, this.editor);
    this.known = this.editor.getHTML();
    // Squire also tells of what was set and of what came to nothing.
    this.editor.addEventListener("input", () => this.editor.getHTML() !== this.known && this.touched());
    this.editor.addEventListener("pasteImage", (event) => this.uploads.add(event.detail.clipboardData.files));
    return isTyped;
  }

  listen() {
    this.form.addEventListener("input", (event) => event.target.type !== "file" && !event.target.closest(".composer-link") && this.touched());
    const { files } = this.form.elements;
    const take = () => {
      this.uploads.add([...files.files]);
      files.value = "";
    };
    files.addEventListener("change", take);
    take(); // what was chosen before the editor came
    takeDropped(this.composer, (files) => this.uploads.add(files));
  }

  focusAtEnd() {
    goTo(this.editor, this.root);
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
    // What another tab saved since this page came is taken over.
    if (!copy) return void ((this.composer.isStale || performance.now() > OLD) && this.draft.check());
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
    if (reason === "sent") this.sending.beginAnew();
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
