// One form, sent without leaving the page.

/**
 * Post `body` to `url`. Gives `went`, where the server sends us on success; otherwise `fault`: the server's words beside a
 * field, null when it refused without words, undefined when no answer came; and `html`, the form as it came back.
 */
export async function send(url, body) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body });
  } catch {
    // Offline, or the server is restarting: the caller keeps the text and says so.
    return {};
  }
  // Success is a redirect; a page in place of it is the form with its faults, or the sign-in.
  if (response.ok && response.redirected && !isSignIn(response.url)) return { went: response.url };
  const html = await response.text();
  return { fault: faults(html), html };
}

/** The words of the server beside its fields in `html`, or null. */
export function faults(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.querySelectorAll("[data-error]")].map((error) => error.textContent.trim()).join(" ") || null;
}

/** True for the page one is sent to when the session has ended. */
export function isSignIn(url) {
  return new URL(url, location.href).pathname.endsWith("/sign-in");
}
