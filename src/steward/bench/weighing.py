"""What a page weighs in Chromium: bytes and requests over the wire, and how much of its code is used.

Used is what Chromium's coverage says after the page has come to rest and before anybody has touched it: of scripts the
blocks that ran, of sheets the rules that match something, with their layer. This is the hardest moment for scripts, as
those that answer to hands have nothing to do yet. Not seen: scripts that are fetched ahead and not read (their bytes
count), and the script of the shared worker, which all tabs have together.
"""

from collections.abc import Callable, Sequence
from typing import Any

RESTS = 1500  # milliseconds


def weight_of(page: Any, url: str) -> dict[str, Any]:
    """The weight of what is at `url`, opened in `page`, whose browser has kept nothing from before.

    `kib` and `requests` of a first visit, `kib_again` and `requests_again` of a second one, `unused_css_percent`,
    `unused_js_percent`. Streams that never end do not count. Raises `RuntimeError` where the browser shows an error of
    its own in place of the page or of a mail in it: that is a heavy page, too, but none of ours.
    """
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    first = _loaded(page, network, url)
    second = _loaded(page, network, url)
    unused = unused_of(page, url)
    if any(frame.url.startswith("chrome-error:") for frame in page.frames):
        raise RuntimeError(f"{url} shows an error of the browser")
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
        response = event["response"]
        asked[event["requestId"]] = not (response.get("fromDiskCache") or response.get("fromPrefetchCache"))

    def finish(event: Any) -> None:
        came[event["requestId"]] = event["encodedDataLength"]

    network.on("Network.responseReceived", note)
    network.on("Network.loadingFinished", finish)
    page.goto(url)
    page.wait_for_timeout(RESTS)
    network.remove_listener("Network.responseReceived", note)
    network.remove_listener("Network.loadingFinished", finish)
    real = [key for key, length in came.items() if asked.get(key) and length > 0]
    return {"bytes": sum(came[key] for key in real), "requests": len(real)}


def unused_of(page: Any, url: str, happens: Callable[[], object] = bool) -> dict[str, float]:
    """Per cent of the bytes of all style sheets and scripts of the page that were not used by it (CDP coverage).

    `happens` is done elsewhere once the page rests, and what that brings counts, too.
    """
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
    page.wait_for_timeout(RESTS)
    if happens():
        page.wait_for_timeout(RESTS)
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
