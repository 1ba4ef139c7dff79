"""`steward person find`, `export` and `erase`: what is held about somebody, a copy of it, and how it goes."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import run_erasure
from steward.privacy.erasure.actions.planning import counted
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.printing import certificate_pdf
from steward.privacy.holds.actions import Held
from steward.privacy.mentions.actions import confirm_mentions, look_for_mentions
from steward.privacy.mentions.queries import mentions_of
from steward.privacy.requests.actions import plan_erasure_of
from steward.privacy.requests.persons import Person, person_by_address
from steward.privacy.subprocessors.words import PURPOSE_WORDS
from steward.project.commands import person_export
from steward.project.commands.content import refuse_if_ended, refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("person", "What is held about a person, a copy of it, and erasing it.")
    commands = parser.add_subparsers(required=True, metavar="find|export|erase")
    for name, words, run in (
        ("find", "count what is held about somebody", _find),
        ("export", "write what is held about somebody into an encrypted archive", _export),
        ("erase", "erase somebody: prints the plan, then the certificate", _erase),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--account", required=True, metavar="SLUG")
        command.add_argument("--email", required=True, metavar="ADDRESS", help="any address of theirs")
        command.set_defaults(run=run)
        if run is not _find:
            command.add_argument("--yes", action="store_true", help="do not ask")
        if run is _export:
            person_export.add_options(command)
    command.add_argument(
        "--keep-tickets", action="store_true", help="only the person goes: tickets stay without a name"
    )
    command.add_argument(
        "--redact-mentions", action="store_true", help="make all mentions in texts of others unreadable, too"
    )
    command.add_argument(
        "--in-mailboxes", action="store_true", help="delete the copies in mailboxes of the account, too"
    )
    command.add_argument("--pdf", type=Path, metavar="FILE", help="write the certificate as a PDF too")
    return parser


def _find(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "person.find")
    with account_scope(account.id):
        person = _person(options)
        print(json.dumps(_told(person, counted(person.extent)), indent=2, ensure_ascii=False))


def _export(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "person.export")
    with account_scope(account.id):
        person = _person(options)
        told = {"names": person.names, "addresses": person.addresses, "tickets": len(person.tickets)}
    print(json.dumps({"plan": told}, indent=2, ensure_ascii=False))
    if not options.yes and input(f"Type {options.email} to export all of this: ") != options.email:
        raise Failure("Nothing was exported.")
    refuse_if_ended(account, "person.export")
    print(json.dumps({"export": person_export.export(account, person, options)}, indent=2, ensure_ascii=False))


def _erase(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "person.erase")
    with account_scope(account.id):
        person = _person(options)
        erasure, mentions = _planned(person, options)
    print(json.dumps({"plan": _told(person, erasure.planned) | {"mentions": mentions}}, indent=2, ensure_ascii=False))
    if not options.yes and input(f"Type {options.email} to erase all of this for good: ") != options.email:
        raise Failure("Nothing was erased.")
    refuse_if_ended(account, "person.erase")
    if options.redact_mentions:
        with account_scope(account.id):
            confirm_mentions(erasure, [], actor=SYSTEM, is_all=True)
    done = run_erasure(account.id, erasure.id)
    print(json.dumps({"certificate": _certificate(done)}, indent=2))
    if done.state == Erasure.State.RUNNING:
        raise Failure("All but copies in a mailbox that is out of reach is gone. It is tried again for a day.")
    if done.state != Erasure.State.DONE:
        raise Failure("The erasure is not complete: see what is left above. Nothing was certified.")
    if options.pdf:
        options.pdf.write_bytes(certificate_pdf(done, purposes=PURPOSE_WORDS))


def _planned(person: Person, options: argparse.Namespace) -> tuple[Erasure, list[dict[str, str]]]:
    """The plan, and where others mention the person."""
    try:
        erasure = plan_erasure_of(
            person, actor=SYSTEM, keeps_tickets=options.keep_tickets, in_mailboxes=options.in_mailboxes
        )
    except Held as held:
        raise Failure(f"A legal hold keeps it: {held}.") from held
    look_for_mentions(erasure)
    places = mentions_of(erasure)
    return erasure, [{"ticket": one.code, "text": f"{one.before}{one.words}{one.after}"} for one in places]


def _person(options: argparse.Namespace) -> Person:
    person = person_by_address(options.email)
    if person is None:
        raise Failure(f"Nobody in {options.account} has the address {options.email}.")
    return person


def _told(person: Person, numbers: dict[str, int]) -> dict[str, object]:
    return {"names": person.names, "addresses": person.addresses, "tickets": len(person.tickets), "holds": numbers}


def _certificate(erasure: Erasure) -> dict[str, object]:
    if erasure.certificate:
        return {**json.loads(erasure.certificate), "sha256": erasure.certificate_sha256}
    return {
        "erasure": str(erasure.id),
        "state": erasure.state,
        "planned": erasure.planned,
        "erased": erasure.erased,
        "left": erasure.left,
        "planned_at": erasure.planned_at.isoformat(),
        "finished_at": erasure.finished_at.isoformat() if erasure.finished_at else None,
    }
