// The one script of the console's pages. All else is imported, so that no module ever runs twice.
import "./page.js";
import "./menu.js";
import "./keys.js";
import "./undo.js";
import "./optimistic.js";
import "./palette.js";
import "./live.js";
import "./mail-frame.js";
import "./composer.js";
import "./settings.js";
import "./leaving.js";
import "./filter.js";
import "./bell.js";
import "./mention.js";
