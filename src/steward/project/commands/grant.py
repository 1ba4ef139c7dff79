"""`steward grant list`, `show`, `ask` and `revoke`: access to what an account holds. Only the account grants it."""

import argparse
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from steward.lib.ids import read_id
from steward.people.models import Operator, User
from steward.privacy.support_access.actions import (
    GrantChanged,
    GrantRefused,
    ask_for_access,
    give_up_access,
    withdraw_request,
)
from steward.privacy.support_access.models import USUAL_HOURS, Area, SupportGrant
from steward.privacy.support_access.queries import find_grant, grants_of_account, names_of_staff, report_of
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import SealedAccount, account_scope, upkeep_scope


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("grant", "Access to what an account holds. Its owners and admins grant it; nobody else can.")
    commands = parser.add_subparsers(required=True, metavar="list|show|ask|revoke")
    listing = commands.add_parser("list", help="show what was asked and granted, the newest first")
    listing.add_argument("--account", required=True, metavar="SLUG")
    listing.set_defaults(run=_list)
    showing = commands.add_parser("show", help="show one, with how often something was read")
    _one(showing)
    showing.set_defaults(run=_show)
    asking = commands.add_parser("ask", help="ask the account's owners and admins")
    asking.add_argument("--account", required=True, metavar="SLUG")
    asking.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="the operator who asks")
    asking.add_argument("--reason", required=True, help="why; owners and admins read this")
    asking.add_argument("--area", action="append", required=True, choices=Area.values, help="may be given again")
    asking.add_argument(
        "--write", action="store_true", help="leave notes, set the state of tickets, change settings and consents"
    )
    asking.add_argument("--erase", action="store_true", help="erase persons and make words unreadable, by commands")
    asking.add_argument("--hours", type=int, default=USUAL_HOURS, help="1 to 168; 24 unless told")
    asking.add_argument("--reference", default="", help="a number of your own, such as that of a ticket")
    asking.add_argument("--team", action="store_true", help="for every operator, not only the one who asks")
    asking.set_defaults(run=_ask)
    revoking = commands.add_parser("revoke", help="withdraw a request, or end an access before its time")
    _one(revoking)
    revoking.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="the operator who ends it")
    revoking.set_defaults(run=_revoke)
    return parser


def _one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", required=True, metavar="SLUG")
    parser.add_argument("grant", metavar="ID")


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    after: UUID | None = None
    while True:
        with upkeep_scope(account.pk):
            page = grants_of_account(after=after)
        names = names_of_staff(key for grant in page.grants for key in (grant.asked_by, *grant.staff))
        for grant in page.grants:
            print(json.dumps(_told(grant, names)))
        after = page.next
        if after is None:
            return


def _show(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    with upkeep_scope(account.pk):
        grant = _found(options.grant)
        report = report_of(grant) if grant.granted_at else None
    names = names_of_staff((grant.asked_by, *grant.staff, *(report.operators if report else ())))
    told = _told(grant, names)
    if report:
        looked = [names.get(key, str(key)) for key in report.operators]
        told |= {"reads": report.reads, "writes": report.writes, "erasures": report.erasures, "looked": looked}
    print(json.dumps(told))


def _ask(options: argparse.Namespace) -> None:
    account, operator = account_named(options.account), _operator(options.email)
    try:
        grant = ask_for_access(
            account.pk,
            operator.user_id,
            reason=options.reason,
            areas=options.area,
            may_write=options.write,
            may_erase=options.erase,
            hours=options.hours,
            reference=options.reference,
            only_me=not options.team,
        )
    except GrantRefused as error:
        raise Failure(f"That cannot be asked: {error}.") from error
    except SealedAccount as error:
        raise Failure("The account is terminated: its data are sealed, and nobody can grant this.") from error
    print(f"{grant.pk}: the owners and admins of {account.slug} are asked.")


def _revoke(options: argparse.Namespace) -> None:
    account, operator = account_named(options.account), _operator(options.email)
    try:
        with account_scope(account.pk):
            grant = _found(options.grant)
        end = withdraw_request if grant.state == SupportGrant.State.REQUESTED else give_up_access
        end(account.pk, grant.pk, operator.user_id)
    except (GrantChanged, SealedAccount) as error:
        raise Failure("It is over already; `steward grant show` says how.") from error
    print("It is ended.")


def _told(grant: SupportGrant, names: dict[UUID, str]) -> dict[str, Any]:
    """As JSON, without who in the account decided."""
    moments = ("asked_at", "granted_at", "starts_at", "expires_at", "ended_at", "reported_at")
    return {
        "grant": str(grant.pk),
        "state": grant.state,
        "reason": grant.reason,
        "reference": grant.reference,
        "areas": grant.areas,
        "may_write": grant.may_write,
        "may_erase": grant.may_erase,
        "hours": grant.hours,
        "asked_by": names.get(grant.asked_by, str(grant.asked_by)) if grant.asked_by else None,
        "staff": [names.get(key, str(key)) for key in grant.staff] or "every operator",
        **{name: at.isoformat() if (at := getattr(grant, name)) else None for name in moments},
    }


def _found(text: str) -> SupportGrant:
    grant = find_grant(key) if (key := read_id(text)) else None
    if grant is None:
        raise Failure(f"There is no access “{text}” in this account; `steward grant list` shows those there are.")
    return grant


def _operator(email: str) -> Operator:
    found = Operator.objects.filter(user__email=User.objects.normalise(email), user__is_active=True).first()
    if found is None:
        raise Failure(f"{email} is no operator; `steward operator list` shows those there are.")
    return found
