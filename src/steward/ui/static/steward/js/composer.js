// Where answers, notes and new tickets are written. Without this script the form works with plain text; with it one writes
// into the rich field from the first key on, and the editor (`writing.js`) comes under it as soon as somebody is there.
const COMING = ["focusin", "pointerover", "dragenter", "click", "change"];
const PRESSED = "button[type=button]:not([popovertarget])";
const FORMATTED = /<(?!\/?div>|br>)/;

class Composer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.root = this.querySelector(".composer-rich");
    this.plain = this.form.elements.body_text;
    this.showDraft();
    this.show(true);
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    for (const name of COMING) this.addEventListener(name, () => this.open(), { signal });
    for (const name of ["compositionstart", "compositionend"]) this.root.addEventListener(name, () => (this.isComposing = name === "compositionstart"), { signal });
    this.addEventListener("keydown", (event) => this.sendSoon(event), { signal });
    this.addEventListener("click", (event) => this.pressSoon(event), { signal });
    const { owner, draftUrl: url } = this.dataset;
    // Another tab saved what is written here: it is shown.
    this.tabs = new BroadcastChannel("steward.drafts");
    this.tabs.onmessage = ({ data }) => {
      if (data.url !== url || data.owner !== owner) return;
      this.isStale = true;
      this.open();
    };
    // Whoever is at the page may write soon, and the network may be gone by then.
    addEventListener("steward:touched", () => import("./writing.js").catch(console.info), { signal });
    // Or this browser keeps text that the server may not have (`copies.js`).
    const isLeft = Object.keys(localStorage).some((key) => key.startsWith(`steward.draft ${owner} ${url} `));
    // A draft of the server's stands there until somebody is at it.
    if (isLeft) this.open();
  }

  /** As plain lines where it is no more than that: so what is typed before the editor comes stays one line, too. */
  showDraft() {
    const { html = "" } = this.root.dataset;
    this.isFormatted = FORMATTED.test(html);
    // The server has cleaned it for this (`sanitise_draft`).
    if (this.isFormatted) this.root.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    else this.root.innerText = this.plain.value;
    this.shown = this.root.innerHTML;
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.tabs.close();
  }

  show(isRich) {
    this.root.contentEditable = isRich;
    this.root.hidden = !isRich;
    this.plain.hidden = isRich;
  }

  /** Bring the editor. Resolves with it; where it cannot be loaded, the plain field takes over, and nothing comes. */
  open() {
    this.coming ??= import("./writing.js").then(({ write }) => write(this), () => this.fallBack());
    return this.coming;
  }

  /** Control and Enter, pressed before the editor is there (which hears them itself): it is sent when it has come. */
  async sendSoon(event) {
    if (this.writing || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const writing = await this.open();
    if (writing) writing.sending.shortcut(event);
    else this.form.requestSubmit();
  }

  /** A tool, or what takes out a file, pressed before the editor is there: it is pressed when it has come. */
  async pressSoon({ target }) {
    const button = target.closest(PRESSED);
    if (!this.writing && button && (await this.open())) button.click();
  }

  fallBack() {
    this.plain.value = this.root.innerText.trim();
    this.show(false);
  }
}

customElements.define("steward-composer", Composer);
