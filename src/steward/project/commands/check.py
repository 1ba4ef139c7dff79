"""`steward check`: what of this installation has to be put right."""

import sys
from collections.abc import Iterator, Sequence

from steward.backups.standing import Trouble, troubles, unservable
from steward.files.carrying import late
from steward.lifecycle.alarms import late_accounts, stuck_departures
from steward.privacy.audit.anchors import folder
from steward.privacy.audit.queries import broken_audits, is_anchoring_late, why_not_carried
from steward.privacy.egress.residency import findings
from steward.privacy.exports.upkeep import overdue_exports
from steward.privacy.incidents.clocks import Late
from steward.privacy.incidents.queries import alarms
from steward.privacy.takeout.upkeep import overdue_copies
from steward.project import backing_up, settings
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import database
from steward.project.places import WAY_OUT, tell, tell_troubles
from steward.tenancy.models import Account

UNSERVABLE = 3


def main(arguments: Sequence[str]) -> int:
    """0 when all is well, 1 when something has to be put right, 3 when nothing may be served before."""
    parser = parser_for("check", "Say what has to be put right: where data lie, backups, keys, the ledger, exports.")
    parser.add_argument("--serving", action="store_true", help="only what is asked before anything is served")
    options = parser.parse_args(arguments)
    with database():
        said = unservable(settings.STEWARD_DATA) if options.serving else troubles(backing_up.layout())
        found = [] if any(one.is_unservable for one in said) else findings()
        if not options.serving and not any(one.is_unservable for one in said):
            said += [*overdue_archives(), *_waiting_files(), *_audits(), *_late_notices(), *_lives()]
    tell(found)
    tell_troubles(said)
    if any(one.is_unservable for one in found):
        print(WAY_OUT, file=sys.stderr)
    if any(one.is_unservable for one in found) or any(one.is_unservable for one in said):
        return UNSERVABLE
    if any(one.is_error for one in found) or any(not one.is_note for one in said):
        return 1
    if not options.serving:
        print("Everything is as it should be.")
    return 0


def overdue_archives() -> list[Trouble]:
    """What is to be said of archives with data of persons, or of whole accounts, that should be gone."""
    persons, copies = overdue_exports(), overdue_copies()
    said = []
    if persons:
        said.append(
            "One archive with a person’s data is" if persons == 1 else f"{persons} archives with persons’ data are"
        )
    if copies:
        said.append("One copy of everything is" if copies == 1 else f"{copies} copies of everything are")
    return [Trouble(f"{each} past the time to be deleted: is `steward worker` running?") for each in said]


def _waiting_files() -> list[Trouble]:
    number = late()
    if not number:
        return []
    files = "One file waits" if number == 1 else f"{number} files wait"
    return [Trouble(f"{files} for the bucket (STEWARD_OBJECT_STORE) for more than an hour: the worker’s log says why.")]


def _late_notices() -> list[Trouble]:
    return [
        Trouble(
            f"Incident {one.incident.number}: "
            + (
                "accounts have to be told within 24 hours: "
                if one.late is not Late.NO
                else "every mail to an account came back: "
            )
            + f"`steward incident show {one.incident.number}` says which."
        )
        for one in alarms()
    ]


def _lives() -> Iterator[Trouble]:
    if number := late_accounts():
        accounts = "One account has" if number == 1 else f"{number} accounts have"
        words = "a step or a warning due for more than two hours: is `steward worker` running? Its log says what fails."
        yield Trouble(f"{accounts} {words}")
    for slug, fault in stuck_departures().items():
        why = f" ({fault})" if fault else ""
        yield Trouble(f"The account {slug} should be deleted, and is not whole after a day or more{why}.")


def _audits() -> list[Trouble]:
    broken = broken_audits()
    slugs = dict(Account.objects.filter(pk__in=broken).values_list("id", "slug"))
    late = f"Where chains of the audit end was not noted in {folder()} for more than a day: can it be written to?"
    fault = why_not_carried()
    apart = f"Anchors of the audit were not carried to the bucket of the backups for more than a day: {fault}."
    return (
        [Trouble(late)] * is_anchoring_late()
        + [Trouble(apart)] * bool(fault)
        + [
            Trouble(
                f"The record of what happened in the account {slugs[account_id]} does not hold from entry {entry} on: "
                f"`steward audit verify --account {slugs[account_id]}` says more."
            )
            for account_id, entry in broken.items()
        ]
    )
