"""The figures as a table for people."""

from collections.abc import Iterator
from typing import Any

Figures = dict[str, Any]
_KINDS = {"list": "ticket list", "page": "ticket page", "search": "search"}


def table(told: Figures) -> str:
    """What was measured: mails in, then a line for each page, with p50 and p95 in milliseconds at each size."""
    lines = [f"commit {told['commit']}, {told['machine']['cpus']} processors, {told['machine']['processor']}", ""]
    if told["mail"]:
        lines += [*_mail(told["mail"]), ""]
    if told["pages"]:
        lines += _pages(told["pages"])
    return "\n".join(lines)


def _mail(mail: Figures) -> Iterator[str]:
    yield f"mails in: {mail['per_second']} mails/s from the first connection to the last committed ticket message"
    yield f"  {mail['mails']} mails over {mail['connections']} connections in {mail['seconds']} s; load {mail['load']}"
    yield f"  250 after p50 {mail['accept_p50']} ms, p95 {mail['accept_p95']} ms; accepted {mail['accepted_per_second']} mails/s"
    yield "  made: " + ", ".join(f"{count} {name}" for name, count in mail["made"].items())
    yield "  processor time, ms a mail: " + ", ".join(f"{name} {ms}" for name, ms in mail["cpu_ms_per_mail"].items())


def _pages(pages: list[Figures]) -> Iterator[str]:
    sizes = [page["size"] for page in pages]
    yield f"{'server time, ms':<12}{'':<26}" + "".join(f"{size:>26,}" for size in sizes)
    yield f"{'':<38}" + "     p50     p95 queries  " * len(sizes)
    for kind, shown in _KINDS.items():
        for who in pages[0].get(kind, ()):
            for name in pages[0][kind][who]:
                yield f"{shown:<12} {who:<6} {name:<18}" + "".join(_spread(page[kind][who][name]) for page in pages)
    yield f"{'load of the machine':<38}" + "".join(f"{page['load']:>26}" for page in pages)


def _spread(measured: Figures) -> str:
    scanned = "!" if measured["scanned"] else " "  # a table was read from end to end
    return f"{measured['p50']:>8.1f}{measured['p95']:>8.1f}{measured['queries']:>8}{scanned} "
