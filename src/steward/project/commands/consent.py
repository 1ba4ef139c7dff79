"""`steward consent list`, `record` and `withdraw`: consents of customers, one by one or from a file."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.contacts.actions import contact_for
from steward.contacts.models import Contact
from steward.contacts.queries import contacts_behind, first_addresses
from steward.lib.actor import SYSTEM
from steward.privacy.consent.access import purpose_by_code
from steward.privacy.consent.actions import NotAsked, Overtaken, Proof, give, withdraw
from steward.privacy.consent.models import ConsentRecord, Purpose
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope

_CHANNELS = ConsentRecord.Channel.values
_AT_ONCE = 500  # rows whose addresses are read together


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("consent", "Consents of an account's customers: what for, since when, and how they ended.")
    commands = parser.add_subparsers(required=True, metavar="list|record|withdraw")
    listing = commands.add_parser("list", help="print them, one JSON object per line")
    listing.add_argument("--email", metavar="ADDRESS", help="of one person; without it all of a purpose")
    listing.set_defaults(run=_list)
    recording = commands.add_parser("record", help="note that people consented: one by options, or many from a file")
    recording.add_argument("--email", metavar="ADDRESS")
    recording.add_argument("--name", default="", help="of somebody who is not known yet")
    recording.add_argument(
        "--file",
        type=Path,
        help="JSON lines of `email`, and if known `name`, `at`, `language`, `note`; - for standard input",
    )
    recording.add_argument("--at", metavar="TIME", help="ISO 8601; now without one")
    recording.add_argument("--language", default="", help="of the words they were shown")
    recording.add_argument("--version", type=int, default=0, help="of the words; the newest without one")
    recording.add_argument("--note", default="", help="what shows that they agreed")
    recording.set_defaults(run=_record)
    withdrawing = commands.add_parser("withdraw", help="note that somebody takes it back")
    withdrawing.add_argument("--email", required=True, metavar="ADDRESS")
    withdrawing.add_argument("--note", default="")
    withdrawing.set_defaults(run=_withdraw)
    for command in (listing, recording, withdrawing):
        command.add_argument("--account", required=True, metavar="SLUG")
        command.add_argument("--purpose", required=command is not listing, metavar="CODE")
    for command in (recording, withdrawing):
        command.add_argument("--channel", choices=_CHANNELS, default="import", help="import if not said")
    return parser


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "consent.list")
    with account_scope(account.id):
        found = ConsentRecord.objects.select_related("purpose", "text").order_by("given_at", "pk")
        if options.purpose:
            found = found.filter(purpose=_purpose(options))
        if options.email:
            found = found.filter(contact__in=contacts_behind([options.email.strip().lower()]))
        rows = found.iterator(chunk_size=_AT_ONCE)
        while some := list(islice(rows, _AT_ONCE)):
            addresses = first_addresses([one.contact_id for one in some if one.contact_id])
            for one in some:
                print(_line(one, addresses.get(one.contact_id, "") if one.contact_id else ""))


def _record(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    if bool(options.email) == bool(options.file):
        raise Failure("Name one person by --email, or many by --file.")
    if options.email and not options.note:
        raise Failure("Say by --note what shows that they agreed.")
    refuse_without_consent(account, "consent.record")
    rows = _rows(options.file) if options.file else [vars(options) | {"email": _address(options.email)}]
    noted = 0
    for number, row in enumerate(rows, start=1):
        with account_scope(account.id):  # one transaction each: a file that ends in a mistake keeps what came before
            try:
                _give(_purpose(options), row, options)
            except (NotAsked, Overtaken) as error:
                raise Failure(f"Line {number}: {_why(error)} {noted} were noted before it.") from error
        noted += 1
    print(json.dumps({"noted": noted}))


def _give(purpose: Purpose, row: dict[str, Any], options: argparse.Namespace) -> None:
    who = contact_for(row["email"], row.get("name") or "")
    proof = Proof(
        channel=options.channel, language=row.get("language") or options.language, version=options.version,
        note=row.get("note") or options.note, at=_moment(row.get("at") or options.at),
    )  # fmt: skip
    give(who, purpose, proof, actor=SYSTEM)


def _withdraw(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "consent.withdraw")  # the answer says who is a customer
    with account_scope(account.id):
        purpose = _purpose(options)
        people = Contact.objects.filter(pk__in=contacts_behind([options.email.strip().lower()]))
        ended = [withdraw(who, purpose, how=options.channel, note=options.note, actor=SYSTEM) for who in people]
    if not any(ended):
        raise Failure(f"There is no consent of {options.email} to {options.purpose} that could be taken back.")


def _rows(path: Path) -> list[dict[str, Any]]:
    """The file whole, so that a line that cannot be read stops before anything is noted."""
    text = sys.stdin.read() if str(path) == "-" else path.read_text()
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line)
            row["email"] = _address(row["email"], f"Line {number}: ")
            row["at"] = row.get("at") if not row.get("at") or _moment(row["at"]) else None
            rows.append(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Failure(f"Line {number} is no JSON object with an `email`. Nothing was noted.") from error
    return rows


def _address(text: Any, where: str = "") -> str:
    address = str(text).strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Failure(f"{where}{address} is no e-mail address. Nothing was noted.") from error
    return address


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Failure("A time is written like 2026-03-31T12:00:00.") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _purpose(options: argparse.Namespace) -> Purpose:
    try:
        return purpose_by_code(options.purpose)
    except Purpose.DoesNotExist as error:
        raise Failure(f"{options.account} has no purpose {options.purpose}: see Settings, Consent.") from error


def _why(error: Exception) -> str:
    if isinstance(error, Overtaken):
        return "They took this consent back, or objected to advertising, after that time."
    return "The purpose is retired, has no such version of its words, or the time has not come yet."


def _line(one: ConsentRecord, address: str) -> str:
    told = {
        "email": address, "purpose": one.purpose.code, "version": one.text.number, "language": one.language,
        "given_at": one.given_at.isoformat(), "channel": one.channel, "note": one.note,
        "collectors": [each["name"] for each in one.collectors],
        "ended_at": one.ended_at.isoformat() if one.ended_at else None, "ended_how": one.ended_how,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)
