"""An account's own register of breaches, and whom to reach there about data protection. In the account's scope."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.incidents.account_models import DisclosureNotice, DpoContact, Notice, OwnIncident
from steward.privacy.incidents.facts import WORDS, copied
from steward.privacy.incidents.models import Letter
from steward.privacy.incidents.wordings import WRITTEN

_WRITTEN = (
    "title", "kinds", "detected_at", "aware_at", *WORDS, "persons", "records", "risk", "authority_told_at",
    "authority_reference", "authority_why_not", "persons_told", "persons_told_because",
)  # fmt: skip


def note_own(said: Mapping[str, Any], *, actor: Actor) -> OwnIncident:
    """Write a breach into the account's register. `said` holds fields of `OwnIncident`."""
    known = {name: said[name] for name in _WRITTEN if name in said}
    with transaction.atomic():
        one = OwnIncident.objects.create(noted_at=now(), noted_by=actor.id, **known)
        record("own_incident.noted", one, actor=actor)
    return one


def change_own(one: OwnIncident, said: Mapping[str, Any], *, actor: Actor) -> list[str]:
    """Write down what is known now; returns the names of what changed."""
    changed = [name for name in _WRITTEN if name in said and getattr(one, name) != said[name]]
    if changed:
        with transaction.atomic():
            OwnIncident.objects.filter(pk=one.pk).update(**{name: said[name] for name in changed})
            record("own_incident.changed", one, actor=actor, changes={"fields": changed})
        one.refresh_from_db()
    return changed


def close_own(one: OwnIncident, *, actor: Actor) -> bool:
    """Nothing is left to be done; False where it was closed already."""
    with transaction.atomic():
        if not OwnIncident.objects.filter(pk=one.pk, closed_at=None).update(closed_at=now()):
            return False
        record("own_incident.closed", one, actor=actor)
    one.refresh_from_db()
    return True


def take_on(notice: Notice, *, language: str, actor: Actor) -> OwnIncident:
    """Take what the installation told into the account's own register, once. It knows since its first notice.

    In the words of `language` where there are any.
    """
    with transaction.atomic():
        words = {name: notice.said(name, language)[0] for name in WRITTEN}
        known = copied(notice, aware_at=notice.first_at, noted_at=now(), noted_by=actor.id) | words
        one, is_new = OwnIncident.objects.get_or_create(incident_id=notice.incident_id, defaults=known)
        if is_new:
            record("own_incident.taken_on", one, actor=actor, changes={"number": notice.number})
    return one


def own_incidents() -> list[OwnIncident]:
    """Those of the account, open ones first, then the newest."""
    return sorted(OwnIncident.objects.order_by("-noted_at"), key=lambda one: one.closed_at is not None)


def get_own(incident_id: UUID) -> OwnIncident:
    """Raises `OwnIncident.DoesNotExist`."""
    return OwnIncident.objects.get(pk=incident_id)


def notices() -> list[Notice]:
    """What the account was told of incidents, the newest first."""
    return list(Notice.objects.order_by("-at", "-phase"))


def notices_of(incident_id: UUID) -> list[Notice]:
    """The notices of one incident, the newest first; none where the account was not told of it."""
    return list(Notice.objects.filter(incident_id=incident_id).order_by("-phase"))


def disclosure_notices() -> list[DisclosureNotice]:
    """What the account was told of demands by law, the newest first."""
    return list(DisclosureNotice.objects.order_by("-at"))


def letters_of(notice_ids: list[UUID]) -> list[Letter]:
    """The mails of notices of the account: the ids come from rows in its scope."""
    return list(Letter.objects.filter(notice_id__in=notice_ids).order_by("at", "id"))


def dpo_contact() -> DpoContact | None:
    """Whom to reach about data protection; None: nobody is named."""
    return DpoContact.objects.first()


def name_dpo(name: str, email: str, phone: str, *, actor: Actor) -> DpoContact:
    """Say whom to reach; who was named before is forgotten."""
    with transaction.atomic():
        said = {"name": name, "email": email, "phone": phone, "changed_at": now()}
        one, _is_new = DpoContact.objects.update_or_create(defaults=said)
        record("dpo.named", one, actor=actor)
    return one


def remove_dpo(*, actor: Actor) -> bool:
    """Name nobody any more; what was known of them is deleted. False where nobody was named."""
    with transaction.atomic():
        one = DpoContact.objects.first()
        if one is None:
            return False
        record("dpo.removed", one, actor=actor)
        one.delete()
    return True
