"""`steward operator create`, `link`, `list`, `remove-second-factor` and `remove`: who opens the back office."""

import argparse
import json
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.people.models import Operator, User
from steward.people.operators import (
    AlreadyOperator,
    create_operator,
    new_operator_link,
    remove_operator,
    reset_second_factors,
)
from steward.people.second_factors import has_second_factor
from steward.project.commands.parsing import parser_for, read_password
from steward.project.commands.session import run_chosen
from steward.project.failure import Failure
from steward.tenancy.hosts import base_url


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("operator", "Say who opens the back office of this installation.")
    commands = parser.add_subparsers(required=True, metavar="create|link|list|remove-second-factor|remove")
    create = commands.add_parser("create", help="add somebody; their password is read from standard input")
    create.add_argument("--email", required=True)
    create.add_argument("--link", action="store_true", help="print a link by which they choose their own password")
    create.set_defaults(run=_create)
    link = commands.add_parser("link", help="print a link by which an operator chooses a new password")
    link.add_argument("--email", required=True)
    link.set_defaults(run=_link)
    listing = commands.add_parser("list", help="show the operators")
    listing.add_argument("--json", action="store_true", help="one JSON object per line")
    listing.set_defaults(run=_list)
    reset = commands.add_parser(
        "remove-second-factor", help="let somebody in again who lost every second factor; make sure first who asks"
    )
    reset.add_argument("--email", required=True)
    reset.set_defaults(run=_remove_second_factor)
    remove = commands.add_parser("remove", help="shut the back office for somebody, at once")
    remove.add_argument("--email", required=True)
    remove.set_defaults(run=_remove)
    return parser


def _create(options: argparse.Namespace) -> None:
    known = _user(options.email)
    password = None if options.link or (known and known.has_usable_password()) else _password(options.email)
    try:
        operator = create_operator(options.email, password=password)
    except AlreadyOperator:
        raise Failure(f"{options.email} is an operator already; `steward operator link` sets a password.") from None
    if options.link:
        print(_words_with_link(operator))
    else:
        print(f"{options.email} is an operator: sign in at {base_url()}/operator/sign-in")
        print(
            "The first sign-in asks for a second factor: have a phone with an authenticator app, or a passkey, ready."
        )


def _link(options: argparse.Namespace) -> None:
    print(_words_with_link(_operator(options.email)))


def _list(options: argparse.Namespace) -> None:
    for operator in Operator.objects.select_related("user").order_by("created_at"):
        factor = has_second_factor(operator.user)
        shown = {"email": operator.user.email, "since": operator.created_at.isoformat(), "second_factor": factor}
        print(json.dumps(shown) if options.json else "\t".join(map(str, shown.values())))


def _remove_second_factor(options: argparse.Namespace) -> None:
    reset_second_factors(_operator(options.email))
    print(f"{options.email} has no second factor any more; the next sign-in to the back office adds one.")


def _remove(options: argparse.Namespace) -> None:
    remove_operator(_operator(options.email))
    print(f"{options.email} is no operator any more.")


def _words_with_link(operator: Operator) -> str:
    url = f"{base_url()}/operator/welcome/{new_operator_link(operator)}"
    return f"A link for {operator.user.email}, good once, for 24 hours:\n{url}"


def _user(email: str) -> User | None:
    try:
        validate_email(email)
    except ValidationError:
        raise Failure(f"“{email}” is no e-mail address.") from None
    return User.objects.filter(email=User.objects.normalise(email)).first()


def _operator(email: str) -> Operator:
    found = Operator.objects.select_related("user").filter(user__email=User.objects.normalise(email)).first()
    if found is None:
        raise Failure(f"{email} is no operator; `steward operator list` shows those there are.")
    return found


def _password(email: str) -> str:
    password = read_password(f"Password for {email}", twice=True)
    if not password:
        raise Failure("An operator needs a password: one line on standard input, or --link.")
    try:
        validate_password(password, User(email=email))
    except ValidationError as problem:
        raise Failure(" ".join(problem.messages)) from problem
    return password
