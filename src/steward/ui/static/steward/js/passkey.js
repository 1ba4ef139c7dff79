// A passkey, asked for by the browser. Forms that need one have `data-passkey="show"` to prove it, or `"make"` to create it.

/** Prove or make a passkey, and send the form once more with it; where that cannot be, the form says so. */
export async function prove(form) {
  const words = form.querySelector("[data-passkey-trouble]");
  words.textContent = window.PublicKeyCredential ? "" : form.dataset.unsupported;
  if (!window.PublicKeyCredential) return;
  try {
    await askFor(form);
  } catch (error) {
    console.info(error.name);
    words.textContent = form.dataset.refused;
  }
}

/**
 * Ask the address of `form` for what the browser needs (JSON), then the browser, and send the form once more with its answer.
 * Raises what the browser says when the person refuses.
 */
async function askFor(form) {
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-disabled", "true");
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
  } finally {
    button.removeAttribute("aria-disabled");
  }
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
