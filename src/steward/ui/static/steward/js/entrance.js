// The pages before the console and the back office.
import "./telling.js";

sessionStorage.removeItem("steward.pressed"); // what was typed on a page before, and is for whoever was signed in there

if (document.querySelector("form[data-passkey]")) import("./passkey-forms.js").catch(console.info);
