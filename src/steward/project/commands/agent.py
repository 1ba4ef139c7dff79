"""`steward agent add`: give somebody a place in an account. `remove-second-factor`: let somebody in again."""

import argparse
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from steward.lib.actor import SYSTEM
from steward.lifecycle.leave import By, Leave, NoLeave
from steward.people.actions import add_member, join_department
from steward.people.actions.sign_in import take_away_factors
from steward.people.identities import accounts_of
from steward.people.models import Department, DepartmentRole, Membership, Role, User
from steward.people.operators import note
from steward.privacy.support_access.commands import COMMANDS
from steward.project.commands.content import how_to_ask, leave_to_run, record_command, refuse_without_consent
from steward.project.commands.parsing import parser_for, read_password
from steward.project.commands.session import account_named, database
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    with database():
        if options.command == "remove-second-factor":
            return _remove_second_factor(options.email)
        account = account_named(options.slug)
        _ask_for_leave(account)
        password = _password(options.email)
        with account_scope(account.id):
            _add(options, password)
    print(f"{options.email} is {options.role} in {account.name}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("agent", "Add people to an account.")
    commands = parser.add_subparsers(required=True, dest="command", metavar="add|remove-second-factor")
    removal = commands.add_parser(
        "remove-second-factor", help="let somebody in again who lost every second factor; make sure first who asks"
    )
    removal.add_argument("--email", required=True)
    add = commands.add_parser(
        "add", help="add a person, or put one into a department; a new person's password is read from standard input"
    )
    add.add_argument("slug", metavar="SLUG")
    add.add_argument("--email", required=True)
    add.add_argument("--name", default="", help="as customers read it")
    add.add_argument("--role", choices=Role.values, default=Role.AGENT.value)
    add.add_argument("--department", metavar="NAME", help="owners and admins see all without one")
    add.add_argument("--department-role", choices=DepartmentRole.values, default=DepartmentRole.SOLVER.value)
    return parser


def _remove_second_factor(email: str) -> int:
    user = User.objects.filter(email=User.objects.normalise(email)).first()
    if user is None:
        raise Failure(f"Nobody signs in as {email}.")
    _ask_those_who_can_grant(user)
    had_some = take_away_factors(user)
    words = "signs in with the password alone now, and was told by mail" if had_some else "has no second factor"
    print(f"{email} {words}.")
    return 0


def _ask_those_who_can_grant(user: User) -> None:
    """Each account in which they work lets this be done first, where somebody else there can: whoever lost their last
    factor can grant nothing themselves. Raises `Failure`, which names none of the accounts.
    """
    command = "agent.remove-second-factor"
    accounts = Account.objects.filter(pk__in=accounts_of(user.pk), state=Account.State.ACTIVE).order_by("pk")
    for account, leave in [(account, _leave_for_factors(account, user, command)) for account in accounts]:
        record_command(account, command, leave)
        note(None, "command.run", account_id=account.pk, about=command)


def _leave_for_factors(account: Account, user: User, command: str) -> Leave:
    try:
        return leave_to_run(account, command)
    except NoLeave:
        with account_scope(account.pk):
            others = Membership.objects.filter(role__in=[Role.OWNER, Role.ADMIN]).exclude(user=user).exists()
        if not others:
            return Leave(By.NOBODY)
        note(None, "command.refused", account_id=account.pk, about=command)
        raise Failure(
            f"{user.email} works in an account of another company, whose owners and admins have not let support do "
            f"this. Ask them: {how_to_ask(COMMANDS[command])}."
        ) from None


def _ask_for_leave(account: Account) -> None:
    """Once an account has somebody, they say who comes in: whoever is added sees what it holds. Raises `Failure`."""
    with account_scope(account.id):
        has_members = Membership.objects.exists()
    if has_members:
        refuse_without_consent(account, "agent.add")


def _password(email: str) -> str | None:
    try:
        validate_email(email)
        if User.objects.filter(email=User.objects.normalise(email)).exists():
            return None
        password = read_password(f"Password for {email}", twice=True)
        validate_password(password)
    except ValidationError as problem:
        raise Failure(f"{email}: {' '.join(problem.messages)}") from problem
    return password


def _add(options: argparse.Namespace, password: str | None) -> None:
    department = _department(options.department) if options.department else None
    name = options.name or options.email.partition("@")[0]
    member = add_member(options.email, name=name, role=options.role, password=password, actor=SYSTEM)
    if department is not None:
        join_department(member, department, role=options.department_role, actor=SYSTEM)


def _department(name: str) -> Department:
    found = Department.objects.filter(name__iexact=name).first()
    if found is None:
        names = ", ".join(Department.objects.order_by("name").values_list("name", flat=True))
        raise Failure(f"There is no department “{name}”; there are {names}.")
    return found
