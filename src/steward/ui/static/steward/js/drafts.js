// The drafts of a page: for who writes in it, and for who signs out of it.
import "./draft-copies.js";
import "./draft.js";
