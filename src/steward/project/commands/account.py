"""`steward account create`, `list` and `unlock-network`; the rest of their life is in `account_life`."""

import argparse
import json
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.lib.actor import SYSTEM
from steward.lifecycle.opening import Owner, open_account
from steward.lifecycle.plans import SELF_HOSTED, NoSuchPlan
from steward.people.actions.security_policy import unlock_network
from steward.people.models import User
from steward.project import settings
from steward.project.commands import account_end, account_export, account_life
from steward.project.commands.parsing import parser_for, read_password
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.actions import SlugRefused
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("account", "Make and list accounts.")
    commands = parser.add_subparsers(
        required=True,
        metavar="create|list|show|plan|suspend|resume|reopen|look-after|export|delete|certificate|unlock-network",
    )
    create = commands.add_parser("create", help="open an account; the owner's password is read from standard input")
    create.add_argument("slug", metavar="SLUG", help=f"it answers at SLUG.{settings.STEWARD_DOMAIN}")
    create.add_argument("--name", required=True, help="what the company is called")
    create.add_argument("--owner", required=True, metavar="EMAIL", help="with which the owner signs in")
    create.add_argument("--owner-name", default="", metavar="NAME", help="the owner's name as customers read it")
    create.add_argument("--plan", default=SELF_HOSTED, metavar="PLAN", help="as `steward plan list` shows it")
    create.set_defaults(run=_create)
    account_life.add_to(commands)
    account_export.add_to(commands)
    account_end.add_to(commands)
    listing = commands.add_parser("list", help="show the accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    unlock = commands.add_parser("unlock-network", help="let people in from everywhere again who locked themselves out")
    unlock.add_argument("slug", metavar="SLUG")
    unlock.set_defaults(run=_unlock_network)
    return parser


def _unlock_network(options: argparse.Namespace) -> None:
    account = account_named(options.slug)
    with account_scope(account.id):
        was_locked = unlock_network(actor=SYSTEM)
    words = "is open from every network again" if was_locked else "was open from every network; nothing was changed"
    print(f"{account.name} {words}.")


def _create(options: argparse.Namespace) -> None:
    owner = Owner(options.owner, options.owner_name or options.owner.partition("@")[0], _password(options.owner))
    try:
        account = open_account(options.slug, name=options.name, owner=owner, plan=options.plan)
    except NoSuchPlan as problem:
        raise Failure(f"There is no plan “{options.plan}”; `steward plan list` shows those there are.") from problem
    except SlugRefused as problem:
        raise Failure(str(problem)) from problem
    except ValidationError as problem:
        raise Failure(" ".join(problem.messages)) from problem
    host = f"{account.slug}.{settings.STEWARD_DOMAIN}"
    where = f"https://{host}" if settings.SESSION_COOKIE_SECURE else f"http://{host}:{settings.STEWARD_PORT}"
    print(f"{account.name} is open: {where}/console/, mail to support@{host}.")


def _password(email: str) -> str | None:
    try:
        validate_email(email)
    except ValidationError:
        raise Failure(f"“{email}” is no e-mail address.") from None
    if User.objects.filter(email=User.objects.normalise(email)).exists():
        return None  # whoever signs in elsewhere already keeps the password they have
    password = read_password(f"Password for {email}", twice=True)
    if not password:
        raise Failure("The owner needs a password: one line on standard input.")
    return password


def _list(options: argparse.Namespace) -> None:
    for account in Account.objects.order_by("slug"):
        shown = {"slug": account.slug, "name": account.name, "state": account.state}
        print(json.dumps(shown, ensure_ascii=False) if options.json else "\t".join(shown.values()))
