"""`steward account delete` and `certificate`: the end of an account, and what proves it."""

import argparse
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from steward.lifecycle.departing.counting import NotWhole
from steward.lifecycle.departing.ordering import NotDue, delete_now, order_at_once
from steward.lifecycle.departing.queries import certificates_of
from steward.lifecycle.departing.setting_out import certificate_pdf
from steward.lifecycle.models import AccountCertificate
from steward.lifecycle.queries import is_held
from steward.people.operators import note
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.erasure.printing import NotPrinted
from steward.project.commands.session import account_named
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_GONE = frozenset({Account.State.DELETED, Account.State.GONE})


def add_to(commands: Any) -> None:
    """Add the sub-commands to those of `steward account`."""
    deleting = commands.add_parser(
        "delete",
        help="delete an account with everything in it: one whose time has come or whose owner has ordered it; where "
        "only your own company is served, any, by typing its address",
    )
    deleting.add_argument("slug", metavar="SLUG")
    deleting.add_argument("--yes", action="store_true", help="do it; without it is said what would be done")
    deleting.add_argument("--typed", metavar="SLUG", default="", help="the address again, as a sign that you mean it")
    deleting.set_defaults(run=_delete)
    proving = commands.add_parser("certificate", help="print the last certificate of an account that is deleted")
    proving.add_argument("account", metavar="SLUG|ID")
    proving.add_argument("--first", action="store_true", help="the one of the deletion, not of the end of the backups")
    proving.add_argument("--pdf", type=Path, metavar="FILE", help="write it there to be printed")
    proving.set_defaults(run=_certificate)


def _delete(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    if account.state in _GONE:
        raise Failure(f"{account.slug} is {account.state}; `steward account certificate {account.slug}` proves it.")
    if not options.yes:
        raise Failure(f"Nothing was done. With --yes everything of {account.name} is deleted for good.", code=2)
    if options.typed:
        _order(account, options.typed)
    note(None, "account.deletion_asked", account_id=account.pk)
    try:
        delete_now(account, told=_tell)
    except NotDue as problem:
        raise Failure(_refusal(account)) from problem
    except (NotWhole, StoreFault) as problem:
        raise Failure(f"{account.slug} is not deleted yet: {problem}. The same command goes on.") from problem
    print(f"\n{account.name} is deleted. `steward account certificate {account.slug}` says what went.")


def _order(account: Account, typed: str) -> None:
    if is_hosting():
        raise Failure("Accounts of others are served here: only their owners order that (STEWARD_HOSTING).")
    if typed != account.slug:
        raise Failure(f"“{typed}” is not {account.slug}; nothing was done.", code=2)
    with upkeep_scope(account.pk):
        if is_held():  # what is ordered now would be done by itself on the day on which the hold ends
            raise Failure(f"A legal hold stands in {account.slug}: nothing was ordered, and nothing is deleted.")
    order_at_once(account)


def _refusal(account: Account) -> str:
    ways = "its owner orders it under Settings, Close the account"
    if not is_hosting():
        ways += f", or you type `--typed {account.slug}`"
    return f"{account.slug} is not deleted: its time has not come, or a legal hold stands. Otherwise {ways}."


def _tell(rows: int) -> None:
    print(f"\r{rows:,} rows and files", end="", file=sys.stderr, flush=True)


def _certificate(options: argparse.Namespace) -> None:
    found = certificates_of(_account(options.account).pk)
    if not found:
        raise Failure(f"{options.account} is not deleted: there is no certificate.")
    certificate = found[0 if options.first else -1]
    if options.pdf:
        _write(certificate, options.pdf)
        return
    print(certificate.content)


def _write(certificate: AccountCertificate, path: Path) -> None:
    try:
        path.write_bytes(certificate_pdf(certificate))
    except (NotPrinted, OSError) as problem:
        raise Failure(f"The certificate was not written: {problem}.") from problem
    print(f"Certificate {certificate.number} is in {path}.")


def _account(text: str) -> Account:
    try:
        return Account.objects.get(pk=UUID(text))
    except (ValueError, Account.DoesNotExist):
        return account_named(text)
