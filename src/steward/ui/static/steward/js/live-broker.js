// Holds the one connection of a browser and passes on what it hears to all tabs. Runs in a shared worker or in one of the tabs.
import { Connection } from "./live-connection.js";

export class Broker {
  /** `say(message)` reaches all tabs. */
  constructor(say) {
    this.say = say;
    this.state = "opening";
    this.present = {};
  }

  /** A tab says something; `answer(message)` reaches it alone. */
  take({ type, url, position }, answer) {
    if (type === "join") {
      this.connection ??= this.connect(url, position);
      answer({ type: "joined", state: this.state, position: this.connection.after, present: this.present });
    }
    if (type === "hurry") this.connection?.hurry();
  }

  connect(url, after) {
    this.state = "opening"; // whatever became of the one before
    return new Connection({
      url,
      after,
      heard: (message) => this.hear(message),
      stood: (state) => {
        this.state = state;
        this.say({ type: "state", state });
        // Who signs in again gets a new connection.
        if (state === "out") this.connection = undefined;
      },
    });
  }

  hear({ kind, position, said }) {
    if (kind === "presence") this.present = said.all ? said.at : { ...this.present, ...said.at };
    if (kind === "presence") this.say({ type: "presence", present: this.present });
    else if (kind !== "beat") this.say({ type: kind, position, said });
  }
}
