// The one script of the outbox pages.
import "./page.js";
import "./poll.js";
import "./mail-frame.js";
