"""What somebody is given of mail that went, or was to go, to them."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import JSONField, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.utils.translation import pgettext_lazy

from steward.lib.naming import names_others
from steward.outbox.models import OutgoingMail
from steward.privacy.inventory.exporting import Record, moment

FIELDS = frozenset(f"outbox.OutgoingMail.{name}" for name in ("internet_id", "envelope_to", "server_words"))
COLUMNS = {
    "at": pgettext_lazy("export of a person", "When"),
    "to": pgettext_lazy("export of a person", "To which address"),
    "state": pgettext_lazy("export of a person", "State"),
    "server_words": pgettext_lazy("export of a person", "What the receiving server said"),
}


def addressed(addresses: Iterable[str]) -> "QuerySet[OutgoingMail]":
    """Mails to one of the addresses, alone or among others, or refused for one. Reads every mail of the account."""
    wanted = list(addresses)
    if not wanted:
        return OutgoingMail.objects.none()
    folded = Cast(Lower(Cast("envelope_to", TextField())), JSONField())
    told = reduce(or_, (Q(said__contains=address) for address in wanted))
    mails = OutgoingMail.objects.annotate(folded=folded, said=Lower("server_words"))
    return mails.filter(Q(folded__has_any_keys=wanted) | told)


def records_of(mails: "QuerySet[OutgoingMail]", addresses: frozenset[str]) -> Iterator[Record]:
    """Those of the mails that are to somebody, without whom else they went to."""
    needed = ("internet_id", "envelope_to", "server_words", "state", "purpose", "about", "created_at")
    for one in mails.only(*needed).order_by("created_at", "pk").iterator():
        theirs = [each for each in one.envelope_to if each.lower() in addresses]
        said = one.server_words if not names_others(one.server_words, addresses) else ""
        if theirs or said:
            yield _record(one.pk, one, theirs, said)


def _record(key: UUID, mail: OutgoingMail, theirs: list[str], said: str) -> Record:
    return {
        "id": str(key),
        "at": moment(mail.created_at),
        "purpose": mail.purpose,
        "state": mail.state,
        "to": theirs,
        "internet_id": mail.internet_id,
        "server_words": said,
    }
