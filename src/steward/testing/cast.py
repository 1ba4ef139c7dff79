"""The cast: two accounts, and the people every test knows. In every test Zoe is another tenant.

Northwind   Ada owns it; Ben solves in Support, Cleo in Billing, Dana only reads in Support. Customers: Eli and Farah.
Contoso     Zoe owns it. Customer: Omar.

The accounts are part of the template, so that no test waits for passwords to be hashed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from steward.channels.email.models import MailAccount
from steward.contacts.actions import contact_for
from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM, Actor
from steward.people.access import actor_of
from steward.people.actions import add_member, create_department, join_department
from steward.people.authentication import Argon2id
from steward.people.models import Department, DepartmentRole, Membership, Role
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)  # where tests stop the clock
PASSWORD = "a fine day for a walk"  # noqa: S105  everybody's

EARNEST = {"memory_cost": Argon2id.memory_cost, "time_cost": Argon2id.time_cost}

CONTACTS = {"Eli": "eli@example.org", "Farah": "farah@example.net", "Omar": "omar@example.com"}


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed by the same algorithm at next to no cost: as they are in earnest, one takes 30 ms."""
    Argon2id.memory_cost, Argon2id.time_cost = 8, 1
    yield
    Argon2id.memory_cost, Argon2id.time_cost = EARNEST["memory_cost"], EARNEST["time_cost"]


def make_cast() -> None:
    """Make everybody; on an empty database that was migrated, with the keys set up."""
    _make_northwind()
    _make_contoso()


def _make_northwind() -> None:
    account = create_account("northwind", name="Northwind")
    create_account_key(account.id)
    with account_scope(account.id):
        support = create_department("Support", actor=SYSTEM)
        billing = create_department("Billing", actor=SYSTEM)
        _member("Ada", "northwind", Role.OWNER)
        join_department(_member("Ben", "northwind"), support, role=DepartmentRole.SOLVER, actor=SYSTEM)
        join_department(_member("Cleo", "northwind"), billing, role=DepartmentRole.SOLVER, actor=SYSTEM)
        join_department(_member("Dana", "northwind"), support, role=DepartmentRole.READER, actor=SYSTEM)
        _mail_account("support", "northwind", support, is_default=True)
        _mail_account("billing", "northwind", billing)
        contact_for(CONTACTS["Eli"], "Eli Berg")
        contact_for(CONTACTS["Farah"], "Farah Nasser")


def _make_contoso() -> None:
    account = create_account("contoso", name="Contoso")
    create_account_key(account.id)
    with account_scope(account.id):
        hello = create_department("Hello", actor=SYSTEM)
        _member("Zoe", "contoso", Role.OWNER)
        _mail_account("hello", "contoso", hello, is_default=True)
        contact_for(CONTACTS["Omar"], "Omar Haddad")


def _member(name: str, slug: str, role: Role = Role.AGENT) -> Membership:
    return add_member(f"{name.lower()}@{slug}.example", name=name, role=role, password=PASSWORD, actor=SYSTEM)


def _mail_account(local_part: str, slug: str, department: Department, *, is_default: bool = False) -> MailAccount:
    address = f"{local_part}@{slug}.{settings.STEWARD_DOMAIN}"
    return MailAccount.objects.create(
        address=address, name=department.name, department=department, is_default=is_default
    )


def account(slug: str) -> Account:
    """An account of the cast."""
    return Account.objects.get(slug=slug)


def member(account_id: UUID, name: str) -> Membership:
    """A member by name, with `user` and `account` at hand outside a scope."""
    with account_scope(account_id):
        return Membership.objects.select_related("user", "account").get(name=name)


def department(account_id: UUID, name: str) -> Department:
    """A department by name, with `account` at hand outside a scope."""
    with account_scope(account_id):
        return Department.objects.select_related("account").get(name=name)


def contact(account_id: UUID, name: str) -> Contact:
    """A customer by first name."""
    with account_scope(account_id):
        return Contact.objects.select_related("account").get(addresses__folded=CONTACTS[name])


def mail_account(account_id: UUID, local_part: str) -> MailAccount:
    """A mail account by what stands before the @, with `department` at hand outside a scope."""
    with account_scope(account_id):
        return MailAccount.objects.select_related("account", "department").get(address__startswith=f"{local_part}@")


def acting(membership: Membership) -> Actor:
    """The actor a member is, with the departments they belong to."""
    with account_scope(membership.account_id):
        return actor_of(Membership.objects.prefetch_related("departments").get(pk=membership.pk))
