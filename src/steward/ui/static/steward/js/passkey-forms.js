// Forms with a passkey send what the browser says of it (`passkey.js`). Their buttons wait for this script: without it they
// would send an empty answer.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !window.PublicKeyCredential && form.dataset.passkey === "show";
  form.querySelector("button[type=submit]").disabled = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const passkeys = await import("./passkey.js").catch(() => null);
    if (passkeys) passkeys.prove(form);
    else form.querySelector("[data-passkey-trouble]").textContent = form.dataset.refused;
  });
}
