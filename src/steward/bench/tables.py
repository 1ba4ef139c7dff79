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
    yield f"mails in: {mail['mails']} mails, {mail['connections']} connections; until the last is a committed message"
    for name, run in mail["runs"].items():
        yield f"  {name}: {run['per_second']} mails/s in {run['seconds']} s; load {run['load']}"
        yield f"    {run['accepted_per_second']} accepted/s; 250 after {run['accept_p50']}, {run['accept_p95']} ms"
        if run["answered_per_second"]:
            yield f"    {run['answered_per_second']} mails/s to the last automatic answer in the outbox"
        yield "    made: " + ", ".join(f"{count} {what}" for what, count in run["made"].items())
        yield "    processor ms a mail: " + ", ".join(f"{who} {ms}" for who, ms in run["cpu_ms_per_mail"].items())


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
