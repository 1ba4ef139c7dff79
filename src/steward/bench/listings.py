"""The public page of subprocessors: server time as it is kept, made anew, and for who has it already."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import count, cycle, islice
from time import thread_time
from typing import Any

from django.conf import settings

from steward.bench.asking import Asker, statements
from steward.bench.figures import Spread, load
from steward.privacy.egress.registry.versions import newest_head
from steward.privacy.keys.store import create_account_key
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account

SLUG = "reader"
WARMING = 5
Figures = dict[str, Any]
_DAYS = (date(2019, 10, 28) + timedelta(days=number) for number in count())


def measure(*, rounds: int) -> Figures:
    """Figures by what is asked for, in all languages in turn. Loads the example first when there is no list."""
    if not newest_head().number:
        import_versions(example_versions())
    if not Account.objects.filter(slug=SLUG).exists():
        create_account_key(create_account(SLUG, name="Reader").id)
    everybody, account = Asker(None, settings.STEWARD_DOMAIN), Asker(None, f"{SLUG}.{settings.STEWARD_DOMAIN}")
    found = {
        "page": _spread(lambda address: everybody.ask(address)[0], "/subprocessors", rounds),
        "page made anew": _spread(lambda address: _anew(everybody, address), "/subprocessors", rounds),
        # What is left of it when nobody else uses the processors, but for the database's own work.
        "anew, our processor": _spread(lambda address: _work(everybody, address), "/subprocessors", rounds),
        "who has it already": _again(everybody, rounds),
        "of an account": _spread(lambda address: account.ask(address)[0], "/subprocessors", rounds),
        "as JSON": _spread(lambda address: everybody.ask(address)[0], "/subprocessors.json", rounds),
        "as Atom": _spread(lambda address: everybody.ask(address)[0], "/subprocessors.atom", rounds),
    }
    return {"registry": found | {"load": load()}}


def _addresses(path: str, number: int) -> Iterator[str]:
    return islice(cycle([f"{path}?lang={code}" for code, _ in settings.LANGUAGES]), number)


def _spread(ask: Callable[[str], float], path: str, rounds: int) -> Figures:
    for address in _addresses(path, WARMING + len(settings.LANGUAGES)):
        ask(address)
    with statements() as asked:
        ask(next(_addresses(path, 1)))
    return asdict(Spread.of([ask(address) for address in _addresses(path, rounds)])) | {"queries": len(asked)}


def _anew(asker: Asker, address: str) -> float:
    """Of a day nobody has asked for yet, so that nothing is kept of it."""
    return asker.ask(f"{address}&as_of={next(_DAYS)}")[0]


def _work(asker: Asker, address: str) -> float:
    """The same, in seconds that this thread worked."""
    begin = thread_time()
    _anew(asker, address)
    return thread_time() - begin


def _again(asker: Asker, rounds: int) -> Figures:
    marks = {address: asker.mark_of(address) for address in _addresses("/subprocessors", len(settings.LANGUAGES))}
    return _spread(lambda address: asker.ask(address, mark=marks[address])[0], "/subprocessors", rounds)
