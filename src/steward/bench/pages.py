"""Ticket list, ticket page, search and privacy centre at one size: server time, queries, plans."""

import random
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from steward.bench import centre
from steward.bench.asking import Asker, Statement, statements
from steward.bench.figures import Spread, load
from steward.bench.filling import SEED, fill
from steward.bench.inhabitants import host_of, large_account, people
from steward.bench.plans import plans_of
from steward.bench.questions import questions
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.access import visible_tickets
from steward.tickets.queries import PAGE, Cursor

WARMING = 5
Figures = dict[str, Any]


def measure(superuser: str, size: int, *, only: str, rounds: int) -> Figures:
    """Figures by kind of page. Fills the database first when it is empty."""
    if large_account() is None:
        fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    looking = people(account.id)
    found: Figures = {"size": size}
    for kind, measured in {"list": _lists, "page": _ticket_pages, "search": _searches}.items():
        if only in {"", kind}:
            found[kind] = {who: measured(account, person, rounds) for who, person in looking.items()}
            found["load"] = load()
    if only in {"", "centre"}:
        found["centre"] = {"owner": _centre(account, looking["owner"], rounds)}
        found["load"] = load()
    return found


def _lists(account: Account, person: Membership, rounds: int) -> Figures:
    asker = Asker(person, host_of(account.id))
    return {name: _measured(account, asker, [address] * rounds) for name, address in _views(account, person).items()}


def _views(account: Account, person: Membership) -> dict[str, str]:
    """Each kind of list, and the middle of the longest one."""
    with account_scope(account.id):
        actor = actor_of(person)
        tickets = visible_tickets(actor)
        department = tickets.values_list("department_id", flat=True)[0]
        middle = tickets.in_sight().order_by("-changed_at", "-id")[tickets.count() // 3]
    named = {
        "mine": "mine", "unassigned": "unassigned", "department": f"department:{department}",
        "status open": "status:open", "status closed": "status:closed",
    }  # fmt: skip
    views = {"all": "/console/"} | {name: _address("/console/", view=key) for name, key in named.items()}
    return views | {"all, far down": _address("/console/", after=str(Cursor(middle.changed_at, middle.id)))}


def _ticket_pages(account: Account, person: Membership, rounds: int) -> Figures:
    with account_scope(account.id):
        tickets = visible_tickets(actor_of(person)).in_sight().filter(message_count=5).order_by("?")
        codes = [ticket.code for ticket in tickets[:rounds]]
    asker = Asker(person, host_of(account.id))
    addresses = [f"/console/tickets/{codes[number % len(codes)]}" for number in range(rounds)]
    return {
        "from the list": _measured(account, asker, addresses, by_htmx=True),
        "by its address": _measured(account, asker, addresses),
    }


def _searches(account: Account, person: Membership, rounds: int) -> Figures:
    asker = Asker(person, host_of(account.id))
    drawing = random.Random(SEED)  # noqa: S311  the same questions in each run
    return {
        name: _measured(account, asker, [_address("/console/search", q=drawing.choice(asked)) for _ in range(rounds)])
        for name, asked in questions(account.id).items()
    }


def _centre(account: Account, owner: Membership, rounds: int) -> Figures:
    """Only owners and admins may open it."""
    centre.live_in(account)
    asker = Asker(owner, host_of(account.id))
    return {"overview": _measured(account, asker, [centre.ADDRESS] * rounds)} | {
        "report": _measured(account, asker, [centre.REPORT] * max(rounds // 10, 1))
    }


def _address(path: str, **asked: str) -> str:
    return f"{path}?{urlencode(asked)}"


def _measured(account: Account, asker: Asker, addresses: Sequence[str], *, by_htmx: bool = False) -> Figures:
    """The addresses asked for one after the other, after a few to warm up; queries and plans of the first one.

    Of several tries the one with the fewest: some things are looked up once in seconds, or noted once in a minute.
    """
    for address in addresses[:WARMING]:
        asker.ask(address, by_htmx=by_htmx)
    asked, page = min((_statements_of(asker, addresses[0], by_htmx) for _ in range(3)), key=lambda tried: len(tried[0]))
    spread = Spread.of([asker.ask(address, by_htmx=by_htmx)[0] for address in addresses])
    plans = plans_of(account.id, asked)
    return asdict(spread) | {
        "queries": len(asked),
        "rows": min(page.count(b'<a class="row"'), PAGE),
        "scanned": sorted({table for plan in plans for table in plan.scanned}),
        "plans": [asdict(plan) for plan in plans],
    }


def _statements_of(asker: Asker, address: str, by_htmx: bool) -> tuple[list[Statement], bytes]:
    with statements() as asked:
        _seconds, page = asker.ask(address, by_htmx=by_htmx)
    return asked, page
