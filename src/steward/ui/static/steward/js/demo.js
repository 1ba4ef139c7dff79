// The one script of the outbox pages.
import "./page.js";
import "./mail-frame.js";
import { Freshness } from "./live-freshness.js";

// A folder tells nobody of what is put into it: one looks.
const LOOK = 3000;
const mails = new Freshness("[data-live-url]", () => {});
setInterval(() => mails.spoil(), LOOK);
document.addEventListener("visibilitychange", () => document.hidden || mails.look());
