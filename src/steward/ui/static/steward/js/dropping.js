// Files that are dropped onto a part of the page.

/** `take(files)` is called with what is dropped on `place`, which has `data-dropping` while something is over it. */
export function takeDropped(place, take) {
  place.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    place.toggleAttribute("data-dropping", true);
  });
  place.addEventListener("dragleave", (event) => !place.contains(event.relatedTarget) && place.removeAttribute("data-dropping"));
  // Before the editor, which would put the picture into the text.
  place.addEventListener("drop", (event) => {
    place.removeAttribute("data-dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer.files);
  }, true);
}
