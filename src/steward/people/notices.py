"""Mail to a person about their own sign-in: links that prove who reads them, and notices of what was changed.

By the installation's outbox: an identity belongs to no account. Nothing in them is secret but the links. Nobody is kept
from changing their sign-in because no mail reaches them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from steward.lib.clock import now
from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.tenancy.hosts import base_url

logger = logging.getLogger("steward.security")
Words = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom: the address, in which language, at which account (slug; empty: an operator), by which clock."""

    email: str
    language: str
    slug: str = ""
    zone: str = "UTC"  # IANA

    @property
    def is_operator(self) -> bool:
        return not self.slug

    @property
    def new_password_url(self) -> str:
        """Where they choose another password."""
        return f"{base_url(self.slug)}{'/operator/me/password' if self.is_operator else '/console/reset-password'}"

    @property
    def sessions_url(self) -> str:
        """Where they see their sessions."""
        return f"{base_url(self.slug)}{'/operator/me' if self.is_operator else '/console/settings/sessions'}"


def send_password_link(reader: Reader, token: str) -> None:
    """The link to choose a new password."""
    with override(reader.language):
        words = _(
            "Somebody, probably you, asked for a new password for %(email)s.\n\n"
            "Choose it here within an hour:\n%(url)s\n\n"
            "If it was not you, do nothing: your password stays as it is.\n"
        )
        url = f"{base_url(reader.slug)}/console/reset-password/{token}"
        _put(reader, "password reset", _("Choose a new password"), words % {"email": reader.email, "url": url})


def send_owner_link(reader: Reader, token: str, *, company: str) -> None:
    """The link to the page about an account that is suspended or terminated, on the base domain."""
    with override(reader.language):
        words = _(
            "Somebody, probably you, wants to see what has become of the help desk of %(company)s.\n\n"
            "Go on here within an hour. You will be asked for a code of your app, or for your password:\n%(url)s\n\n"
            "If it was not you, do nothing: without this link nothing is shown.\n"
        )
        url = f"{base_url()}/standing/{token}"
        _put(reader, "owner's link", _("Where your help desk stands"), words % {"company": company, "url": url})


def send_address_link(reader: Reader, token: str, *, to: str) -> None:
    """To the new address: the link that proves it is read by the same person."""
    with override(reader.language):
        words = _(
            "The sign-in of %(email)s is to be changed to this address.\n\n"
            "Confirm it here within an hour, in the browser you are signed in with:\n%(url)s\n\n"
            "If you know nothing about it, do nothing: then nothing is changed.\n"
        )
        url = f"{base_url(reader.slug)}/console/confirm-address/{token}"
        text = words % {"email": reader.email, "url": url}
        _put(Reader(to, reader.language), "address change", _("Confirm your new address"), text)


def tell_address_is_used(reader: Reader, *, to: str) -> None:
    """To an address that signs in already, in place of the link: whoever asked learns nothing."""
    with override(reader.language):
        words = _(
            "Somebody wanted to sign in with this address in place of another one.\n\n"
            "Nothing was changed: %(email)s is used to sign in already, by you. There is nothing to do.\n"
        )
        _put(Reader(to, reader.language), "address change", _("Your address stays yours"), words % {"email": to})


def tell_password_changed(reader: Reader) -> None:
    _tell(reader, lambda: _("Your password was changed"), lambda: _("The password of %(email)s was changed."))


def tell_address_changed(reader: Reader, *, old: str) -> None:
    """To the old address, which does not sign in any more."""
    _tell(
        replace(reader, email=old),
        lambda: _("Your address for signing in was changed"),
        lambda: _("%(email)s does not sign in any more: another address was put in its place."),
    )


def tell_factor_added(reader: Reader) -> None:
    _tell(
        reader,
        lambda: _("A second factor was added"),
        lambda: _("A second factor was added to the sign-in of %(email)s."),
    )


def tell_factor_removed(reader: Reader) -> None:
    _tell(
        reader,
        lambda: _("A second factor was removed"),
        lambda: _("A second factor was removed from the sign-in of %(email)s."),
    )


def tell_codes_made(reader: Reader) -> None:
    _tell(
        reader,
        lambda: _("New recovery codes were made"),
        lambda: _("New recovery codes were made for the sign-in of %(email)s. The old ones no longer work."),
    )


def tell_code_used(reader: Reader) -> None:
    _tell(
        reader,
        lambda: _("A recovery code was used"),
        lambda: _("Somebody signed in as %(email)s with a recovery code. It cannot be used again."),
    )


def tell_factor_guessed(reader: Reader) -> None:
    _tell(
        reader,
        lambda: _("Somebody knows your password"),
        lambda: _("Somebody typed the right password of %(email)s and then wrong codes, several times."),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody signed in with: names of browser and system (empty when unknown), and when, in which time zone."""

    browser: str
    system: str
    at: datetime
    zone: str

    @property
    def words(self) -> str:
        """In the language that is active."""
        if self.browser and self.system:
            return _("%(browser)s on %(system)s") % {"browser": self.browser, "system": self.system}
        return self.browser or self.system or pgettext("browser", "unknown")


def tell_new_browser(reader: Reader, seen: Seen) -> None:
    """Somebody signed in with a browser that is not known for it."""
    with override(reader.language):
        at = date_format(localtime(seen.at, ZoneInfo(seen.zone)), "DATETIME_FORMAT")
        told = {
            "email": reader.email,
            "time": at,
            "zone": seen.zone,
            "browser": seen.words,
            "sessions": reader.sessions_url,
            "password": reader.new_password_url,
        }
        words = _(
            "Somebody signed in as %(email)s with a browser you have not used here before, "
            "or not since you chose a new password or signed out everywhere else.\n\n"
            "Time: %(time)s (%(zone)s)\n"
            "Browser: %(browser)s\n\n"
            "If it was you, there is nothing to do.\n\n"
            "If it was not you, choose a new password at once. That ends all sessions, too:\n%(password)s\n\n"
            "Where you are signed in, and how to end a single session:\n%(sessions)s\n"
        )
        _put(reader, "security notice", _("Signed in with a new browser"), words % told)


def _tell(reader: Reader, subject: Words, what: Words) -> None:
    with override(reader.language):
        at = date_format(localtime(now(), ZoneInfo(reader.zone)), "DATETIME_FORMAT")
        parts = [
            what() % {"email": reader.email},
            _("Time: %(time)s (%(zone)s)") % {"time": at, "zone": reader.zone},
            _what_to_do(reader),
            _("If it was you, there is nothing to do."),
        ]
        _put(reader, "security notice", subject(), "\n\n".join(parts) + "\n")


def _what_to_do(reader: Reader) -> str:
    if reader.is_operator:
        words = _(
            "If it was not you, choose a new password at once and tell the other operators:\n%(url)s\n\n"
            "If you cannot sign in any more, whoever runs the machine makes you a new link (steward operator link)."
        )
        return words % {"url": reader.new_password_url}
    words = _("If it was not you, choose a new password at once and tell an admin:\n%(url)s/console/reset-password")
    return words % {"url": base_url(reader.slug)}


def _put(reader: Reader, purpose: str, subject: str, text: str) -> None:
    try:
        put_in_installation_outbox(purpose=purpose, to=reader.email, subject=subject, text=text)
    except Unsendable:
        logger.warning("%s: it could not be told: no mail can be sent to that address", purpose)
