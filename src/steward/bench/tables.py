"""The figures as a table for people."""

from collections.abc import Iterator
from typing import Any

Figures = dict[str, Any]
_KINDS = {"list": "ticket list", "page": "ticket page", "search": "search", "centre": "privacy"}


def table(told: Figures) -> str:
    """What was measured: mails in, then a line for each page, with p50 and p95 in milliseconds at each size."""
    lines = [f"commit {told['commit']}, {told['machine']['cpus']} processors, {told['machine']['processor']}", ""]
    if told["mail"]:
        lines += [*_mail(told["mail"]), ""]
    if told["live"]:
        lines += [*_live(told["live"]), ""]
    if told.get("browser"):
        lines += [*_browser(told["browser"]), ""]
    if told.get("registry"):
        lines += [*_registry(told["registry"]), ""]
    if told.get("gate"):
        lines += [*_gate(told["gate"]), ""]
    if told.get("erase"):
        lines += [*_erase(told["erase"]), ""]
    if told.get("export"):
        lines += [*_export(told["export"]), ""]
    if told.get("purge"):
        lines += [_purge(told["purge"]), ""]
    if told.get("backup"):
        lines += [*_backup(told["backup"]), ""]
    if told.get("audit"):
        lines += [*_audit(told["audit"]), ""]
    if told.get("delete"):
        lines += [*_delete(told["delete"]), ""]
    if told.get("lifecycle"):
        lines += [*_lifecycle(told["lifecycle"]), ""]
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


def _live(live: Figures) -> Iterator[str]:
    told, idle = live["told"], live["idle"]
    yield f"streams: {told['browsers']} browsers in one account, {live['events']} events, {live['per_second']} a second"
    yield f"  commit to browser, ms: p50 {told['p50']}, p95 {told['p95']}, p99 {told['p99']}, longest {told['longest']}"
    yield f"  missed {told['missed']}; processor us for each told {told['cpu_us_each']}; load {told['load']}"
    yield f"  {idle['streams']} idle streams: {idle['kib_each']} KiB each; load {idle['load']}"
    yield f"    of a processor: web {idle['web_percent']} %, PostgreSQL {idle['postgres_percent']} %"
    if live["is_limited"]:
        yield f"    this machine allows {live['open_files']} open files, fewer than were wanted: see `ulimit -n`"


def _browser(browser: Figures) -> Iterator[str]:
    clicks = browser["clicks"]
    yield f"browser: {clicks['count']} clicks on rows at {browser['size']:,} tickets; load {browser['load']}"
    yield f"  click to painted ticket, ms: p50 {clicks['p50']}, p95 {clicks['p95']}, longest {clicks['longest']}"
    yield "  page        KiB  requests   again: KiB  requests   unused: CSS %  JS %"
    for name, weight in browser["weights"].items():
        first = f"{weight['kib']:>7}{weight['requests']:>10}"
        again = f"{weight['kib_again']:>13}{weight['requests_again']:>10}"
        unused = f"{weight['unused_css_percent']:>16}{weight['unused_js_percent']:>6}"
        yield f"  {name:<8}{first}{again}{unused}"


def _registry(registry: Figures) -> Iterator[str]:
    yield f"list of subprocessors, server time, ms: in six languages in turn; load {registry['load']}"
    yield f"{'':<24}{'p50':>8}{'p95':>8}{'p99':>8} queries"
    for name, spread in registry.items():
        if name != "load":
            times = "".join(f"{spread[share]:>8.2f}" for share in ("p50", "p95", "p99"))
            yield f"  {name:<22}{times}{spread['queries']:>8}"


def _purge(purge: Figures) -> str:
    head = f"purging {purge['tickets']:,} tickets among {purge['size']:,}: {purge['seconds']} s"
    return f"{head}\n  tickets left {purge['left']}; load {purge['load']}"


def _erase(erase: Figures) -> Iterator[str]:
    yield f"erasing a person with {erase['tickets']:,} tickets among {erase['size']:,}: {erase['seconds']} s"
    yield f"  tickets left {erase['left']}; load {erase['load']}"
    yield f"{'  server time, ms':<24}{'p50':>8}{'p95':>8}   meanwhile: p50     p95"
    for kind, before in erase["before"].items():
        during = erase["meanwhile"][kind]
        times = f"{before['p50']:>8.2f}{before['p95']:>8.2f}{during['p50']:>17.2f}{during['p95']:>8.2f}"
        yield f"  {_KINDS[kind]:<22}{times}"


def _export(export: Figures) -> Iterator[str]:
    yield f"exporting a person with {export['tickets']:,} tickets among {export['size']:,}: {export['seconds']} s"
    few, file = export["few"], export["file"]
    kinds = {f"{few['tickets']} tickets": few, f"and a file of {file['megabytes']} MB": file, "all tickets": export}
    for name, one in kinds.items():
        yield f"  {name:<28}{one['seconds']:>6} s{one['archive']:>8} MB{one['memory']:>6} MB of memory"
    yield f"  load {export['load']}"


def _backup(backup: Figures) -> Iterator[str]:
    yield f"backup of {backup['tickets']:,} tickets and their files; load {backup['load']}"
    yield f"  {backup['megabytes']} MB in {backup['seconds']} s, read back: {backup['per_second']} MB/s"
    yield f"  restored with {backup['erasures']:,} erasures in {backup['restored']} s; not followed: {backup['left']}"


def _audit(audit: Figures) -> Iterator[str]:
    yield f"checking a chain of {audit['entries']:,} entries: {audit['whole']} s; load {audit['load']}"
    yield f"  what is new: {audit['new']} ms; a page from some day on: {audit['page']} ms"


def _lifecycle(life: Figures) -> Iterator[str]:
    yield f"the pass over {life['accounts']:,} accounts; load {life['load']}"
    yield f"  {life['idle']} s when nothing is due, {life['due']} s when all are: marked, and a job queued for each"
    yield f"  a job that suspends one and tells its owner, ms: p50 {life['job']['p50']}, p95 {life['job']['p95']}"


def _delete(told: Figures) -> Iterator[str]:
    is_whole = "certified" if told["is_certified"] else "NOT certified"
    yield f"deleting an account of {told['size']:,} tickets: {told['seconds']} s, {is_whole}; load {told['load']}"
    for kind, spread in told["before"].items():
        meanwhile = told["meanwhile"][kind]
        name = _KINDS[kind]
        yield f"  {name} of another account, p95: {spread['p95']:.1f} ms before, {meanwhile['p95']:.1f} ms meanwhile"


_IN_MICROSECONDS = {"decide", "decide, denied", "what stands for an account"}


def _gate(gate: Figures) -> Iterator[str]:
    yield f"egress gate, 61 engagements in 12 versions; a passage is all it adds to a mail; load {gate['load']}"
    yield f"{'':<32}{'p50':>8}{'p95':>8}{'p99':>8}"
    for name, spread in gate.items():
        if name != "load":
            times = "".join(f"{spread[share]:>8.2f}" for share in ("p50", "p95", "p99"))
            yield f"  {name:<30}{times}  {'us' if name in _IN_MICROSECONDS else 'ms'}"


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
