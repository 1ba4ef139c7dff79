// One form, sent without leaving the page.
import { isSilence, within } from "./shared.js";

const PATIENCE = 40_000; // for an answer

/**
 * Post `body` to `url`. Gives `went`, where the server sends us on success; otherwise `fault`: the server's words beside a
 * field, null when it refused without words, undefined when no answer came (`isSilent`: in time); and `html`, the form as it
 * came back.
 */
export async function send(url, body) {
  try {
    return await within(PATIENCE, async (signal) => {
      // A redirect would be followed, and the page that comes made twice: here only to be thrown away.
      const response = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" }, signal });
      // Success is an address; a page in place of it is the form with its faults, or the sign-in.
      const went = response.headers.get("HX-Redirect");
      if (response.ok && went) return { went };
      const html = await response.text();
      return { fault: faults(html), html };
    });
  } catch (fault) {
    // Offline, the server is restarting, or it hangs: the caller keeps the text and says so.
    return { isSilent: isSilence(fault) };
  }
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
