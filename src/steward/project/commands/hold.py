"""`steward hold place`, `lift` and `list`: what must not be erased, and why.

A hold on all of an account stops its clock, which is the operator's to keep: it takes nobody's leave, also where the
account is shut and could give none. All others do, and lifting one that the account's own people have placed while it
is open.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from steward.contacts.ending_holds import end_hold
from steward.lib.actor import SYSTEM, ActorKind
from steward.lib.ids import new_id
from steward.people.access import open_departments
from steward.privacy.holds.actions import HoldRefused, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import Period, period_of_days
from steward.privacy.requests.persons import person_by_address
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.tickets.models import Ticket

On = LegalHold.On


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("hold", "Keep something from being erased, by purge, retention or request.")
    commands = parser.add_subparsers(required=True, metavar="place|lift|list")
    placing = commands.add_parser(
        "place", help="keep a ticket, a customer, a department, a period, or all of the account"
    )
    placing.add_argument("--ticket", metavar="CODE")
    placing.add_argument("--email", metavar="ADDRESS", help="a customer, with their tickets")
    placing.add_argument("--department", metavar="NAME", help="the tickets that are in it")
    placing.add_argument("--first", metavar="DAY", help="ISO 8601; tickets open or changed since this day")
    placing.add_argument("--last", metavar="DAY", help="the same to the end of this day")
    placing.add_argument("--basis", required=True, choices=LegalHold.Basis.values)
    placing.add_argument("--until", metavar="DATE", help="ISO 8601; until it is lifted without one")
    placing.set_defaults(run=_place)
    lifting = commands.add_parser("lift", help="let it go as everything does")
    lifting.add_argument("hold", type=UUID, metavar="ID", help="as `steward hold list` shows it")
    lifting.add_argument(
        "--because", choices=LegalHold.Lifted.values, default=LegalHold.Lifted.OVER.value, help="over if not said"
    )
    lifting.set_defaults(run=_lift)
    listing = commands.add_parser("list", help="show what is held now")
    listing.add_argument("--whole", action="store_true", help="only holds on all of the account")
    listing.set_defaults(run=_list)
    for command in (placing, lifting, listing):
        command.add_argument("--account", required=True, metavar="SLUG")
    return parser


def _place(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    until = datetime.fromisoformat(options.until) if options.until else None
    until = until.replace(tzinfo=UTC) if until and until.tzinfo is None else until
    if sum(map(bool, (options.ticket, options.email, options.department, options.first or options.last))) > 1:
        raise Failure("Name one thing to hold: --ticket, --email, --department, or --first and --last.")
    if options.ticket or options.email or options.department or options.first or options.last:
        refuse_without_consent(account, "hold.place")
    period = _period(options, account.time_zone)
    with upkeep_scope(account.id):
        for on, object_id in [(On.PERIOD, new_id())] if period else _objects(options, account.id):
            try:
                basis = LegalHold.Basis(options.basis)
                print(_line(place_hold(on, object_id, basis=basis, until=until, period=period, actor=SYSTEM)))
            except HoldRefused as error:
                raise Failure("The hold would be over already.") from error


def _period(options: argparse.Namespace, zone: str) -> Period | None:
    """Of whole days where the account is."""
    if not options.first and not options.last:
        return None
    try:
        first, last = (date.fromisoformat(day) if day else None for day in (options.first, options.last))
        period = period_of_days(first, last, zone)
    except (ValueError, OverflowError) as error:
        raise Failure("A day is written like 2026-03-31.") from error
    if not period.is_some_time:
        raise Failure("The last day is before the first.")
    return period


def _objects(options: argparse.Namespace, account_id: UUID) -> list[tuple[On, UUID]]:
    if options.ticket:
        ticket = Ticket.objects.filter(code=options.ticket).first()
        if ticket is None:
            raise Failure(f"There is no ticket {options.ticket} in {options.account}.")
        return [(On.TICKET, ticket.pk)]
    if options.email:
        person = person_by_address(options.email)
        if person is None:
            raise Failure(f"Nobody in {options.account} has the address {options.email}.")
        return [(On.CONTACT, contact) for contact in person.contacts]
    if options.department:
        department = next((each for each in open_departments() if each.name == options.department), None)
        if department is None:
            raise Failure(f"There is no department {options.department} in {options.account}.")
        return [(On.DEPARTMENT, department.pk)]
    return [(On.ACCOUNT, account_id)]


def _lift(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    with upkeep_scope(account.id):
        hold = LegalHold.objects.filter(pk=options.hold).first()
    if hold is None or not _is_for_operators(hold, account):
        refuse_without_consent(account, "hold.lift")
    if hold is None:
        raise Failure("There is no such hold; `steward hold list` shows those there are.")
    with upkeep_scope(account.id):
        end_hold(hold, actor=SYSTEM, because=options.because)


def _is_for_operators(hold: LegalHold, account: Account) -> bool:
    """Theirs to lift without leave: on the whole account, but for one of the account's own people while it is open."""
    is_theirs = hold.placed_by_kind == ActorKind.AGENT and account.state == Account.State.ACTIVE
    return hold.on == On.ACCOUNT and not is_theirs


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    if not options.whole:
        refuse_without_consent(account, "hold.list")
    with upkeep_scope(account.id):
        found = LegalHold.objects.in_force().order_by("placed_at", "id")
        for hold in found.filter(on=On.ACCOUNT) if options.whole else found:
            print(_line(hold))


def _line(hold: LegalHold) -> str:
    told = {"id": str(hold.pk), "on": hold.on, "object": str(hold.object_id), "basis": hold.basis}
    days = {"begins": hold.begins_at, "ends": hold.ends_at} if hold.on == On.PERIOD else {}
    moments = days | {"until": hold.until}
    return json.dumps(told | {name: moment and moment.isoformat() for name, moment in moments.items()})
