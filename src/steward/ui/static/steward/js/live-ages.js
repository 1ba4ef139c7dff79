// Ages grow while the page is open: the words for each minute and hour come with the page.

const STEP = 20_000;
const DAY = 24 * 60 * 60_000;

const { ages, now, dayEnds } = document.getElementById("live")?.dataset ?? {};
const words = JSON.parse(ages ?? "[]");
const ahead = Date.now() - Number(now) * 1000; // clocks differ
let midnight = Number(dayEnds) * 1000;

function grow() {
  if (document.hidden) return;
  const at = Date.now() - ahead;
  // Hours have become days: these are told otherwise.
  if (at >= midnight) {
    midnight += DAY;
    dispatchEvent(new Event("steward:changed"));
  }
  for (const time of document.querySelectorAll("time[data-age]")) {
    const minutes = Math.max(0, Math.floor((at - Date.parse(time.dateTime)) / 60_000));
    const text = words[minutes < 60 ? minutes : 59 + Math.floor(minutes / 60)];
    if (text && time.textContent !== text) time.textContent = text;
  }
}

grow(); // what the browser had kept is older than it says
setInterval(grow, STEP);
document.addEventListener("visibilitychange", grow);
