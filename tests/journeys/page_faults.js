// What a page does wrong that axe does not see. Each function returns sentences; none is good.
window.pageFaults = {
  // Reflow (WCAG 1.4.10): neither the page nor a part of it scrolls sideways, and nothing to act on is out of reach.
  // Tables, code and the tools of the editor may scroll in a frame of their own.
  tooWide() {
    const faults = [];
    const mayScroll = ".table-scroll, pre, [data-scrolls], .tabs, .sr, .rail-label, input, textarea, select";
    const over = document.scrollingElement.scrollWidth - innerWidth;
    if (over > 0) faults.push(`the page is ${over} px too wide`);
    for (const part of document.querySelectorAll("body *")) {
      if (part.closest(mayScroll) || part.closest("svg") || !part.checkVisibility()) continue;
      const { overflowX, position, clipPath } = getComputedStyle(part);
      const wide = part.scrollWidth - part.clientWidth;
      if (["auto", "scroll"].includes(overflowX) && wide > 1) faults.push(`${named(part)} scrolls by ${wide} px`);
      const box = part.getBoundingClientRect();
      const isHidden = clipPath !== "none" || part.closest(".skip") || hiddenByParent(part);
      if (part.matches("a, button, input, select, textarea, summary, label, h1, h2, h3, p, td, th") && box.width && !isHidden) {
        if (box.right > innerWidth + 1 || box.left < -1) faults.push(`${named(part)} reaches out of the window (${position})`);
      }
    }
    return faults.slice(0, 5);
  },

  // Focus visible (2.4.7) and not obscured (2.4.11): whatever takes the focus looks otherwise then, and can be seen.
  unseenFocus() {
    const faults = [];
    const some = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'], [contenteditable=true]";
    for (const one of document.querySelectorAll(some)) {
      if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled || one.tabIndex < 0) continue;
      if (one.closest("[popover]:not(:popover-open), dialog:not([open])")) continue;
      document.activeElement?.blur();
      const before = looks(one);
      one.focus();
      if (document.activeElement !== one) continue;
      if (looks(one) === before) faults.push(`${named(one)} looks the same with the focus`);
      else if (isCovered(one)) faults.push(`${named(one)} is covered when it has the focus`);
    }
    document.activeElement?.blur();
    return faults.slice(0, 5);
  },

  // Moving parts (2.3.3, prefers-reduced-motion): nothing moves once that was asked for.
  moving() {
    return document.getAnimations().map((each) => `${named(each.effect.target)} moves`);
  },

  // Accessible authentication (3.3.8) and input purpose (1.3.5): who signs in is helped, and may paste.
  unhelpedSignIn() {
    const faults = [];
    for (const field of document.querySelectorAll("input[type=password], input[type=email], input[name=code]")) {
      if (!field.autocomplete && !field.closest("[data-foreign]")) faults.push(`${named(field)} has no autocomplete`);
      const paste = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
      if (!field.dispatchEvent(paste)) faults.push(`${named(field)} refuses what is pasted`);
    }
    return faults;
  },
};

function looks(one) {
  const seen = [];
  for (let at = one; at && at !== document.documentElement && seen.length < 5; at = at.parentElement) {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } = getComputedStyle(at);
    const outline = outlineStyle === "none" ? "" : outlineWidth + outlineColor;
    seen.push([outline, boxShadow, borderColor, backgroundColor].join());
  }
  return seen.join("|");
}

function isCovered(one) {
  const { left, top, width, height } = one.getBoundingClientRect();
  if (!width || !height) return false;
  const places = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  return !places.some(([x, y]) => {
    const top_ = document.elementFromPoint(left + x * width, top + y * height);
    return top_ && (one.contains(top_) || top_.contains(one) || top_.closest("label")?.contains(one));
  });
}

function hiddenByParent(part) {
  for (let at = part; at; at = at.parentElement) if (getComputedStyle(at).clipPath !== "none") return true;
  return false;
}

function named(part) {
  const words = (part.getAttribute("aria-label") || part.textContent).trim().replace(/\s+/g, " ").slice(0, 30);
  return `<${part.localName} class="${part.getAttribute("class") ?? ""}"${part.name ? ` name="${part.name}"` : ""}> “${words}”`;
}
