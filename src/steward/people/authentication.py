"""Sign-in: allauth with argon2id, bound to the account whose host is visited."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.stages import LoginStage
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy

from steward.people.devices import remember_device
from steward.people.models import Membership, User
from steward.people.passwords import LONGEST
from steward.people.refusals import note_refusal
from steward.people.second_factors import has_second_factor
from steward.people.signed_in import begin_session
from steward.people.throttling import client_of
from steward.privacy.keys.cipher import decrypt_for_installation, encrypt_for_installation
from steward.tenancy.reading import Reading
from steward.tenancy.scope import account_scope

_SECRETS = "mfa_authenticator.data"
_SHOWN = "password_shown"  # in a session that waits for the second factor: a mark of the password that was right

_PERSON = Reading(lambda *, key: User.objects.filter(pk=key))


class Argon2id(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: Django's default takes 100 MiB and eight threads for each sign-in."""

    memory_cost = 19456
    time_cost = 2
    parallelism = 1


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Accepts an identity only where it has a membership; the answer to all others is that of a wrong password."""

    def get_user(self, user_id: Any) -> User | None:
        """As Django's, which writes the statement anew for each request."""
        user = next(iter(_PERSON(key=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = self._person_of(request, credentials)
        if user is None:
            account = getattr(request, "account", None)
            note_refusal("password", by=client_of(request), account_id=account.id if account else None)
        return user

    def _person_of(self, request: HttpRequest, credentials: dict[str, Any]) -> User | None:
        if len(credentials.get("password") or "") > LONGEST:
            return None
        user = super().authenticate(request, **credentials)
        # allauth keeps one who is not active but knew the password, to say so; here that, too, is a wrong password.
        self.unstash_authenticated_user()
        return user if user is not None and has_a_place(request, user) else None


def has_a_place(request: HttpRequest, user: User) -> bool:
    """Whether the identity may sign in at the host that is visited."""
    account = getattr(request, "account", None)
    if account is None or not user.is_active:
        return False
    with account_scope(account.id):
        return Membership.objects.filter(user=user).exists()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """allauth's hooks. Every way to sign in ends in `login`, and passes by the second factor before."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("E-mail or password is not right. Try again."),
    }

    def get_login_stages(self) -> list[str]:
        return [f"{SecondFactorStage.__module__}.{SecondFactorStage.__name__}"]

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, by the factors that the views of the sign-in have put on the request."""
        super().login(request, user)
        begin_session(request, user, factors=getattr(request, "factors", ["password"]))

    def post_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **about)
        remember_device(request, response, user)
        return response

    def add_message(self, *_args: Any, **_named: Any) -> None:
        """Our pages say what happened in words of their own."""

    def send_mail(self, template_prefix: str, _email: str, _context: dict[str, Any]) -> None:
        raise RuntimeError(f"{template_prefix}: mail about an identity is written by people.notices")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorStage(LoginStage):  # type: ignore[misc]  # allauth is untyped
    """Between the password and the session, for whoever has a second factor: the stage that nothing steps over."""

    key = "second_factor"
    urlname = "console:second-factor"  # where the sign-in page leads while one waits

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if getattr(self.request, "factors", None) == ["passkey"] or not has_second_factor(self.login.user):
            return None, True
        self.request.session[_SHOWN] = self.login.user.get_session_auth_hash()
        return HttpResponseRedirect(reverse("console:second-factor")), True


def still_waits(request: Any, user: User) -> bool:
    """Whether a sign-in that waits for the second factor began with the password the person still has."""
    return constant_time_compare(request.session.get(_SHOWN, ""), user.get_session_auth_hash())


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """allauth's hooks for second factors: what is secret is under the installation's key."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt_for_installation(text.encode(), context=_SECRETS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_for_installation(base64.b64decode(encrypted_text), context=_SECRETS).decode()

    def get_totp_issuer(self) -> str:
        return f"Steward ({settings.STEWARD_DOMAIN})" if "." in settings.STEWARD_DOMAIN else "Steward"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": relying_party(self.request.get_host()), "name": "Steward"}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {"id": user.pk.hex.encode(), "name": user.email, "display_name": user.email}


def relying_party(host: str) -> str:
    """The RP id of passkeys (WebAuthn level 3, section 5.1.2): the base domain, so that one passkey fits each account.

    Browsers refuse it for `localhost`: there, and in the demo, it is the host, and each account has its own passkeys.
    """
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    base = settings.STEWARD_DOMAIN
    is_below = name == base or name.endswith(f".{base}")
    return base if is_below and "." in base and not settings.STEWARD_DEMO else name
