"""Sign-in: allauth with argon2id, bound to the account whose host is visited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpRequest

from steward.people.models import Membership, User
from steward.tenancy.scope import account_scope

LONGEST_PASSWORD = 1024  # characters; hashing is not for strangers to keep busy


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: Django's default takes 100 MiB and eight threads for each sign-in."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Accepts an identity only where it has a membership; the answer to all others is that of a wrong password."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        if len(credentials.get("password") or "") > LONGEST_PASSWORD:
            return None
        user = super().authenticate(request, **credentials)
        # allauth keeps one who is not active but knew the password, to say so; here that, too, is a wrong password.
        self.unstash_authenticated_user()
        account = getattr(request, "account", None)
        if user is None or account is None:
            return None
        with account_scope(account.id):
            return user if Membership.objects.filter(user=user).exists() else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """allauth's hooks."""

    def login(self, request: HttpRequest, user: User) -> None:
        """Bind the session to the account: its row is valid on every host, so the host alone proves nothing."""
        super().login(request, user)
        request.session["account"] = str(request.account.id)  # type: ignore[attr-defined]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
