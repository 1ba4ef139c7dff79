"""Django's test client, at the host of an account."""

from django.conf import settings
from django.test import Client

from steward.people.models import Membership, Operator
from steward.people.operators import stored_operator_session
from steward.people.signed_in import stored_session
from steward.tenancy.models import Account


def client_of(person: Membership, *, at: Account | None = None, factors: tuple[str, ...] = ("password",)) -> Client:
    """A client with `person` signed in, at the host of their account or of another one.

    The session is always bound to the person's own account, as sign-in does it.
    """
    client = visitor_at(at or person.account)
    key = stored_session(person.user, person.account_id, factors=factors)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def client_of_operator(operator: Operator, *, factors: tuple[str, ...] = ("password", "totp")) -> Client:
    """A client with an operator signed in, on the base domain."""
    client = visitor_at()
    client.cookies[settings.SESSION_COOKIE_NAME] = stored_operator_session(operator.user, factors=factors)
    return client


def visitor_at(account: Account | None = None) -> Client:
    """A client that nobody is signed in with, at the host of an account or, without one, at the base domain."""
    host = f"{account.slug}.{settings.STEWARD_DOMAIN}" if account else settings.STEWARD_DOMAIN
    return Client(headers={"host": host})
