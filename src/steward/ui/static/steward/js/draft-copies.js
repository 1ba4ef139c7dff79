// Bringing to the server what this browser still keeps, before one goes.
import { copiesOf, forget } from "./copies.js";
import { signature } from "./draft-marks.js";
import { drafts } from "./draft.js";
import { csrf, within } from "./shared.js";

const PATIENCE = 20_000; // ms

/** Bring what this browser still keeps of `owner` to the server; gives the copies that it did not take. */
export async function deliverCopies(owner) {
  await Promise.all([...drafts].map((draft) => draft.save()));
  const refused = [];
  for (const [key, copy] of await copiesOf(owner)) {
    if (await deliver(copy)) forget(key);
    else refused.push([key, copy]);
  }
  return refused;
}

async function deliver(copy) {
  const body = new FormData();
  for (const [name, value] of copy.fields) body.append(name, value);
  for (const id of ["", ...copy.files.map((file) => file.id)]) body.append("attachment", id);
  for (const [name, mark] of signature(copy)) body.append(name, mark);
  try {
    const asked = { method: "POST", headers: { "X-CSRFToken": csrf() }, body };
    const response = await within(PATIENCE, (signal) => fetch(copy.url, { ...asked, signal }));
    return response.ok && !response.redirected;
  } catch {
    // Offline, or the server hangs: the copy stays, and the caller says so.
    return false;
  }
}
