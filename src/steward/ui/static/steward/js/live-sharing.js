// How the tabs of a browser share one connection: by a shared worker, or by the tab that holds a lock.

/** `{ send(message) }`, by which this tab speaks to whoever holds the connection; `hear(message)` gets what comes back. */
export function share({ name, worker: url }, hear) {
  const said = []; // until somebody answers
  let send = (message) => said.push(message);
  const byLock = async () => {
    const { lockedLink } = await import("./live-lock.js");
    send = lockedLink(name, hear).send;
    said.splice(0).forEach(send);
  };
  if (typeof SharedWorker === "undefined") byLock();
  else {
    const worker = new SharedWorker(url, { name, type: "module" });
    // It could not be loaded, or knows no modules: the tabs do it among themselves.
    worker.onerror = byLock;
    worker.port.onmessage = ({ data }) => {
      said.length = 0;
      hear(data);
    };
    send = (message) => {
      said.push(message);
      worker.port.postMessage(message);
    };
  }
  return { send: (message) => send(message) };
}
