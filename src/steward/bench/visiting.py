"""A browser in front of the bench: a process of its own, `python -m steward.bench.visiting`, that does as it is told.

One JSON line in: `{"begin": the list, "session": name and value of the cookie, "clicks": number}`; one out.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from steward.bench.figures import Spread
from steward.bench.weighing import weight_of

WARMING = 5
Figures = dict[str, Any]
Cookie = Sequence[str]

# The moment of the click is that of the event, which counts what waits before it is heard. Painted: the frame after the
# ticket is in place.
_CLICK = """(row) => new Promise((resolve) => {
    const code = new URL(row.href).pathname.split("/").pop();
    let begin = 0;
    row.addEventListener("click", (event) => (begin = event.timeStamp), { once: true, capture: true });
    const look = () => {
        const ticket = document.getElementById("ticket");
        if (ticket.dataset.code !== code || !ticket.querySelector(".message")) return requestAnimationFrame(look);
        const painted = new MessageChannel();
        painted.port1.onmessage = () => resolve(performance.now() - begin);
        requestAnimationFrame(() => painted.port2.postMessage(""));
    };
    row.click();
    look();
})"""


def visit(begin: str, cookie: Cookie, clicks: int) -> Figures:
    """Clicks through the rows of a list, then the weight of each page. Raises `RuntimeError` without Chromium."""
    with _browser() as browser:
        found: Figures = {"clicks": _clicks(browser, begin, cookie, clicks)}
        ticket = found["clicks"].pop("last")
        pages = {
            "search": "search?q=invoice",
            "new": "tickets/new",
            "notices": "notifications",
            "settings": "settings/profile",
        }
        addresses = {"list": begin, "ticket": ticket} | {name: begin + path for name, path in pages.items()}
        found["weights"] = {name: _weight(browser, url, cookie) for name, url in addresses.items()}
        found["weights"]["sign-in"] = _weight(browser, f"{begin}sign-in", ())
    return found


@contextmanager
def _browser() -> Iterator[Any]:
    """Chromium. The hosts of the bench are names below localhost, which it looks for on this machine."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only here: no part of what is installed

    chromium = os.environ.get("STEWARD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise RuntimeError("no Chromium here: name one in STEWARD_CHROMIUM")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


def _visit(browser: Any, url: str, cookie: Cookie) -> Any:
    """A page in a browser of its own, with nothing kept from before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    if cookie:
        # From the root on: below the page alone it would not be sent for what the page asks for by itself.
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": urljoin(url, "/")}])
    return context.new_page()


def _clicks(browser: Any, begin: str, cookie: Cookie, clicks: int) -> Figures:
    page = _visit(browser, begin, cookie)
    _await(page, begin)
    page.mouse.move(700, 500)  # the first touch brings the scripts for touches
    page.wait_for_function("() => 'hands' in document.documentElement.dataset")
    while page.locator("#rows .row").count() < clicks + WARMING:
        before = page.locator("#rows .row").count()
        page.locator("#rows .row").last.scroll_into_view_if_needed()
        page.wait_for_function("before => document.querySelectorAll('#rows .row').length > before", arg=before)
    taken = []
    for row in page.locator("#rows .row").element_handles()[: clicks + WARMING]:
        taken.append(row.evaluate(_CLICK) / 1000)
        page.wait_for_timeout(120)  # what follows a click, such as drafts and presence, is over for a person, too
    last = page.url
    page.context.close()
    return _told(taken[WARMING:]) | {"last": last}


def _weight(browser: Any, url: str, cookie: Cookie) -> Figures:
    page = _visit(browser, url, cookie)
    weight = weight_of(page, url)
    page.context.close()
    return weight


def _await(page: Any, begin: str) -> None:
    """Open the first page as soon as the server is there; raises playwright's error when it does not come."""
    for patience in range(60, -1, -1):
        try:
            page.goto(begin)
        except Exception:
            if not patience:
                raise
            page.wait_for_timeout(500)
        else:
            return


def _told(seconds: Sequence[float]) -> Figures:
    spread = Spread.of(seconds)
    return {"p50": spread.p50, "p95": spread.p95, "longest": spread.longest, "count": spread.count}


if __name__ == "__main__":
    told = json.loads(sys.stdin.readline())
    print(json.dumps(visit(told["begin"], told["session"], told["clicks"])))
