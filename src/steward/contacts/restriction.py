"""Whose data are kept and not used (GDPR article 18), and who wants no direct mail (article 21): asked, set and lifted.

Whatever does something with people by itself asks before: see `tickets.restriction` for what is about tickets.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction

from steward.contacts.actions import fold_email
from steward.contacts.models import Contact, ContactAddress
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.holds.actions import let_erasures_end, lift_hold, place_hold
from steward.privacy.holds.models import LegalHold


def restricted_among(contacts: Collection[UUID]) -> set[UUID]:
    """Those of the contacts whose data are only kept."""
    if not contacts:
        return set()
    found = Contact.objects.filter(pk__in=contacts, restricted_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def restricted_behind(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, folded, that belong to somebody whose data are only kept."""
    folded = {fold_email(address) for address in addresses}
    if not folded:
        return set()
    found = ContactAddress.objects.filter(folded__in=folded, contact__restricted_at__isnull=False)
    return set(found.values_list("folded", flat=True))


def objected_among(contacts: Collection[UUID]) -> set[UUID]:
    """Those of the contacts who want no direct mail. Whoever writes to many asks this first."""
    if not contacts:
        return set()
    return set(Contact.objects.filter(pk__in=contacts, objected_at__isnull=False).values_list("pk", flat=True))


def restrict_contact(contact: Contact, ground: Contact.Ground, *, actor: Actor) -> None:
    """From now on their data are kept and not used: a hold keeps them, and nothing else is done with them.

    Restricting again changes the ground. Waits for what is being erased just now.
    """
    with transaction.atomic():
        let_erasures_end()
        fresh = Contact.objects.filter(pk=contact.pk, restricted_at=None)
        is_new = bool(fresh.update(restricted_at=now(), restricted_for=ground))
        if is_new:
            place_hold(LegalHold.On.CONTACT, contact.pk, basis=LegalHold.Basis.RESTRICTION, actor=actor)
        else:
            Contact.objects.filter(pk=contact.pk).update(restricted_for=ground)
        record("contact.restricted", contact, actor=actor, changes={"reason": ground.value})
    contact.refresh_from_db()


def lift_restriction(contact: Contact, *, actor: Actor) -> None:
    """Their data are used as everybody's again; they are told before (article 18(3)). Twice changes nothing."""
    with transaction.atomic():
        held = Contact.objects.filter(pk=contact.pk, restricted_at__isnull=False)
        if held.update(restricted_at=None, restricted_for=""):
            ours = LegalHold.objects.in_force().filter(
                on=LegalHold.On.CONTACT, object_id=contact.pk, basis=LegalHold.Basis.RESTRICTION
            )
            for hold in ours:
                lift_hold(hold, actor=actor, because=LegalHold.Lifted.ASKED)
            record("contact.restriction_lifted", contact, actor=actor)
    contact.refresh_from_db()


def object_to_mail(contact: Contact, *, actor: Actor) -> None:
    """They want no direct mail, and get none (article 21(3)). Twice changes nothing."""
    with transaction.atomic():
        if Contact.objects.filter(pk=contact.pk, objected_at=None).update(objected_at=now()):
            record("contact.objected", contact, actor=actor)
    contact.refresh_from_db()


def withdraw_objection(contact: Contact, *, actor: Actor) -> None:
    """They said that they want it after all. Twice changes nothing."""
    with transaction.atomic():
        if Contact.objects.filter(pk=contact.pk, objected_at__isnull=False).update(objected_at=None):
            record("contact.objection_withdrawn", contact, actor=actor)
    contact.refresh_from_db()
