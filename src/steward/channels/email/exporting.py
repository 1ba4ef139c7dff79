"""What somebody is given of how their mails came: from where, and whole where no message was made of one."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import pgettext_lazy

from steward.channels.email import spool
from steward.channels.email.models import RawMail
from steward.privacy.inventory.exporting import Enclosed, Part, Record, Section, moment, register

_NEEDED = ("source", "state", "envelope_from", "client", "size", "received_at", "message_id")


def _of_messages(part: Part) -> "QuerySet[RawMail]":
    if not part.any_tickets:
        return RawMail.objects.none()
    return RawMail.objects.filter(message__ticket__in=part.any_tickets, message__contact__in=part.contacts)


def _of_nothing(part: Part) -> "QuerySet[RawMail]":
    """Mails of theirs that no message was made of: they wait, came twice, or were reports and loops."""
    if not part.is_first or not part.addresses:
        return RawMail.objects.none()
    mails = RawMail.objects.annotate(sender=Lower("envelope_from"))
    return mails.filter(message=None, sender__in=part.addresses)


def _received(part: Part) -> Iterator[Record]:
    for mails in (_of_messages(part), _of_nothing(part)):
        for one in mails.only(*_NEEDED).order_by("received_at", "pk").iterator():
            is_theirs = one.envelope_from.lower() in part.addresses
            yield {
                "at": moment(one.received_at),
                "message": str(one.message_id) if one.message_id else None,
                "way": one.source,
                "state": one.state,
                "from": one.envelope_from if is_theirs else "",
                "network_address": one.client.get("ip", ""),
                "server": one.client.get("helo", ""),
                "checks": {key: one.client[key] for key in ("spf", "dkim", "dmarc") if key in one.client},
                "bytes": one.size,
                "file": None if one.message_id else _path(one),
            }


def _enclosed(part: Part) -> Iterator[Enclosed]:
    for one in _of_nothing(part).order_by("pk"):
        yield Enclosed(_path(one), one.received_at, one.size, lambda mail=one: [spool.read(mail)])  # type: ignore[misc]


def _path(mail: RawMail) -> str:
    return f"files/mails/{mail.pk.hex}.eml"


register(
    Section(
        name="mails_received",
        title=pgettext_lazy("export of a person", "How your mails came"),
        fields=frozenset({"email.RawMail.envelope_from", "email.RawMail.client"}),
        records=_received,
        columns={
            "at": pgettext_lazy("export of a person", "When"),
            "from": pgettext_lazy("export of a person", "Address"),
            "network_address": pgettext_lazy("export of a person", "Network address"),
            "server": pgettext_lazy("export of a person", "Name of the sending server"),
        },
        enclosed=_enclosed,
    )
)
