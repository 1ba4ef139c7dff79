// The notice beside a composer whose draft another tab saved or sent. It lies over what is around and moves nothing.

export class Moved {
  /** `element` is the `.composer-moved`; `choose(choice, state)` is called with `mine`, `theirs` or `both`. */
  constructor(element, choose) {
    this.element = element;
    this.choose = choose;
    element.addEventListener("click", (event) => {
      const choice = event.target.closest("[data-choice]")?.dataset.choice;
      if (choice) this.chosen(choice);
    });
  }

  /** Tell what the server said: `reason` is `saved` or `sent`, `words` say it, `text` and `files` are the other's. */
  show(state) {
    this.state = state;
    this.element.firstElementChild.hidden = false;
    this.element.firstElementChild.dataset.reason = state.reason;
    this.element.querySelector("[data-words]").textContent = state.words;
    const other = this.element.querySelector("blockquote");
    other.textContent = [state.text, ...(state.files ?? []).map((file) => file.name)].filter(Boolean).join("\n");
    other.hidden = !other.textContent;
  }

  isShown() {
    return !this.element.firstElementChild.hidden;
  }

  chosen(choice) {
    this.element.firstElementChild.hidden = true;
    this.choose(choice, this.state);
  }
}
