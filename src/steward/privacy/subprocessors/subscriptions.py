"""The list by e-mail, for whoever asks: an address is proven before anything is sent, and forgotten when it is not.

An address is kept encrypted and found by a keyed hash. The link in each mail is made from the row, so that no token is
stored: who has the link has the mail.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.lib.clock import now
from steward.lib.signed_ids import id_signed, signed
from steward.outbox.installation import BOUNCED, put_in_installation_outbox
from steward.outbox.installation_delivery import NO_MAILBOX
from steward.outbox.models import State
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
KEPT_PAUSED = timedelta(days=30)  # for operators to see, and for the subscriber to prove the address again
_NOBODY_THERE = (BOUNCED, NO_MAILBOX)
MOST_PAUSED = 100
_PURPOSE = "subprocessor list"
_BATCH = 200


def ask_to_subscribe(address: str, *, language: str) -> None:
    """Mail a link that proves the address; who gets the list already is told so. Raises `Unsendable`."""
    normal = User.objects.normalise(address)
    with transaction.atomic():
        subscription = _subscription_of(normal)
        subscription.language = language
        if not subscription.is_confirmed:
            subscription.created_at = now()
        subscription.save()
        _mail_link(subscription, normal)


def _subscription_of(address: str) -> Subscription:
    """The row of an address, locked; a double click finds the one that the first made."""
    new = Subscription(address_hash=_hash(address), created_at=now())
    new.address = encrypt_for_installation(address.encode(), context=new.address_context)
    Subscription.objects.bulk_create([new], ignore_conflicts=True)
    return Subscription.objects.select_for_update(no_key=True).get(address_hash=new.address_hash)


def confirm_subscription(subscription: Subscription) -> None:
    """The address is proven: from the next version on it gets a mail. Confirming twice does nothing."""
    unproven = Subscription.objects.filter(pk=subscription.pk).exclude(confirmed_at__isnull=False, paused_at=None)
    unproven.update(confirmed_at=now(), paused_at=None, told_version=published().head.number)


def end_subscription(token: str) -> None:
    """Forget the address. It may be gone already."""
    if (found := subscription_with(token)) is not None:
        found.delete()


def subscription_with(token: str) -> Subscription | None:
    """The subscription that the link of a mail is about."""
    subscription_id = id_signed(token, _key())
    return None if subscription_id is None else Subscription.objects.filter(pk=subscription_id).first()


def token_of(subscription: Subscription) -> str:
    """What the links of its mails carry."""
    return signed(subscription.id, _key())


def forget_unproven() -> int:
    """Delete what nobody confirmed within a week, and what mail has not reached for long; returns how many."""
    unproven = Q(confirmed_at=None, created_at__lte=now() - KEPT_UNPROVEN)
    return Subscription.objects.filter(unproven | Q(paused_at__lte=now() - KEPT_PAUSED)).delete()[0]


def pause_undelivered() -> int:
    """Send nothing more where the last mail did not arrive, and forget at once who never proved it; returns how many.

    A mail that failed on its way to our own relay says nothing of the address.
    """
    lost = Subscription.objects.filter(mail__state=State.FAILED, mail__reason__in=_NOBODY_THERE)
    unproven = lost.filter(confirmed_at=None).delete()[0]
    return unproven + lost.filter(paused_at=None).update(paused_at=now())


@dataclass(frozen=True, slots=True)
class Paused:
    """A subscription that mail does not reach, as operators see it: whose address it is stays hidden."""

    domain: str
    language: str
    since: datetime


def paused_subscriptions() -> list[Paused]:
    """The newest first, for operators: many at one domain mean that its server refuses our mail."""
    rows = Subscription.objects.filter(paused_at__isnull=False).order_by("-paused_at")[:MOST_PAUSED]
    return [Paused(_address(row).rpartition("@")[2], row.language, row.paused_at) for row in rows if row.paused_at]


def tell_of_version(number: int) -> int:
    """Mail every subscriber what a version changes, each once, in their language; returns how many were told.

    Who has not heard of earlier versions either, for their job failed and runs later, hears of all at once.
    """
    list_ = published()
    if not 1 <= number <= len(list_.versions):
        raise ValueError(f"there is no version {number}")
    told = 0
    while batch := _untold(number):
        for subscription in batch:
            told += _tell(subscription, list_.versions[:number])
    return told


def _untold(number: int) -> list[Subscription]:
    waiting = Subscription.objects.filter(confirmed_at__isnull=False, paused_at=None, told_version__lt=number)
    return list(waiting.order_by("id")[:_BATCH])


def _tell(subscription: Subscription, versions: Sequence[Version]) -> bool:
    """Of the last version. In a transaction of its own: after a fault nobody is told twice."""
    version = versions[-1]
    with transaction.atomic():
        untold = Subscription.objects.select_for_update(no_key=True).filter(
            pk=subscription.pk, told_version__lt=version.number
        )
        known = untold.values_list("told_version", flat=True).first()
        if known is None:
            return False
        untold.update(told_version=version.number)
        before = versions[known - 1] if known else None
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
        _("The whole list, with the differences:") + f"\n{_list_of(before, version, subscription.language)}",
        _("You asked for these mails. To end them:") + f"\n{_link(subscription)}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _list_of(before: Version | None, version: Version, language: str) -> str:
    compared = f"&compare={before.number}" if before else ""
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
        mail = put_in_installation_outbox(
            purpose=_PURPOSE, to=address, subject=_("Mail about subprocessors"), text=text, is_watched=True
        )
    Subscription.objects.filter(pk=subscription.pk).update(mail=mail)


def _put(subscription: Subscription, subject: str, text: str) -> None:
    mail = put_in_installation_outbox(
        purpose=_PURPOSE,
        to=_address(subscription),
        subject=subject,
        text=text,
        unsubscribe=f"{_link(subscription)}/end",
        is_watched=True,
    )
    Subscription.objects.filter(pk=subscription.pk).update(mail=mail)


def _address(subscription: Subscription) -> str:
    return decrypt_for_installation(bytes(subscription.address), context=subscription.address_context).decode()


def _link(subscription: Subscription) -> str:
    return f"{base_url()}/subprocessors/subscription/{token_of(subscription)}"


def _hash(address: str) -> bytes:
    key = derive_installation("subprocessor subscriptions: addresses")
    return hmac.new(key, address.encode(), hashlib.sha256).digest()


def _key() -> bytes:
    return derive_installation("subprocessor subscriptions: links")
