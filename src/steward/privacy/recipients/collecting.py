"""Preparing a telling: who is to be told, and what their letter names.

Of an erasure it is prepared in the transaction of each step, before anything of it goes; afterwards nobody knows whom
it was about. What a letter names stays until its recipient is told, or `letting_go` lets go of it.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from steward.contacts.models import Contact
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import register_outside
from steward.privacy.inventory.stores import Extent
from steward.privacy.recipients.finding import MOST, Whom, companies, correspondents, tickets_of
from steward.privacy.recipients.models import WITH_LETTER, Recipient, Telling, to_seal

_OF_PERSONS = frozenset({Erasure.Of.PERSON, Erasure.Of.NAMELESS})


class Steps:
    """The steps of an erasure, as they are taken: recipients lie outside, and are told when all of it is done."""

    def prepare(self, erasure_id: UUID, extent: Extent) -> None:
        of, known = Erasure.objects.values_list("of", "extent__addresses").get(pk=erasure_id)
        if of not in _OF_PERSONS:
            return
        addresses = tuple(dict.fromkeys((*(known or ()), *extent.addresses)))
        if extent.tickets:
            _add_correspondents(telling_of(Telling.Of.ERASURE, erasure_id), extent.tickets, Whom((), addresses))
        if extent.contacts or extent.addresses:
            names = (*_names(extent.contacts), *_taken_over(telling_of(Telling.Of.ERASURE, erasure_id), addresses))
            whom = Whom(tuple(dict.fromkeys(names)), addresses)
            prepare(Telling.Of.ERASURE, erasure_id, whom, contacts=extent.contacts if extent.keeps_tickets else ())

    def reach(self, account_id: UUID, erasure_id: UUID) -> bool:
        return True


register_outside(Steps())


def prepare(
    of: Telling.Of, about_id: UUID, whom: Whom, *, contacts: Collection[UUID] = (), corrected: UUID | None = None
) -> Telling:
    """Note who is to be told, each with what their letter names. `contacts` are those whose tickets are looked through.

    `corrected` is the contact whose data were corrected: the letter says how they read then. Done again it adds what is
    new.
    """
    with transaction.atomic():
        telling = telling_of(of, about_id)
        if corrected:
            Telling.objects.filter(pk=telling.pk).update(contact_id=corrected)
        if contacts:
            _add_correspondents(telling, tickets_of(contacts), whom)
        _add_companies(telling, whom)
    return telling


def telling_of(of: Telling.Of, about_id: UUID) -> Telling:
    """The one there is, or a new one without anybody in it."""
    return Telling.objects.get_or_create(about_id=about_id, defaults={"of": of, "prepared_at": now()})[0]


def listed_for(erasure: Erasure) -> Telling:
    """The telling of an erasure that is done. Of tickets alone it names nobody: there are no letters then."""
    telling = telling_of(Telling.Of.ERASURE, erasure.pk)
    if not erasure.certificate:  # later ones got nothing that was erased before
        _add_companies(telling, None)
    return telling


def _add_companies(telling: Telling, whom: Whom | None) -> None:
    known = set(telling.recipients.exclude(kind=Recipient.Kind.CORRESPONDENT).values_list("kind", "host"))
    if known and whom is None:
        return
    Recipient.objects.bulk_create(
        Recipient(
            telling=telling,
            kind=one.traffic,
            engagement=one.engagement,
            host=one.host,
            name=one.name,
            address=one.address or _typed_before(one.traffic, one.host),
            purposes=list(one.purposes),
            last_at=one.last_at,
            sealed=to_seal(one.needs_of(whom) if whom else None),
        )
        for one in companies()
        if (one.traffic, one.host) not in known
    )


def _typed_before(kind: str, host: str) -> str:
    """The address somebody typed for this company the last time: the registry knows none of an account's own."""
    typed = Recipient.objects.filter(kind=kind, host=host).exclude(address="").order_by("-pk")
    return typed.values_list("address", flat=True).first() or ""


def _add_correspondents(telling: Telling, tickets: Collection[UUID], whom: Whom) -> None:
    known = {one.address: one for one in telling.recipients.filter(kind=Recipient.Kind.CORRESPONDENT)}
    room = max(0, MOST - len(known))
    for address, seen in correspondents(tickets, whom).items():
        if address not in known and not room:
            continue
        room -= address not in known
        one = known.get(address) or Recipient(telling=telling, kind=Recipient.Kind.CORRESPONDENT, address=address)
        seen_before = set((one.identifiers or {}).get("addresses", []))
        if not seen_before.issuperset(seen):
            one.identifiers = {"names": [], "addresses": sorted({*seen_before, *seen})}
            one.save()


def _taken_over(telling: Telling, addresses: Collection[str]) -> list[str]:
    """Of an erasure of the same person that failed: whom its letters are to. Returns the names they name.

    It may have erased the tickets by which they were found, and the name.
    """
    failed = Erasure.objects.filter(state=Erasure.State.FAILED).values("pk")
    letters = Recipient.objects.filter(WITH_LETTER, telling__about_id__in=failed).order_by("pk")
    theirs = [one for one in letters if one.names_any(addresses)]
    known = set(telling.recipients.values_list("address", flat=True))
    people = [one.pk for one in theirs if one.kind == Recipient.Kind.CORRESPONDENT and one.address not in known]
    Recipient.objects.filter(pk__in=people).update(telling=telling)
    return [name for one in theirs for name in (one.identifiers or {})["names"]]


def _names(contacts: Collection[UUID]) -> tuple[str, ...]:
    named = Contact.objects.filter(pk__in=list(contacts)).exclude(name="").order_by("pk")
    return tuple(named.values_list("name", flat=True))
