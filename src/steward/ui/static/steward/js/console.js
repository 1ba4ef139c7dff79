// The one script of the console's pages. All else is imported, so that no module ever runs twice.
import "./page.js";
import "./menu.js";
import "./keys.js";
import "./poll.js";
import "./mail-frame.js";
import "./composer.js";
