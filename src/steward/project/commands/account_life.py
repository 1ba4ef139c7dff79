"""`steward account show`, `plan`, `suspend`, `resume`, `reopen` and `look-after`: the life of accounts."""

import argparse
import json
from typing import Any

from steward.lib.actor import SYSTEM
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.plans import NoSuchPlan, plans, put_on_plan
from steward.lifecycle.queries import life_of
from steward.lifecycle.reopening import NoOrder, NotToBeOrdered, note_reopening_order, reopening_order
from steward.lifecycle.suspension import reopen_account, resume_account, suspend_account
from steward.people.operators import note
from steward.project.commands.session import account_named
from steward.project.failure import Failure
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_MOVES = {
    "suspend": (suspend_account, "active", "Shut an account: nobody gets in, its mail waits."),
    "resume": (resume_account, "suspended", "Open a suspended account again."),
    "reopen": (reopen_account, "terminated", "Open a terminated account again, on its owner's order."),
}
_NO_ORDER = """No owner has ordered that {name} is opened again, so nothing was changed.
An owner orders it at {page}. If the order came by mail or letter, say so:
steward account reopen {slug} --ordered-by WHO --how "letter of 3 March, signed\""""


def add_to(commands: Any) -> None:
    """Add the sub-commands to those of `steward account`."""
    showing = commands.add_parser("show", help="say which plan an account is on, and what comes next")
    showing.add_argument("slug", metavar="SLUG")
    showing.set_defaults(run=_show)
    planning = commands.add_parser("plan", help="put an account on another plan")
    planning.add_argument("slug", metavar="SLUG")
    planning.add_argument("plan", metavar="PLAN", help="as `steward plan list` shows it")
    planning.set_defaults(run=_plan)
    for name, (_verb, _before, words) in _MOVES.items():
        moving = commands.add_parser(name, help=words[0].lower() + words[1:-1])
        moving.add_argument("slug", metavar="SLUG")
        moving.set_defaults(run=_reopen if name == "reopen" else _move, verb=name)
        if name == "reopen":
            moving.add_argument("--ordered-by", metavar="WHO", help="who ordered it, if not on the page")
            moving.add_argument("--how", metavar="HOW", help="how: such as “letter of 3 March, signed”")
    looking = commands.add_parser(
        "look-after", help="queue what is due in all accounts now; the worker does each minute"
    )
    looking.set_defaults(run=_look_after)


def _show(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    with upkeep_scope(account.id):
        life, order = life_of(account), reopening_order()
    told = {
        "slug": account.slug,
        "state": account.state,
        "since": account.state_since.isoformat(),
        "plan": life.plan,
        "next": life.next_stage or None,
        "at": life.next_at.isoformat() if life.next_at else None,
        "stopped": life.is_stopped,
        "days_left": life.days_left,
        "reopening_ordered_at": order.ordered_at.isoformat() if order else None,
    }
    print(json.dumps(told))


def _plan(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    try:
        is_new = put_on_plan(account, options.plan, actor=SYSTEM)
    except NoSuchPlan as error:
        known = ", ".join(plan.code for plan in plans())
        raise Failure(f"There is no plan “{options.plan}”; there are {known}.") from error
    if is_new:
        note(None, "account.plan_changed", account_id=account.pk, about=options.plan)
    print(f"{account.name} {'is' if is_new else 'was already'} on the plan {options.plan}.")


def _reopen(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    if (options.ordered_by is None) != (options.how is None):
        raise Failure("Say both who ordered it (--ordered-by) and how (--how).")
    if options.ordered_by is not None:
        _note_order(account, options.ordered_by, options.how)
    try:
        _move(options)
    except NoOrder as error:
        page = f"{base_url()}/standing?account={account.slug}"
        raise Failure(_NO_ORDER.format(name=account.name, slug=account.slug, page=page)) from error


def _note_order(account: Account, ordered_by: str, how: str) -> None:
    try:
        with upkeep_scope(account.id):
            is_noted = note_reopening_order(account, ordered_by=ordered_by, how=how, actor=SYSTEM)
    except NotToBeOrdered as error:
        raise Failure(
            f"{account.name} is {account.state}. Only a terminated account is opened again by an order, and not while "
            "its deletion is ordered or has begun; nothing was changed."
        ) from error
    except ValueError as error:
        raise Failure("Say who ordered it (--ordered-by) and how (--how).") from error
    if is_noted:
        note(None, "account.reopening_noted", account_id=account.pk)
    else:
        print("An owner has ordered it on the page: that order holds, and yours was not noted.")


def _move(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    verb, before, _words = _MOVES[options.verb]
    if not verb(account, actor=SYSTEM):
        raise Failure(f"{account.name} is {account.state}, not {before}; nothing was changed.")
    act = {"suspend": "account.suspended", "resume": "account.resumed", "reopen": "account.reopened"}[options.verb]
    note(None, act, account_id=account.pk)
    account = Account.objects.get(pk=account.pk)
    print(f"{account.name} is {account.state}.")


def _look_after(_options: argparse.Namespace) -> None:
    print(f"{pass_over_accounts()} accounts have something due; the worker does it.")
