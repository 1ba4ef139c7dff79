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

from steward.bench.figures import Spread

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
        addresses = {"list": begin, "ticket": ticket, "search": f"{begin}search?q=invoice",
                     "settings": f"{begin}settings/profile"}  # fmt: skip
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
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": url}])
    return context.new_page()


def _clicks(browser: Any, begin: str, cookie: Cookie, clicks: int) -> Figures:
    page = _visit(browser, begin, cookie)
    _await(page, begin)
    page.wait_for_function("Boolean(customElements.get('steward-composer') && globalThis.htmx)")
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


def _weight(browser: Any, url: str, cookie: Cookie) -> Figures:
    """Bytes over the wire and requests of a first visit and of a second one, and how much of the code never runs."""
    page = _visit(browser, url, cookie)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    first = _loaded(page, network, url)
    second = _loaded(page, network, url)
    unused = _unused(page, url)
    page.context.close()
    return {
        "kib": round(first["bytes"] / 1024, 1), "requests": first["requests"],
        "kib_again": round(second["bytes"] / 1024, 1), "requests_again": second["requests"],
        "unused_css_percent": unused["css"], "unused_js_percent": unused["js"],
    }  # fmt: skip


def _loaded(page: Any, network: Any, url: str) -> dict[str, int]:
    """What came over the network until the page rests. Streams that never end do not count, nor what the cache had."""
    asked: dict[str, bool] = {}
    came: dict[str, int] = {}

    def note(event: Any) -> None:
        asked[event["requestId"]] = not event.get("response", {}).get("fromDiskCache", False)

    def finish(event: Any) -> None:
        came[event["requestId"]] = event["encodedDataLength"]

    network.on("Network.responseReceived", note)
    network.on("Network.loadingFinished", finish)
    page.goto(url)
    page.wait_for_timeout(1500)
    network.remove_listener("Network.responseReceived", note)
    network.remove_listener("Network.loadingFinished", finish)
    real = [key for key, length in came.items() if asked.get(key) and length > 0]
    return {"bytes": sum(came[key] for key in real), "requests": len(real)}


def _unused(page: Any, url: str) -> dict[str, float]:
    """Per cent of the bytes of all style sheets and scripts of the page that were not used by it (CDP coverage)."""
    coverage = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS", "Profiler", "Debugger"):
        coverage.send(f"{domain}.enable")
    sheets: dict[str, int] = {}
    scripts: dict[str, int] = {}
    coverage.on(
        "CSS.styleSheetAdded", lambda e: sheets.update({e["header"]["styleSheetId"]: int(e["header"]["length"])})
    )
    coverage.on(
        "Debugger.scriptParsed",
        lambda e: scripts.update({e["scriptId"]: e["length"]} if "/static/" in e["url"] else {}),
    )
    coverage.send("Profiler.startPreciseCoverage", {"callCount": False, "detailed": True})
    coverage.send("CSS.startRuleUsageTracking")
    page.goto(url)
    page.wait_for_timeout(1200)
    rules = coverage.send("CSS.stopRuleUsageTracking")["ruleUsage"]
    used_css = sum(_covered([rule for rule in rules if rule["styleSheetId"] == sheet]) for sheet in sheets)
    ran = coverage.send("Profiler.takePreciseCoverage")["result"]
    unused_js = sum(
        _never([each for function in script["functions"] for each in function["ranges"]])
        for script in ran
        if script["scriptId"] in scripts
    )
    css, js = sum(sheets.values()), sum(scripts[s["scriptId"]] for s in ran if s["scriptId"] in scripts)
    return {
        "css": round(100 - 100 * used_css / css, 1) if css else 0.0,
        "js": round(100 * unused_js / js, 1) if js else 0.0,
    }


def _covered(rules: Sequence[Any]) -> int:
    """Bytes in rules that match something; one that holds others counts with them."""
    total, position = 0, 0
    for rule in sorted((rule for rule in rules if rule["used"]), key=lambda rule: rule["startOffset"]):
        begin = max(position, int(rule["startOffset"]))
        total, position = total + max(0, int(rule["endOffset"]) - begin), max(position, int(rule["endOffset"]))
    return total


def _never(ranges: Sequence[Any]) -> int:
    """Bytes in ranges that never ran. Ranges are nested, the inner ones decide."""
    points = sorted({point for each in ranges for point in (each["startOffset"], each["endOffset"])})
    ordered = sorted(ranges, key=lambda each: (each["startOffset"], -each["endOffset"]))
    total, stack, position = 0, list[Any](), 0
    for point in points:
        if stack and not stack[-1]["count"]:
            total += point - position
        position = point
        stack = [each for each in stack if each["endOffset"] > point]
        stack += [each for each in ordered if each["startOffset"] == point and each["endOffset"] > point]
    return total


if __name__ == "__main__":
    told = json.loads(sys.stdin.readline())
    print(json.dumps(visit(told["begin"], told["session"], told["clicks"])))
