// The first touch has brought the scripts for it: what opens gets its looks, and what was pressed meanwhile happens.

/** `kept` are the events that were held back; `stop()` ends that. */
export async function begin(kept, stop) {
  await Promise.all([...document.querySelectorAll("link[data-later]")].map(dress));
  stop();
  document.documentElement.dataset.hands = "";
  dispatchEvent(new Event("steward:touched"));
  for (const { type, target, submitter, ...event } of kept.splice(0).map(pressed)) {
    // Not by click(): what was pressed may be the picture in a button, which has none.
    if (type === "click") target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    else if (type === "submit") target.requestSubmit(submitter);
    else press(document.activeElement ?? target, event);
  }
}

/** Put a sheet in force. Resolves when it is; without it one works on, if less prettily. */
function dress(link) {
  link.rel = "stylesheet";
  return new Promise((resolve) => ["load", "error"].forEach((name) => link.addEventListener(name, resolve, { once: true })));
}

function pressed(event) {
  const { type, target, submitter, key, shiftKey, ctrlKey, metaKey } = event;
  return { type, target, submitter, key, shiftKey, ctrlKey, metaKey };
}

/** A key that came too soon. Where the one before it led into a field, it is typed there. */
function press(here, event) {
  if (here.matches("input, textarea, select, [contenteditable]")) document.execCommand("insertText", false, event.key);
  else here.dispatchEvent(new KeyboardEvent("keydown", { ...event, bubbles: true, cancelable: true }));
}
