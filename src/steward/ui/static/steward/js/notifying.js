// Notices that come and go at the edge of the page.

/** Show a notice that stays until it is closed or eight seconds have passed, and longer while somebody is at it. */
export function notify(text) {
  const toasts = document.getElementById("toasts");
  const toast = toasts.querySelector("template").content.querySelector(".toast").cloneNode(true);
  toast.querySelector("span").textContent = text;
  toasts.append(toast);
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}
