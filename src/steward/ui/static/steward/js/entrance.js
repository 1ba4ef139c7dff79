// The pages before the console and the back office.
import "./telling.js";

if (document.querySelector("form[data-passkey]")) import("./passkey-forms.js").catch(console.info);
