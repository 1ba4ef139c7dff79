"""The list by e-mail, for whoever asks: an address is proven before anything is sent, and forgotten when it is not.

An address is kept encrypted and found by a keyed hash. The link in each mail is made from the row, so that no token is
stored: who has the link has the mail.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.lib.clock import now
from steward.outbox.installation import put_in_installation_outbox
from steward.people.models import User
from steward.privacy.egress.registry.standing import Version
from steward.privacy.egress.registry.versions import published
from steward.privacy.keys.cipher import decrypt_for_installation, derive_installation, encrypt_for_installation
from steward.privacy.subprocessors.models import Subscription
from steward.privacy.subprocessors.telling import changes_in_lines, notice_of
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import spoken
from steward.ui.ages import full_day

KEPT_UNPROVEN = timedelta(days=7)
_BATCH = 200
_MAC = 16  # bytes


def ask_to_subscribe(address: str, *, language: str) -> None:
    """Mail a link that proves the address; who gets the list already is told so. Raises `Unsendable`."""
    normal = User.objects.normalise(address)
    with transaction.atomic():
        subscription = Subscription.objects.select_for_update().filter(address_hash=_hash(normal)).first()
        if subscription is None:
            subscription = Subscription(address_hash=_hash(normal), created_at=now(), language=language)
            subscription.address = encrypt_for_installation(normal.encode(), context=subscription.address_context)
        subscription.language = language
        if not subscription.is_confirmed:
            subscription.created_at = now()
        subscription.save()
        _mail_link(subscription, normal)


def confirm_subscription(subscription: Subscription) -> None:
    """The address is proven: from the next version on it gets a mail. Confirming twice does nothing."""
    unproven = Subscription.objects.filter(pk=subscription.pk, confirmed_at=None)
    unproven.update(confirmed_at=now(), told_version=published().head.number)


def end_subscription(token: str) -> None:
    """Forget the address. It may be gone already."""
    if (found := subscription_with(token)) is not None:
        found.delete()


def subscription_with(token: str) -> Subscription | None:
    """The subscription that the link of a mail is about."""
    try:
        told = urlsafe_b64decode(token.encode("ascii") + b"=")
    except (Error, UnicodeEncodeError, ValueError):
        return None
    if len(told) != 16 + _MAC:
        return None
    subscription_id = UUID(bytes=told[:16])
    if not hmac.compare_digest(told[16:], _mac(subscription_id)):
        return None
    return Subscription.objects.filter(pk=subscription_id).first()


def token_of(subscription: Subscription) -> str:
    """What the links of its mails carry."""
    return urlsafe_b64encode(subscription.id.bytes + _mac(subscription.id)).decode().rstrip("=")


def forget_unproven() -> int:
    """Delete what nobody confirmed within a week; returns how many."""
    return Subscription.objects.filter(confirmed_at=None, created_at__lte=now() - KEPT_UNPROVEN).delete()[0]


def tell_of_version(number: int) -> int:
    """Mail every subscriber what a version changes, each once, in their language; returns how many were told."""
    list_ = published()
    if not 1 <= number <= len(list_.versions):
        raise ValueError(f"there is no version {number}")
    version = list_.versions[number - 1]
    before = list_.versions[number - 2] if number > 1 else None
    told = 0
    while batch := _untold(number):
        for subscription in batch:
            told += _tell(subscription, before, version)
    return told


def _untold(number: int) -> list[Subscription]:
    waiting = Subscription.objects.filter(confirmed_at__isnull=False, told_version__lt=number)
    return list(waiting.order_by("id")[:_BATCH])


def _tell(subscription: Subscription, before: Version | None, version: Version) -> bool:
    """In a transaction of its own: after a fault nobody is told twice."""
    with transaction.atomic():
        untold = Subscription.objects.filter(pk=subscription.pk, told_version__lt=version.number)
        if not untold.update(told_version=version.number):
            return False
        with override(spoken(subscription.language)):
            _put(subscription, _subject(version), _news(before, version, subscription))
    return True


def _subject(version: Version) -> str:
    return _("The list of subprocessors of %(service)s has changed") % {"service": version.registry.provider.service}


def _news(before: Version | None, version: Version, subscription: Subscription) -> str:
    lines = changes_in_lines(before.registry if before else None, version.registry)
    day = full_day(version.published_at.date())
    parts = [
        _("Version %(number)s of %(day)s says:") % {"number": version.number, "day": day},
        "\n".join(f"- {line}" for line in lines),
        notice_of(version),
        _("The whole list, with the differences:") + f"\n{_list_of(version, subscription.language)}",
        _("You asked for these mails. To end them:") + f"\n{_link(subscription)}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _list_of(version: Version, language: str) -> str:
    compared = f"&compare={version.number - 1}" if version.number > 1 else ""
    return f"{base_url()}/subprocessors?lang={spoken(language)}&version={version.number}{compared}"


def _mail_link(subscription: Subscription, address: str) -> None:
    with override(spoken(subscription.language)):
        words = (
            _("This address gets a mail already when the list of subprocessors changes. To end that, open:")
            if subscription.is_confirmed
            else _(
                "Somebody, we think you, wants a mail at this address when the list of subprocessors changes. To "
                "confirm, follow this link within 7 days. If it was not you, do nothing, and the address is forgotten."
            )
        )
        text = f"{words}\n\n{_link(subscription)}\n"
        put_in_installation_outbox(
            purpose="subprocessor list", to=address, subject=_("Mail about subprocessors"), text=text
        )


def _put(subscription: Subscription, subject: str, text: str) -> None:
    address = decrypt_for_installation(bytes(subscription.address), context=subscription.address_context).decode()
    put_in_installation_outbox(
        purpose="subprocessor list", to=address, subject=subject, text=text, unsubscribe=f"{_link(subscription)}/end"
    )


def _link(subscription: Subscription) -> str:
    return f"{base_url()}/subprocessors/subscription/{token_of(subscription)}"


def _hash(address: str) -> bytes:
    key = derive_installation("subprocessor subscriptions: addresses")
    return hmac.new(key, address.encode(), hashlib.sha256).digest()


def _mac(subscription_id: UUID) -> bytes:
    key = derive_installation("subprocessor subscriptions: links")
    return hmac.new(key, subscription_id.bytes, hashlib.sha256).digest()[:_MAC]
