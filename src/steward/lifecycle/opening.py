"""Opening an account: everything a new tenant needs to receive its first mail."""

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import override, pgettext

from steward.events.actions import record
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.ids import new_id
from steward.lifecycle.configuration import give_own_address
from steward.lifecycle.plans import SELF_HOSTED, begin_life
from steward.people.actions import add_member, create_department, end_sign_up
from steward.people.models import Membership, Role, SignUp
from steward.privacy.agreements.actions import Signer, conclude, draft_content, note_terms
from steward.privacy.agreements.content import Content
from steward.privacy.egress.environment import note_for_new_account
from steward.privacy.keys.store import create_account_key, destroy_account_key
from steward.privacy.subprocessors.actions import hold_publishing
from steward.tenancy.actions import Opening, create_account
from steward.tenancy.directory import forget
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account
from steward.tenancy.residency import centre_for
from steward.tenancy.scope import account_scope


@dataclass(frozen=True, slots=True)
class Owner:
    """Who will own the account. Without a password only somebody who has an identity already can sign in."""

    email: str
    name: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """That our data processing agreement is concluded with opening the account, and with which list it was shown."""

    registry_version: int
    position: str = ""
    address: str = ""  # of the network
    company_address: str = ""  # as it stands in the agreement


class ListChanged(RuntimeError):
    """There is a newer list of subprocessors than the one that was shown: it has to be seen first."""


class SignUpGone(ValueError):
    """The sign-up has led to an account already, or its time was over a moment ago."""


def open_account(
    slug: str,
    *,
    name: str,
    owner: Owner,
    account_id: UUID | None = None,
    opening: Opening | None = None,
    plan: str = SELF_HOSTED,
) -> Account:
    """Make the account with its key, its default department, `support@<slug>.<base domain>` and its owner.

    All of it or nothing; `account_id` is given when more belongs into the same transaction. With an empty `plan` it is
    that of people who sign up. Raises `SlugRefused`, `NoSuchPlan`, or Django's `ValidationError` for a password that is
    too weak.
    """
    if owner.password is not None:
        validate_password(owner.password)
    account_id = account_id or new_id()
    try:
        with account_scope(account_id):
            hold_publishing()
            account = create_account(slug, name=name, account_id=account_id, opening=opening or Opening())
            create_account_key(account_id)
            _furnish(account, owner)
            begin_life(account, plan=plan)
            note_for_new_account()
    except BaseException:
        _destroy_key_of_none(account_id)
        raise
    forget()
    return account


def open_signed_up_account(
    sign_up: SignUp, *, password: str | None, agreed: Agreed | None = None, list_version: int = 0
) -> tuple[Account, Membership]:
    """Make the account somebody signed up for and has confirmed. `password` is for an identity that is new.

    With `agreed` our agreement is concluded too; without, what needs one is refused at the gate. `list_version` is that
    of the list of subprocessors that was accepted, with what it announces; 0 where there is none. Raises `SignUpGone`,
    `ListChanged`, `SlugRefused` or `ValidationError`; then nothing was made.
    """
    opening = Opening(sign_up.language, sign_up.region, sign_up.terms_version, sign_up.terms_accepted_at)
    owner, account_id = Owner(sign_up.email, sign_up.name, password), new_id()
    try:
        with account_scope(account_id):
            _check_list({list_version, agreed.registry_version if agreed else 0})
            if not end_sign_up(sign_up):
                raise SignUpGone(sign_up.slug)
            account = open_account(
                sign_up.slug, name=sign_up.company, owner=owner, account_id=account_id, opening=opening, plan=""
            )
            membership = Membership.objects.select_related("user").get(role=Role.OWNER)
            accepted = {"terms_version": sign_up.terms_version, "list_version": list_version}
            told = {name: value for name, value in accepted.items() if value}
            actor = Actor(ActorKind.AGENT, membership.id)
            record("account.opened", account, actor=actor, changes=told)
            if sign_up.terms_version:
                note_terms(sign_up.terms_version, sign_up.terms_accepted_at, member_id=membership.id, actor=actor)
            if agreed is not None:
                _conclude(account, membership, agreed, actor)
    except BaseException:
        _destroy_key_of_none(account_id)  # also when the commit itself fails
        raise
    forget()
    return account, membership


def agreement_draft(sign_up: SignUp) -> Content:
    """The agreement that would be concluded with opening the account. Raises `NothingToSign`."""
    account = Account(slug=sign_up.slug, name=sign_up.company, data_centre=centre_for(sign_up.region))
    return draft_content(account, language=sign_up.language)


def _check_list(shown: set[int]) -> None:
    newest = hold_publishing()
    if shown - {0, newest}:
        raise ListChanged


def _conclude(account: Account, owner: Membership, agreed: Agreed, actor: Actor) -> None:
    signer = Signer(
        name=owner.name,
        email=owner.user.email,
        position=agreed.position,
        member_id=owner.id,
        address=agreed.address,
        company_address=agreed.company_address,
    )
    conclude(account, signer, language=account.language, registry_version=agreed.registry_version, actor=actor)


def _destroy_key_of_none(account_id: UUID) -> None:
    """The key of an account that was not made after all. What fails after the commit must not make one unreadable."""
    if not Account.objects.filter(pk=account_id).exists():
        destroy_account_key(account_id)


def _furnish(account: Account, owner: Owner) -> Membership:
    with override(spoken(account.language)):
        department = create_department(pgettext("name of a department", "Support"), actor=SYSTEM)
    give_own_address(account, department, actor=SYSTEM)
    return add_member(owner.email, name=owner.name, role=Role.OWNER, password=owner.password, actor=SYSTEM)
