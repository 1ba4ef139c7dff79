// One connection for all tabs of a browser without shared workers: the tab that holds a lock has it.
import { Broker } from "./live-broker.js";

/** A link as `share` gives it. */
export function lockedLink(name, hear) {
  const channel = new BroadcastChannel(name);
  let broker = null;
  let joined = null;
  const lead = () => {
    broker = new Broker((message) => {
      channel.postMessage(message);
      hear(message);
    });
    if (joined) broker.take(joined, hear);
    channel.postMessage({ type: "leading" });
  };
  channel.addEventListener("message", ({ data }) => {
    if (data.to === "broker") broker?.take(data, (answer) => channel.postMessage(answer));
    else if (data.type === "leading") joined && channel.postMessage({ ...joined, to: "broker" });
    else if (!broker) hear(data);
  });
  // A lock ends with its tab, and the next one takes over. Over plain HTTP there are none: each tab does it for itself.
  if (navigator.locks) navigator.locks.request(name, () => (lead(), new Promise(() => {})));
  else broker = new Broker(hear);
  return {
    send(message) {
      if (message.type === "join") joined = message;
      if (broker) broker.take(message, hear);
      else channel.postMessage({ ...message, to: "broker" });
    },
  };
}
