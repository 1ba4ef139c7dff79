// The frame of a mail is as high as what is in it, so that the page scrolls and not the frame.
// Its scripts are off by sandbox; being of the same origin, it can be measured from here.
import { nameFolds } from "./folds.js";
import "./page.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

class MailFrame extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("iframe");
    this.frame.addEventListener("load", this);
    this.addEventListener("click", this);
    dark.addEventListener("change", this);
    if (this.frame.contentDocument?.readyState === "complete") this.fit();
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    dark.removeEventListener("change", this);
  }

  handleEvent(event) {
    if (event.type === "load" || event.type === "change") this.fit();
    else if (event.target.closest("[data-images]")) this.querySelector(".mail-images").hidden = true;
  }

  fit() {
    const page = this.frame.contentDocument;
    // about:blank comes before the mail does; an error page of the browser cannot be looked into.
    if (!page?.body || page.URL === "about:blank") return;
    this.dress(page);
    nameFolds(page);
    this.observer?.disconnect();
    this.observer = new ResizeObserver(() => this.measure(page));
    this.observer.observe(page.body);
    // The keys of the console work from inside the mail too.
    page.onkeydown = (event) => this.passOn(event);
  }

  measure(page) {
    const wide = page.documentElement.scrollWidth > page.documentElement.clientWidth ? 16 : 0;
    this.frame.style.blockSize = `${Math.ceil(page.body.getBoundingClientRect().height) + wide}px`;
  }

  /** A mail without colours of its own follows the theme of the page; one with colours keeps its white paper. */
  dress(page) {
    const colours = "[bgcolor], [color], [background], style, [style*=color i], [style*=background i]";
    const theme = getComputedStyle(this).colorScheme;
    const isDark = theme === "dark" || (theme.includes("dark") && dark.matches);
    if (page.body.matches(colours) || page.querySelector(colours)) return;
    this.dataset.fits = page.documentElement.dataset.fits = isDark ? "dark" : "light";
  }

  passOn(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Enter" || event.key === " ") return;
    this.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, shiftKey: event.shiftKey, bubbles: true }));
  }
}

customElements.define("steward-mail-frame", MailFrame);
