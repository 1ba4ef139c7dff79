"""Django's test client, at the host of an account."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from steward.people.models import Membership
from steward.people.sessions import SessionStore
from steward.tenancy.models import Account


def client_of(person: Membership, *, at: Account | None = None) -> Client:
    """A client with `person` signed in, at the host of their account or of another one.

    The session is always bound to the person's own account, as sign-in does it.
    """
    client = visitor_at(at or person.account)
    session = SessionStore()
    session[SESSION_KEY] = str(person.user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.user.get_session_auth_hash()
    session["account"] = str(person.account_id)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


def visitor_at(account: Account | None = None) -> Client:
    """A client that nobody is signed in with, at the host of an account or, without one, at the base domain."""
    host = f"{account.slug}.{settings.STEWARD_DOMAIN}" if account else settings.STEWARD_DOMAIN
    return Client(headers={"host": host})
