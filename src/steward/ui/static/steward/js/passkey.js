// Forms that need a passkey: `data-passkey="show"` proves one, `data-passkey="make"` creates one. The form asks its own
// address for what the browser needs (JSON), and is sent once more with the browser's answer in `answer`.
import "./telling.js";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.hidden = form.dataset.passkey === "show";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trouble(form, form.dataset.unsupported);
    });
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    ask(form);
  });
}

async function ask(form) {
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-disabled", "true");
  trouble(form, "");
  try {
    const body = new FormData(form);
    body.delete("answer");
    body.set("ask", "passkey");
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.redirected) return location.reload();
    if (!response.ok) throw new Error(response.status);
    const options = decoded((await response.json()).publicKey);
    const how = form.dataset.passkey === "make" ? "create" : "get";
    const credential = await navigator.credentials[how]({ publicKey: options });
    form.elements.answer.value = JSON.stringify(encoded(credential));
    form.requestSubmit();
  } catch (error) {
    console.info(error.name);
    trouble(form, form.dataset.refused);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function trouble(form, words) {
  form.querySelector("[data-passkey-trouble]").textContent = words;
}

function decoded(options) {
  const ids = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));
  const plain = { ...options, challenge: bytes(options.challenge) };
  if (options.user) plain.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) plain.allowCredentials = ids(options.allowCredentials);
  if (options.excludeCredentials) plain.excludeCredentials = ids(options.excludeCredentials);
  return plain;
}

function encoded(credential) {
  const { response } = credential;
  const told = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = text(response[name]);
  }
  if (response.getTransports) told.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: told,
  };
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
