"""Sign-ups: a company asks for an account, and proves its address before there is one.

No password is taken before: whoever signs up with another person's address would otherwise know theirs.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.lib.clock import now
from steward.outbox.installation import put_in_installation_outbox
from steward.people.models import SignUp, User
from steward.people.tokens import hashed_token, new_token
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import spoken

LASTS = timedelta(hours=24)  # that long a slug is kept for somebody who has not proven their address


class SlugTaken(ValueError):
    """Somebody else has asked for the slug a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignUp:
    """What somebody asks for. `terms_version` is empty where the installation has no terms."""

    slug: str
    company: str
    name: str
    email: str
    language: str = ""
    region: str = ""
    terms_version: str = ""


def begin_sign_up(new: NewSignUp) -> SignUp:
    """Keep the slug and mail a link, the same whether the address is known or not. Raises `SlugTaken`."""
    token = new_token()
    try:
        with transaction.atomic():
            SignUp.objects.filter(slug=new.slug, expires_at__lte=now()).delete()
            sign_up = SignUp.objects.create(
                slug=new.slug,
                company=new.company,
                name=new.name,
                email=User.objects.normalise(new.email),
                language=new.language,
                region=new.region,
                terms_version=new.terms_version,
                terms_accepted_at=now() if new.terms_version else None,
                token_hash=hashed_token(token),
                created_at=now(),
                expires_at=now() + LASTS,
            )
            _mail_link(sign_up, token)
    except IntegrityError as error:
        if "slug" in str(error):
            raise SlugTaken(new.slug) from error
        raise
    return sign_up


def end_sign_up(sign_up: SignUp) -> bool:
    """Take a sign-up out, for its account is made now; false when it is gone already, by a second click."""
    return bool(SignUp.objects.filter(pk=sign_up.pk, expires_at__gt=now()).delete()[0])


def _mail_link(sign_up: SignUp, token: str) -> None:
    with override(spoken(sign_up.language)):
        text = _(
            "Hello %(name)s,\n\nsomebody, we think you, wants to open an account for %(company)s at %(host)s. To "
            "confirm that this is your address, and to open it, follow this link within 24 hours:\n\n%(link)s\n\n"
            "If it was not you, do nothing: without this link nothing happens, and your address is forgotten.\n"
        ) % {
            "name": sign_up.name,
            "company": sign_up.company,
            "host": base_url(sign_up.slug).partition("://")[2],
            "link": f"{base_url()}/sign-up/{token}",
        }
        subject = _("Confirm your address to open your account")
    put_in_installation_outbox(purpose="sign-up", to=sign_up.email, subject=subject, text=text)
