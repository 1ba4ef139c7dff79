"""`steward service add`, `list` and `retire`: what an account has data sent to by its own instruction."""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from steward.lib.actor import SYSTEM
from steward.privacy.egress.environment import PURPOSE, SETTINGS, in_use, used_before
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import (
    BEARER,
    FOR_SERVICES,
    DeclaredAlready,
    LeavesRegion,
    NotCallable,
    Slip,
    Wanted,
    declare_service,
    past_services,
    retire_service,
    services_in_use,
)
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for, read_password
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope

_MOST_PAST = 1000
_SLIPS = {
    Slip.FORM: "The address is none of a service; such addresses look like https://api.example.com/v1.",
    Slip.SECRET: "Leave user names, passwords and what follows a question mark out of the address.",
    Slip.CLEAR: "The address has to begin with https://, or to be named in STEWARD_EGRESS_ALLOW.",
    Slip.PRIVATE: "The address lies in a private network: name it in STEWARD_EGRESS_ALLOW first.",
    Slip.HEADER: "No key can be sent in that header.",
    Slip.KEY: "The key has letters that no request can carry.",
    Slip.PURPOSE: f"A service is for one or more of: {', '.join(sorted(FOR_SERVICES))}.",
    Slip.COUNTRY: "A country is two capital letters (ISO 3166-1), as in DE.",
}


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for(
        "service",
        "Say which services of its own an account has data sent to. It counts at once and is recorded; mail servers "
        "belong to `steward mail-account`.",
    )
    commands = parser.add_subparsers(required=True, metavar="add|list|retire")
    add = commands.add_parser("add", help="declare a service; its key is read from standard input, one line")
    add.add_argument("slug", metavar="SLUG")
    add.add_argument("--name", required=True, help="what people read on the privacy pages")
    add.add_argument("--url", required=True, metavar="https://HOST[:PORT][/PATH]")
    add.add_argument(
        "--for",
        dest="purposes",
        action="append",
        required=True,
        choices=sorted(FOR_SERVICES),
        help="what it may be used for; may be repeated",
    )
    add.add_argument("--country", default="", metavar="DE", help="where it is (ISO 3166-1); not known if not said")
    add.add_argument("--outside-region", action="store_true", help="the data may leave the account's region")
    add.add_argument("--key-header", default=BEARER, metavar="NAME", help=f"which header carries the key ({BEARER})")
    add.add_argument("--no-key", action="store_true", help="it wants no key: nothing is read")
    add.set_defaults(run=_add)
    listing = commands.add_parser(
        "list",
        help="show the services of an account, and the relay and buckets that the environment names where Steward is "
        "run for oneself; never a key",
    )
    listing.add_argument("slug", metavar="SLUG")
    listing.add_argument("--all", action="store_true", help="also those that were retired or changed")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    retire = commands.add_parser("retire", help="let nothing go there any more, and forget the key")
    retire.add_argument("slug", metavar="SLUG")
    retire.add_argument("name", metavar="NAME", help="its name, or HOST:PORT")
    retire.set_defaults(run=_retire)
    return parser


def _add(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    refuse_without_consent(account, "service.add")
    wanted = Wanted(
        name=options.name.strip(),
        url=options.url,
        purposes=frozenset(options.purposes),
        country=options.country.strip().upper(),
        key="" if options.no_key else _key(options.name),
        key_header=options.key_header,
        may_leave_region=options.outside_region,
    )
    if not wanted.name:
        raise Failure("A service has a name.")
    try:
        with account_scope(account.id):
            made = declare_service(wanted, actor=SYSTEM)
    except NotCallable as problem:
        raise Failure(_SLIPS[problem.slip]) from problem
    except LeavesRegion as problem:
        raise Failure("The data would leave the account's region: say --outside-region if that is meant.") from problem
    except DeclaredAlready as problem:
        raise Failure("There is a service at this host and port; `steward service retire` comes first.") from problem
    print(f"{made.name} ({made.host}:{made.port}) may be used by {account.name} for {', '.join(made.purposes)}.")


def _key(name: str) -> str:
    key = read_password(f"Key of {name}")
    if not key:
        raise Failure("The key is missing: one line on standard input, or --no-key.")
    return key


def _list(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    refuse_without_consent(account, "service.list")
    with account_scope(account.id):
        rows = [*in_use().values(), *services_in_use()]
        rows += [*used_before(_MOST_PAST), *past_services(_MOST_PAST)] if options.all else []
    for row in rows:
        told = _told(row)
        values = (" ".join(value) if isinstance(value, list) else str(value or "") for value in told.values())
        print(json.dumps(told, ensure_ascii=False) if options.json else "\t".join(values))


def _told(row: Connector) -> dict[str, Any]:
    return {
        "name": row.name or SETTINGS[row.kind],
        "url": row.url or f"{row.host}:{row.port}",
        "purposes": row.purposes or [PURPOSE[row.kind]],
        "country": row.country or None,
        "has_key": bool(row.password),
        "declared_at": row.declared_at.astimezone(UTC).isoformat(timespec="seconds"),
        "retired_at": row.retired_at.astimezone(UTC).isoformat(timespec="seconds") if row.retired_at else None,
        "id": str(row.id),
        "kind": row.kind,
    }


def _retire(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    refuse_without_consent(account, "service.retire")
    with account_scope(account.id):
        found = [row for row in services_in_use() if options.name in {row.name, f"{row.host}:{row.port}", str(row.id)}]
        if len(found) != 1:
            known = ", ".join(f"{row.name} ({row.host}:{row.port})" for row in services_in_use()) or "none"
            raise Failure(f"“{options.name}” is not one service of {account.name}; there are: {known}.")
        retire_service(found[0], actor=SYSTEM)
    print(f"Nothing goes to {found[0].name} ({found[0].host}:{found[0].port}) any more.")
