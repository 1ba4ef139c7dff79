// What came into the conversation while it was open: it is spoken, and what was seen of it need not be warned of on sending.

const SEEN = 1500; // in sight for so long

const said = document.getElementById("live-said");
const watched = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    clearTimeout(target.seenTimer);
    if (isIntersecting) target.seenTimer = setTimeout(() => read(target), SEEN);
  }
});

addEventListener("steward:added", ({ detail: added }) => {
  const messages = added.filter((entry) => entry.matches(".message"));
  for (const message of messages) watched.observe(message);
  if (messages.length) said.textContent = said.dataset.message.replace("%(what)s", messages.map(title).join(", "));
});

const title = (message) => [".message-who", ".message-by"].map((part) => message.querySelector(part)?.textContent.trim()).join(", ");

/** Answers up to this message were seen before sending. */
function read(message) {
  const field = document.querySelector("#ticket steward-composer form")?.elements.read_to;
  if (!field || document.hidden || !message.isConnected) return;
  watched.unobserve(message);
  const before = document.getElementById(`m-${field.value}`);
  const isLater = !before || before.compareDocumentPosition(message) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (isLater) field.value = message.id.replace(/^m-/, "");
}
