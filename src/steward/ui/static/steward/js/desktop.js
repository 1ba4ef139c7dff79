// Notices on the desktop are asked for in the settings. The browser is asked only when somebody asks for it here.

const desktop = document.getElementById("desktop");
if (desktop && globalThis.Notification) {
  const [said, ask_, try_] = ["[role=status]", "[data-ask-desktop]", "[data-try-desktop]"].map((each) => desktop.querySelector(each));
  const tell = () => {
    said.textContent = said.dataset[Notification.permission];
    ask_.hidden = Notification.permission !== "default";
    try_.hidden = Notification.permission !== "granted";
  };
  ask_.addEventListener("click", () => Notification.requestPermission().then(tell));
  try_.addEventListener("click", () => new Notification("Steward", { body: try_.dataset.words }));
  desktop.hidden = false;
  tell();
}
