"""`steward incident list`, `open`, `show`, `note`, `tell`: breaches of personal data, and telling accounts of them."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from steward.lib.clock import now
from steward.people.operators import note
from steward.privacy.incidents.clocks import TELLING
from steward.privacy.incidents.facts import WORDS, Kind
from steward.privacy.incidents.models import Incident, State
from steward.privacy.incidents.queries import (
    history,
    incident_numbered,
    incidents,
    named_accounts,
    parts_of,
)
from steward.privacy.incidents.register import (
    Count,
    NotYet,
    add_note,
    affect,
    move_on,
    open_incident,
    order_notices,
    write_facts,
    write_wordings,
)
from steward.privacy.incidents.wordings import WRITTEN, other_languages, wordings_in
from steward.privacy.incidents.words import HINDRANCES
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("incident", "Breaches of personal data: the register, and telling the accounts they concern.")
    commands = parser.add_subparsers(required=True, metavar="list|open|show|note|tell")
    commands.add_parser("list", help="show all, one JSON object per line").set_defaults(run=_list)
    opening = commands.add_parser("open", help="note one; a suspicion is enough")
    opening.add_argument("--title", required=True, metavar="WORDS", help="one line; accounts read it")
    opening.add_argument("--kind", required=True, action="append", choices=Kind.values)
    opening.add_argument("--detected", metavar="MOMENT", help="ISO 8601; now without it")
    opening.add_argument("--aware", metavar="MOMENT", help="since when it is known for certain: the clocks run")
    opening.set_defaults(run=_open)
    showing = commands.add_parser("show", help="one with its accounts and steps, as JSON")
    showing.set_defaults(run=_show)
    noting = commands.add_parser("note", help="write down what is known, which accounts, and how it goes on")
    noting.add_argument("--words", metavar="WORDS", help="a note in the history")
    for name in WRITTEN:
        noting.add_argument(f"--{name.replace('_', '-')}", metavar="WORDS")
    noting.add_argument("--language", default="", metavar="CODE", help="say these words again in this language")
    noting.add_argument("--state", choices=State.values, help="the state it goes to")
    noting.add_argument("--account", action="append", default=[], metavar="SLUG", help="an account it concerns")
    noting.add_argument("--region", default="", metavar="CODE", help="all accounts of a region")
    noting.add_argument("--all", action="store_true", help="all accounts")
    noting.add_argument("--persons", type=_number, metavar="N", help="about how many, in each of these accounts")
    noting.add_argument("--records", type=_number, metavar="N")
    noting.set_defaults(run=_note)
    telling = commands.add_parser("tell", help="tell all its accounts what is known now")
    telling.add_argument("--accounts", required=True, type=int, metavar="N", help="how many there are, so it is meant")
    telling.set_defaults(run=_tell)
    for command in (showing, noting, telling):
        command.add_argument("number", type=int, metavar="NUMBER")
    return parser


def _list(options: argparse.Namespace) -> None:
    note(None, "incidents.read")
    for one in incidents():
        print(json.dumps(_told(one)))


def _open(options: argparse.Namespace) -> None:
    one = open_incident(
        options.title, detected_at=_moment(options.detected) or now(), aware_at=_moment(options.aware),
        kinds=options.kind, operator_id=None,
    )  # fmt: skip
    print(json.dumps(_told(one)))


def _show(options: argparse.Namespace) -> None:
    one = _incident(options)
    note(None, "incident.read", about=str(one.number))
    accounts = [
        {
            "account": part.account.slug if part.account else None, "persons": part.row.persons,
            "records": part.row.records, "phase": part.row.phase, "told_at": _said(part.row.told_at),
            "late": part.late.name.lower(), "mails": part.letters,
        }
        for part in parts_of(one)
    ]  # fmt: skip
    facts = {name: getattr(one, name) for name in WORDS}
    steps = [{"at": step.at.isoformat(), "what": step.what, "words": step.words} for step in history(one)]
    languages = {code: [asdict(row) for row in wordings_in(one, code) if row.words] for code in one.wordings}
    told = {"facts": facts, "languages": languages, "accounts": accounts, "history": steps}
    print(json.dumps(_told(one) | told, indent=2))


def _note(options: argparse.Namespace) -> None:
    one = _incident(options)
    if options.words:
        add_note(one, options.words, operator_id=None)
    if facts := {name: getattr(options, name) for name in WRITTEN if getattr(options, name) is not None}:
        _write(one, facts, options.language)
    if options.account or options.region or options.all:
        _affect(one, options)
    if options.state:
        _move(one, options.state)
    print(json.dumps(_told(one)))


def _write(one: Incident, facts: dict[str, str], language: str) -> None:
    if language in ("", one.language):
        if facts.get("title") == "":
            raise Failure("An incident has a title.")
        write_facts(one, facts, operator_id=None)
        return
    try:
        write_wordings(one, language, facts, operator_id=None)
    except NotYet as error:
        raise Failure(" ".join(str(HINDRANCES[why]) for why in error.why)) from error
    except ValueError as error:
        raise Failure(f"The other languages are {', '.join(other_languages(one.language))}.") from error


def _affect(one: Incident, options: argparse.Namespace) -> None:
    try:
        accounts = named_accounts(options.account, options.region, is_all=options.all)
    except LookupError as missing:
        raise Failure(
            f"There are no such accounts: {missing}; `steward account list` shows those there are."
        ) from missing
    affect(one, accounts, Count(options.persons, options.records), operator_id=None)


def _move(one: Incident, to: str) -> None:
    try:
        move_on(one, to, operator_id=None)
    except NotYet as error:
        raise Failure(" ".join(str(HINDRANCES[why]) for why in error.why)) from error
    except ValueError as error:
        following = ", ".join(one.following) or "nothing"
        raise Failure(f"After {one.state} comes {following}.") from error


def _tell(options: argparse.Namespace) -> None:
    one = _incident(options)
    number = sum(part.can_be_told for part in parts_of(one))
    if options.accounts != number:
        raise Failure(f"Nothing was sent: the incident concerns {number} accounts, so say --accounts {number}.")
    try:
        order_notices(one, operator_id=None)
    except NotYet as error:
        raise Failure(" ".join(str(HINDRANCES[why]) for why in error.why)) from error
    print(json.dumps({"told": number}))


def _incident(options: argparse.Namespace) -> Incident:
    try:
        return incident_numbered(options.number)
    except Incident.DoesNotExist as error:
        raise Failure(
            f"There is no incident {options.number}; `steward incident list` shows those there are."
        ) from error


def _told(one: Incident) -> dict[str, Any]:
    due = one.aware_at + TELLING if one.aware_at and not one.is_over else None
    return {
        "number": one.number, "title": one.title, "state": one.state, "kinds": one.kinds,
        "detected_at": _said(one.detected_at), "aware_at": _said(one.aware_at), "accounts_told_by": _said(due),
        "unknown": one.unknown,
    }  # fmt: skip


def _number(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError("a number such as 120")
    return int(text)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Failure("A moment is written as 2026-03-01T12:00:00Z.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > now():
        raise Failure("This moment is still to come.")
    return at


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
