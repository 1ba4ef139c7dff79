// Every form refused (WCAG 3.3.1, 3.3.3): filled in wrongly, then asked what the page that comes back does with it.
window.pageForms = {
  /** The forms of the page in which something is written, by their place among all forms. */
  written() {
    const fields = "input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [data-filter]), textarea";
    const isWritten = (form) => form.method === "post" && [...form.elements].some((one) => one.matches(fields) && !one.hidden);
    return [...document.forms].flatMap((form, place) => (isWritten(form) && !form.closest("[popover], dialog") ? [place] : []));
  },

  /** Fill the form in as badly as can be and send it past what the browser checks; what was in it, by name. */
  spoil(place) {
    const form = document.forms[place];
    const kept = {};
    for (const one of form.elements) {
      if (!one.name || one.hidden || one.type === "hidden" || one.matches("button, fieldset, [type=file]")) continue;
      if (one.matches("[type=radio], [type=checkbox]")) {
        if (one.checked) kept[one.name] = one.value;
        continue;
      }
      if (!one.matches("select")) one.value = badly(one);
      if (one.type !== "password") kept[one.name] = one.value;
    }
    // By the form's own method, so that neither the browser's checks nor a script stands in the way.
    setTimeout(() => HTMLFormElement.prototype.submit.call(form));
    return kept;
  },

  /** What is wrong with a page that refused a form: `kept` is what had been typed. */
  faults(kept) {
    const faults = [];
    const errors = [...document.querySelectorAll(".field-error, [role=alert]")].filter((one) => one.checkVisibility() && one.textContent.trim());
    if (!errors.length) faults.push("nothing says what is wrong");
    for (const field of document.querySelectorAll("[aria-invalid=true]")) if (!described(field)) faults.push(`${field.name} is wrong and has no words`);
    for (const error of errors) {
      const field = error.closest(".field");
      if (field && !field.querySelector("[aria-invalid=true]") && !field.hasAttribute("aria-describedby")) faults.push(`“${error.textContent.trim()}” belongs to no field`);
    }
    const at = document.activeElement;
    if (!at.matches("[aria-invalid=true], [role=alert], [data-error]") && !described(at)) faults.push(`the focus is at <${at.localName} class="${at.className}">`);
    for (const [name, value] of Object.entries(kept)) {
      const fields = [...document.getElementsByName(name)];
      const isKept = fields.some((one) => one.value === value && (!one.matches("[type=radio], [type=checkbox]") || one.checked));
      if (!isKept) faults.push(`what was typed into ${name} is lost: ${value}`);
    }
    return faults;
  },
};

function badly(field) {
  if (field.type === "password") return "x";
  if (field.type === "number") return "-5";
  if (/mail|address|from|^to$|^cc$|people|login/.test(field.name)) return "not an address";
  if (/network|accent/.test(field.name)) return "neither this nor that";
  return field.required ? "" : "kept";
}

function described(one) {
  const ids = (one.getAttribute("aria-describedby") ?? "").split(/\s+/);
  return ids.some((id) => document.getElementById(id)?.textContent.trim());
}
