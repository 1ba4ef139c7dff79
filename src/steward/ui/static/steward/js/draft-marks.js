// Each save of a draft has a mark and says which marks were seen here: a save that does not know the newest one is refused, so
// that no tab overwrites what another wrote meanwhile.
import { randomName } from "./shared.js";

export class Marks {
  /** `seen` is the mark that came with the page, or nothing. */
  constructor(seen) {
    this.seen = seen ? [seen] : [];
    this.tried = [];
    this.attempt = { version: 0, mark: "" };
  }

  /** As a copy has them. */
  kept() {
    return { seen: this.seen, tried: this.tried };
  }

  /** Go on with those of a copy. */
  take({ seen, tried }) {
    this.seen = seen;
    this.tried = tried;
  }

  knows(mark) {
    return this.seen.includes(mark) || this.tried.includes(mark);
  }

  /** Name the next save; false when that of `version` has its name. */
  begin(version) {
    if (this.attempt.version === version) return false;
    this.attempt = { version, mark: randomName() };
    // When the answer is lost, the next save must not be refused for this one.
    this.tried.push(this.attempt.mark);
    return true;
  }

  /** The server has what was saved last, and calls it `mark`. */
  arrived(mark) {
    this.seen = mark ? [mark] : [];
    this.tried = [this.attempt.mark];
  }

  /** What is here may take the place of what has `mark`; without one, begin anew. */
  proceed(mark) {
    this.seen = mark ? [...this.seen, mark] : [];
    if (!mark) this.tried = [];
  }

  /** Put the marks to what is saved or sent. */
  sign(fields) {
    fields.delete("seen");
    for (const [name, mark] of signature(this)) fields.append(name, mark);
    fields.set("mark", this.attempt.mark);
    return fields;
  }
}

/** The marks as fields. An empty one among them says that they are known of, when none has been seen. */
export function signature({ seen, tried }) {
  return [...["", ...seen].map((mark) => ["seen", mark]), ...tried.map((mark) => ["tried", mark])];
}
