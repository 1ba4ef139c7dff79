"""Consents that come to another contact: a visitor turns out to be one, or two contacts become one."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from steward.contacts.models import Contact
from steward.events.actions import Happening, record_many
from steward.lib.actor import Actor
from steward.privacy.consent.models import ConsentRecord


def carry_visitor(visitor: UUID, contact: Contact, *, actor: Actor) -> int:
    """What a visitor said is from now on what the contact said; the records keep the visitor's id. Returns how many."""
    return _carry(ConsentRecord.objects.filter(visitor=visitor, contact=None), contact, actor)


def carry_contact(gone: Contact, contact: Contact, *, actor: Actor) -> int:
    """What one contact said is from now on what the other said; `known_as` keeps who it was. Returns how many.

    For who makes one contact of two, in the same transaction.
    """
    return _carry(ConsentRecord.objects.filter(contact=gone), contact, actor)


def _carry(found: "QuerySet[ConsentRecord]", contact: Contact, actor: Actor) -> int:
    with transaction.atomic():
        theirs = ConsentRecord.objects.filter(contact=contact).select_for_update(no_key=True, of=("self",))
        mine, coming = list(theirs), list(found.select_for_update(no_key=True, of=("self",)))
        _let_the_last_word_count([*mine, *coming])
        ConsentRecord.objects.filter(pk__in=[one.pk for one in coming]).update(contact=contact)
        record_many([Happening("consent.carried", one) for one in coming], actor=actor)
    return len(coming)


def _let_the_last_word_count(records: list[ConsentRecord]) -> None:
    """Of one purpose one record stands at most, and none that was given before the last withdrawal."""
    by_purpose: defaultdict[UUID, list[ConsentRecord]] = defaultdict(list)
    for one in records:
        by_purpose[one.purpose_id].append(one)
    for said in by_purpose.values():
        withdrawn = max((one.ended_at for one in said if one.is_withdrawn and one.ended_at), default=None)
        standing = sorted((one for one in said if one.stands), key=lambda one: (one.given_at, one.pk))
        for one in standing:
            if withdrawn is not None and one.given_at < withdrawn:
                last = next(each for each in said if each.ended_at == withdrawn and each.is_withdrawn)
                _end(one, last.ended_how, max(withdrawn, one.given_at), last)
            elif one is not standing[-1]:
                _end(one, ConsentRecord.RENEWED, standing[-1].given_at, standing[-1])


def _end(one: ConsentRecord, how: str, at: object, by: ConsentRecord) -> None:
    who = {"ended_by_kind": by.ended_by_kind or by.given_by_kind, "ended_by_id": by.ended_by_id or by.given_by_id}
    ConsentRecord.objects.filter(pk=one.pk).update(ended_at=at, ended_how=how, **who)
