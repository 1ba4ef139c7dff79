"""`steward mail-account add`, `change` and `list`: the addresses that receive and answer mail."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import unquote, urlsplit

from steward.channels.email.mailbox_states import mailbox_states
from steward.channels.email.mailboxes import (
    AddressRefused,
    Mailbox,
    add_mail_account,
    answer_automatically,
    change_servers,
)
from steward.channels.email.models import MailAccount
from steward.channels.email.privacy_addresses import make_privacy_address
from steward.channels.email.wording import BadWording
from steward.lib.actor import SYSTEM
from steward.people.models import Department
from steward.privacy.egress.addresses import BadDestination, Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for, read_password
from steward.project.commands.session import account_named, database
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope

# RFC 8314: TLS from the first byte is preferred; the plain schemes upgrade with STARTTLS or are refused.
_PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    with database():
        account = account_named(options.slug)
        refuse_without_consent(account, f"mail-account.{options.command}")
        if options.command == "list":
            with account_scope(account.id):
                _list(as_json=options.json)
            return 0
        imap = _declared(options.imap, Connector.Kind.IMAP)
        smtp = _declared(options.smtp, Connector.Kind.SMTP)
        with account_scope(account.id):
            if options.command == "change":
                changed = _change(options, imap, smtp)
            else:
                changed = _add(options, imap, smtp, account.name)
            _set_answer(changed, options)
    print(f"{options.address} belongs to {account.name}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "mail-account", "Add an address that receives and answers mail, change its servers, or see how they are."
    )
    commands = parser.add_subparsers(required=True, metavar="add|change|list", dest="command")
    passwords = "passwords are read from standard input, the mailbox's first, one line each"
    add = commands.add_parser("add", help=f"add an address; {passwords}")
    change = commands.add_parser(
        "change", help=f"give an address other servers, or other passwords for them; {passwords}"
    )
    for each in (add, change):
        each.add_argument("slug", metavar="SLUG")
        each.add_argument("--address", required=True)
        each.add_argument(
            "--imap", metavar="imaps://USER@HOST[:993]", help="a mailbox to fetch; without one mail is brought"
        )
        each.add_argument(
            "--smtp", metavar="smtps://USER@HOST[:465]", help="a server to send through; else STEWARD_SMTP_RELAY"
        )
        each.add_argument(
            "--answer-automatically",
            action=argparse.BooleanOptionalAction,
            help="tell people once a day that what they wrote has come in; off if never said",
        )
        each.add_argument(
            "--privacy-address",
            action=argparse.BooleanOptionalAction,
            help="what is written to it are requests of persons about their data; off if never said",
        )
        each.add_argument("--answer-text", metavar="TEXT", help="what they are told; an empty one is ours")
    listing = commands.add_parser("list", help="show the addresses, and since when and why a mailbox cannot be read")
    listing.add_argument("slug", metavar="SLUG")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    add.add_argument("--department", metavar="NAME", help="where its mail goes; the default department if not said")
    add.add_argument("--name", default="", help="shown in From; the account's name if not said")
    add.add_argument("--trusted-authserv", default="", metavar="ID", help="whose Authentication-Results are believed")
    return parser


def _list(*, as_json: bool) -> None:
    for state in mailbox_states():
        shown = asdict(state)
        line = "\t".join("" if value is None else str(value) for value in shown.values())
        print(json.dumps(shown, default=str) if as_json else line)


def _declared(url: str | None, kind: Connector.Kind) -> Declaration | None:
    """A server as typed, with its password from standard input. Raises `Failure`."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {kind.value, f"{kind.value}s"} or not parts.hostname or not parts.username:
        raise Failure(f"“{url}” is no {kind.value}s://USER@HOST[:PORT].")
    if parts.password:
        raise Failure(
            "A password in the command line is seen by every user of this machine: give it on standard input."
        )
    username = unquote(parts.username)
    password = read_password(f"Password of {username} at {parts.hostname}")
    if not password:
        raise Failure(f"The password of {username} at {parts.hostname} is missing: one line on standard input.")
    try:
        destination = Destination.of(parts.hostname, parts.port or _PORTS[parts.scheme])
    except (BadDestination, ValueError) as problem:
        raise Failure(f"“{url}”: {problem}") from problem
    tls = Connector.Tls.IMPLICIT if parts.scheme.endswith("s") else Connector.Tls.STARTTLS
    return Declaration(kind=kind, destination=destination, tls=tls, username=username, password=password)


def _add(
    options: argparse.Namespace, imap: Declaration | None, smtp: Declaration | None, account_name: str
) -> MailAccount:
    mailbox = Mailbox(
        address=options.address,
        name=options.name or account_name,
        imap=_connector(imap),
        smtp=_connector(smtp),
        trusted_authserv=options.trusted_authserv,
    )
    try:
        return add_mail_account(mailbox, department=_department(options.department), actor=SYSTEM)
    except AddressRefused as problem:
        raise Failure(str(problem)) from problem


def _change(options: argparse.Namespace, imap: Declaration | None, smtp: Declaration | None) -> MailAccount:
    mail_account = MailAccount.objects.select_related("imap", "smtp").filter(address=options.address.lower()).first()
    if mail_account is None:
        raise Failure(f"{options.address} is no address of this account; `steward mail-account add` makes it one.")
    if not (imap or smtp or _names_answer(options) or options.privacy_address is not None):
        ways = "--imap, --smtp, --answer-automatically, --answer-text or --privacy-address"
        raise Failure(f"Nothing to change: give {ways}.")
    if imap or smtp:
        change_servers(mail_account, imap=_connector(imap), smtp=_connector(smtp), actor=SYSTEM)
    return mail_account


def _names_answer(options: argparse.Namespace) -> bool:
    return options.answer_automatically is not None or options.answer_text is not None


def _set_answer(mail_account: MailAccount, options: argparse.Namespace) -> None:
    """Who gives a text wants it to be sent, unless they say otherwise."""
    if options.privacy_address is not None:
        make_privacy_address(mail_account, is_on=options.privacy_address, actor=SYSTEM)
    if _names_answer(options):
        is_on = options.answer_automatically is not False
        try:
            answer_automatically(mail_account, is_on=is_on, text=options.answer_text, actor=SYSTEM)
        except BadWording as problem:
            raise Failure(f"The text cannot be used: {problem}.") from problem


def _connector(declared: Declaration | None) -> Connector | None:
    return declare_connector(declared, actor=SYSTEM) if declared else None


def _department(name: str | None) -> Department:
    found = Department.objects.filter(**({"name__iexact": name} if name else {"is_default": True})).first()
    if found is None:
        names = ", ".join(Department.objects.order_by("name").values_list("name", flat=True))
        raise Failure(f"There is no department “{name or 'default'}”; there are {names}.")
    return found
