// The shared worker: one for all tabs of a person in this browser.
import { Broker } from "./live-broker.js";

const ports = new Set();
const broker = new Broker((message) => {
  for (const port of ports) port.postMessage(message);
});

addEventListener("connect", ({ ports: [port] }) => {
  port.addEventListener("message", ({ data }) => {
    if (data.type === "leave") return ports.delete(port);
    ports.add(port);
    broker.take(data, (answer) => port.postMessage(answer));
  });
  port.start();
});
