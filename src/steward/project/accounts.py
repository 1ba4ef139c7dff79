"""Opening an account: everything a new tenant needs to receive its first mail."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password

from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.actions import add_member, create_department
from steward.people.models import Membership, Role
from steward.privacy.keys.store import create_account_key, destroy_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.directory import forget
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

DEPARTMENT = "Support"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who will own the account. Without a password only somebody who has an identity already can sign in."""

    email: str
    name: str
    password: str | None = field(default=None, repr=False)


def open_account(slug: str, *, name: str, owner: Owner, account_id: UUID | None = None) -> Account:
    """Make the account with its key, its default department, `support@<slug>.<base domain>` and its owner.

    All of it or nothing; `account_id` is given when more belongs into the same transaction. Raises `SlugRefused`, or
    Django's `ValidationError` for a password that is too weak.
    """
    if owner.password is not None:
        validate_password(owner.password)
    account_id = account_id or new_id()
    try:
        with account_scope(account_id):
            account = create_account(slug, name=name, account_id=account_id)
            create_account_key(account_id)
            _furnish(account, owner)
    except BaseException:
        destroy_account_key(account_id)
        raise
    forget()
    return account


def _furnish(account: Account, owner: Owner) -> Membership:
    department = create_department(DEPARTMENT, actor=SYSTEM)
    address = f"support@{account.slug}.{settings.STEWARD_DOMAIN}"
    add_mail_account(Mailbox(address=address, name=account.name), department=department, actor=SYSTEM)
    return add_member(owner.email, name=owner.name, role=Role.OWNER, password=owner.password, actor=SYSTEM)
