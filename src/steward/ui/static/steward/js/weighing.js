// Files that are together too large for one request are told before they are sent: the server could keep nothing typed.
const weight = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);

function tell(form) {
  const isTooMuch = weight(form) > Number(form.dataset.most);
  const told = form.querySelector("[data-too-much]");
  told.hidden = !isTooMuch;
  return isTooMuch;
}

export function weigh(form) {
  form.addEventListener("change", () => tell(form));
  form.addEventListener("submit", (event) => {
    if (!tell(form)) return;
    event.preventDefault();
    form.querySelector("[data-too-much]").scrollIntoView({ block: "center" });
  });
}
