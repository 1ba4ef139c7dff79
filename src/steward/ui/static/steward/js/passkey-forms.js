// Forms with a passkey send what the browser says of it (`passkey.js`).
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential && form.dataset.passkey === "show";
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    (await import("./passkey.js")).prove(form);
  });
}
