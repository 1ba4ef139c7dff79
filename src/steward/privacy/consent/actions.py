"""Giving consent and taking it back: one act each, written down with its proof."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from steward.contacts.models import Contact
from steward.contacts.restriction import withdraw_objection
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.consent.collectors import collectors_now
from steward.privacy.consent.models import ConsentRecord, Purpose, PurposeText
from steward.privacy.consent.purposes import in_language, newest_text

Who = Contact | UUID
"""A contact, or the id of a visitor who is not known to be one."""

LONGEST_NOTE = 500


class NotAsked(ValueError):
    """The purpose is retired, the words were never published, or the moment is none that consent can be given in."""


class Overtaken(ValueError):
    """They took it back, or objected to advertising, after that moment: what is older does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How somebody said yes. `version` 0 is the newest words; `at` is earlier only where it is noted later.

    `address` is the IP address as it was; only its network is kept.
    """

    channel: str
    language: str = ""
    version: int = 0
    widget: str = ""
    address: str = ""
    message_id: UUID | None = None
    note: str = ""
    at: datetime | None = None


def give(who: Who, purpose: Purpose, proof: Proof, *, actor: Actor) -> ConsentRecord:
    """Write down that somebody consents, with who collects just now. What stood before ends as renewed.

    One that is older than what stands is written down as renewed by that. Raises `NotAsked` or `Overtaken`. Two at once
    make one record.
    """
    text, at = _text_shown(purpose, proof), proof.at or now()
    if purpose.retired_at is not None or at > now():
        raise NotAsked(purpose.code)
    withdrawn = records_of(who).filter(purpose=purpose, ended_at__gt=at).exclude(ended_how=ConsentRecord.RENEWED)
    if withdrawn.exists() or _has_objected_since(who, purpose, at):
        raise Overtaken(purpose.code)
    try:
        with transaction.atomic():
            return _given(who, purpose, text, proof, at, actor)
    except IntegrityError:
        return records_of(who).get(purpose=purpose, ended_at=None)  # a double click: the other one was first


def withdraw(who: Who, purpose: Purpose, *, how: str, actor: Actor, note: str = "") -> bool:
    """They take it back, and from now on nothing is done by it. `how` is one of `ConsentRecord.Channel`.

    Whatever is done by it stops in this transaction (`processing`). Returns whether there was anything to take back.
    """
    with transaction.atomic():
        standing = records_of(who).filter(purpose=purpose, ended_at=None)
        found = standing.select_for_update(no_key=True, of=("self",)).select_related("text").first()
        if found is None:
            return False
        _end(found, ConsentRecord.Channel(how).value, now(), actor, note)
        record("consent.withdrawn", found, actor=actor, changes=_told(found, purpose, how))
    return True


def records_of(who: Who) -> "QuerySet[ConsentRecord]":
    """Everything they ever said; of a visitor only what has not become a contact's."""
    if isinstance(who, Contact):
        return ConsentRecord.objects.filter(contact=who)
    return ConsentRecord.objects.filter(visitor=who, contact=None)


def network_of(address: str) -> str:
    """The network of an IP address: 256 addresses of IPv4 (/24), a site of IPv6 (/48). Empty for what is none."""
    try:
        one = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(one, "ipv4_mapped", None) or one
    return str(ip_network(f"{mapped}/{24 if mapped.version == 4 else 48}", strict=False))


def _given(
    who: Who, purpose: Purpose, text: PurposeText, proof: Proof, at: datetime, actor: Actor
) -> ConsentRecord:  # fmt: skip
    standing = records_of(who).filter(purpose=purpose, ended_at=None)
    before = standing.select_for_update(no_key=True, of=("self",)).first()
    newer = before if before is not None and before.given_at > at else None
    if before is not None and newer is None:
        _end(before, ConsentRecord.RENEWED, at, actor)
    given: ConsentRecord = ConsentRecord.objects.create(
        **_whose(who),
        purpose=purpose,
        text=text,
        language=in_language(text.words, proof.language)[0],
        collectors=collectors_now(),
        given_at=at,
        channel=ConsentRecord.Channel(proof.channel),
        widget=proof.widget[:LONGEST_NOTE],
        network=network_of(proof.address),
        message_id=proof.message_id,
        note=proof.note[:LONGEST_NOTE],
        given_by_kind=actor.kind.value,
        given_by_id=actor.id,
        **_ended_by(newer, actor),
    )
    record("consent.given", given, actor=actor, changes=_told(given, purpose, given.channel))
    if newer is None and purpose.place == Purpose.Place.NEWSLETTER and isinstance(who, Contact):
        withdraw_objection(who, actor=actor)  # they want it after all (article 21(2)): the newer word counts
    return given


def _ended_by(newer: ConsentRecord | None, actor: Actor) -> dict[str, Any]:
    """How one ends that is brought along after a newer one was given."""
    if newer is None:
        return {}
    by = {"ended_by_kind": actor.kind.value, "ended_by_id": actor.id}
    return {"ended_at": newer.given_at, "ended_how": ConsentRecord.RENEWED, **by}


def _has_objected_since(who: Who, purpose: Purpose, at: datetime) -> bool:
    """Whether they wanted no advertising any more after that moment (article 21(3))."""
    if purpose.place != Purpose.Place.NEWSLETTER or not isinstance(who, Contact):
        return False
    return Contact.objects.filter(pk=who.pk, objected_at__gt=at).exists()


def _whose(who: Who) -> dict[str, Any]:
    return {"contact": who, "known_as": who.pk} if isinstance(who, Contact) else {"visitor": who}


def _text_shown(purpose: Purpose, proof: Proof) -> PurposeText:
    if not proof.version:
        return newest_text(purpose)
    text: PurposeText | None = PurposeText.objects.filter(purpose=purpose, number=proof.version).first()
    if text is None:
        raise NotAsked(f"{purpose.code} has no words of version {proof.version}")
    return text


def _end(found: ConsentRecord, how: str, at: datetime, actor: Actor, note: str = "") -> None:
    ended = {"ended_at": at, "ended_how": how, "ended_note": note[:LONGEST_NOTE]}
    by = {"ended_by_kind": actor.kind.value, "ended_by_id": actor.id}
    ConsentRecord.objects.filter(pk=found.pk, ended_at=None).update(**ended, **by)


def _told(found: ConsentRecord, purpose: Purpose, channel: str) -> dict[str, object]:
    """Codes: whose it is says the record alone, so that nobody is named by an event that outlives it."""
    return {"purpose": purpose.code, "version": found.text.number, "channel": str(channel)}
