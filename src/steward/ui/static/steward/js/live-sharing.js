// How the tabs of a browser share one connection: by a shared worker, or by the tab that holds a lock.
import { Broker } from "./live-broker.js";

/** `{ send(message) }`, by which this tab speaks to whoever holds the connection; `hear(message)` gets what comes back. */
export function share({ name, worker }, hear) {
  return byWorker(name, worker, hear) ?? byLock(name, hear);
}

function byWorker(name, url, hear) {
  if (typeof SharedWorker === "undefined") return null;
  const worker = new SharedWorker(url, { name, type: "module" });
  const link = { send: (message) => worker.port.postMessage(message) };
  let joining = null;
  // It could not be loaded, or knows no modules: the tabs do it among themselves.
  worker.addEventListener("error", () => {
    const other = byLock(name, hear);
    link.send = other.send;
    if (joining) other.send(joining);
  });
  worker.port.addEventListener("message", ({ data }) => {
    joining = null;
    hear(data);
  });
  worker.port.start();
  return {
    send: (message) => {
      if (message.type === "join") joining = message;
      link.send(message);
    },
  };
}

function byLock(name, hear) {
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
