"""What a browser needs to open every page of a demo: who is signed in, and a sample of each parameter.

Printed as one line of JSON by `steward django shell -c "from steward.testing.page_samples import tell; tell()"`.
"""

import json
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count

from steward.brand.actions import choose_logo
from steward.brand.pictures import read_picture
from steward.channels.email.models import MailAccount
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.actions import NewInvitation, NewSignUp, begin_sign_up, invite, issue_token, open_passage
from steward.people.models import Department, MailedLink, Membership, Operator, SignUp, User
from steward.people.operators import new_operator_link, stored_operator_session
from steward.people.second_factors import store_totp
from steward.people.sessions import CONFIRMED, SessionStore
from steward.people.signed_in import stored_session
from steward.people.tokens import hashed_token, new_token
from steward.privacy.subprocessors.models import Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe, token_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.agreement_samples import samples_of_agreements
from steward.testing.consent_samples import samples_of_consents
from steward.testing.erasure_samples import samples_of_erasures
from steward.testing.export_samples import samples_of_exports
from steward.testing.incident_samples import samples_of_incidents
from steward.testing.jobs import failed_job
from steward.testing.life_samples import owners_link, samples_of_life
from steward.testing.pictures import png
from steward.testing.registry_samples import samples_of_the_registry
from steward.testing.request_samples import pointed_out_in, request_about
from steward.testing.retention_samples import samples_of_retention
from steward.testing.service_samples import service_of
from steward.testing.support_samples import samples_of_support
from steward.tickets.actions import tag_named, tag_ticket
from steward.tickets.models import Ticket

SLUG, GIL = "northwind", "gil@example.org"
# Second owners, each of whom reads in another language; the demo's own owner reads English.
READERS = {"en": "ada", "ar": "maja"}
PASSWORD_ONLY_SO_FAR = "dana"  # noqa: S105  whom the sign-in asks for a code


def tell() -> None:
    """Make the samples and print them."""
    print(json.dumps(_samples(), default=str))


def _samples() -> dict[str, Any]:
    """The cookies by language, and for each language the samples by parameter or by "route parameter"."""
    account = Account.objects.get(slug=SLUG)
    operator = Operator.objects.get()
    with account_scope(account.pk):
        people = {name: Membership.objects.get(user__email=f"{name}@{SLUG}.example") for name in _names()}
    Authenticator.objects.filter(user=people[PASSWORD_ONLY_SO_FAR].user).delete()
    store_totp(people[PASSWORD_ONLY_SO_FAR].user, "A" * 32)
    readers = {language: _reader(people[name], language) for language, name in READERS.items()}
    shared = _of_the_account(account, people) | _of_the_back_office(operator, account)
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "half": people[PASSWORD_ONLY_SO_FAR].user.email,
        "operator": _shown_all_along(stored_operator_session(operator.user)),
        "readers": {
            language: {
                "session": _shown_all_along(stored_session(one.user, account.pk, factors=("password", "totp"))),
                "samples": shared | _of_a_person(one, account, language),
            }
            for language, one in readers.items()
        },
    }


def _shown_all_along(key: str) -> str:
    """Showing who one is opens pages for ten minutes, and looking at all of them takes longer: now for an hour more."""
    session = SessionStore(session_key=key)
    session[CONFIRMED] = (now() + timedelta(hours=1)).isoformat()
    session.save()
    return key


def _names() -> set[str]:
    return {*READERS.values(), PASSWORD_ONLY_SO_FAR}


def _reader(person: Membership, language: str) -> Membership:
    with account_scope(person.account_id):
        Membership.objects.filter(pk=person.pk).update(role="owner", language=language)
    return person


def _of_the_account(account: Account, people: dict[str, Membership]) -> dict[str, Any]:
    with account_scope(account.pk):
        ticket = Ticket.objects.annotate(count=Count("messages")).order_by("-count", "id")[0]
        tag = tag_named("vat", actor=SYSTEM)
        tag_ticket(ticket, tag, actor=SYSTEM)
        logo = choose_logo(read_picture(png(64, 24)), actor=SYSTEM).logo
        return {
            "code": ticket.code,
            "message_id": pointed_out_in(ticket),
            "tag_id": tag.pk,
            "request_id": request_about(ticket.requester),
            **samples_of_exports(ticket.requester),
            **samples_of_consents(ticket.requester),
            "mail_account_id": MailAccount.objects.order_by("id")[0].pk,
            "digest": bytes(logo.sha256).hex() if logo else "",
            **samples_of_erasures(account, ticket.requester_id),
            **samples_of_retention(people[PASSWORD_ONLY_SO_FAR]),
            "member_id": people[PASSWORD_ONLY_SO_FAR].pk,
            "department_id": Department.objects.filter(is_default=False).order_by("id")[0].pk,
        }


def _of_a_person(person: Membership, account: Account, language: str) -> dict[str, Any]:
    with account_scope(account.pk):
        wanted = NewInvitation(f"gil.{language}@example.org", "agent", language=language)
        invitation = invite(wanted, invited_by=person, actor=SYSTEM)
        asked = issue_token(invitation)
    return {
        "invitation_id": invitation.pk,
        "console/invitations/<token> token": asked,
        "token": _mailed(person.user, account, "password"),
        "console/confirm-address/<token> token": _mailed(person.user, account, "address", address="new@example.org"),
        "console/welcome/<token> token": open_passage(person.user, account.pk),
    }


def _mailed(user: User, account: Account, purpose: str, **more: str) -> str:
    token = new_token()
    ends = now() + timedelta(hours=1)
    MailedLink.objects.filter(user=user, purpose=purpose).delete()
    MailedLink.objects.create(
        token_hash=hashed_token(token), purpose=purpose, user=user, account=account, expires_at=ends, **more
    )
    return token


def _of_the_back_office(operator: Operator, account: Account) -> dict[str, Any]:
    sign_up = begin_sign_up(NewSignUp(slug=f"fjord-{new_id().hex[-8:]}", company="Fjord", name="Gil", email=GIL))
    asked = new_token()
    SignUp.objects.filter(pk=sign_up.pk).update(token_hash=hashed_token(asked))
    Authenticator.objects.create(user=operator.user, type="webauthn", data={"name": "Key"})
    failed_job(account)
    return {
        "slug": account.slug,
        "service_id": service_of(account),
        "sign-up/<token> token": asked,
        "sign-up/<token>/agreement.pdf token": asked,
        "subprocessors/subscription/<token> token": _subscribed(),
        "operator/welcome/<token> token": new_operator_link(operator),
        "standing/<token> token": owners_link(),
        **samples_of_the_registry(operator, account),
        **samples_of_agreements(account),
        **samples_of_life(account),
        **samples_of_incidents(operator, account),
        **samples_of_support(account, operator.user_id),
    }


def _subscribed() -> str:
    """The token of somebody who asked for the list of subprocessors by mail."""
    ask_to_subscribe(GIL, language="en")
    return token_of(Subscription.objects.get())
