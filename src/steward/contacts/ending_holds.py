"""Lifting a hold by hand: where it keeps the data of somebody who had them restricted, the restriction ends with it.

Else their data would go by the next rule of retention, and the page would still say that they are kept.
"""

from steward.contacts.models import Contact
from steward.contacts.restriction import lift_restriction
from steward.lib.actor import Actor
from steward.privacy.holds.actions import lift_hold
from steward.privacy.holds.models import LegalHold


def restricted_by(hold: LegalHold) -> Contact | None:
    """Whose restriction a hold in force stands for (GDPR article 18); they are told before it ends."""
    if hold.lifted_at is not None or (hold.on, hold.basis) != (LegalHold.On.CONTACT, LegalHold.Basis.RESTRICTION):
        return None
    return Contact.objects.filter(pk=hold.object_id, restricted_at__isnull=False).first()


def end_hold(hold: LegalHold, *, actor: Actor, because: str = LegalHold.Lifted.OVER) -> None:
    """Lift a hold, and the restriction it stands for. Twice changes nothing."""
    restricted = restricted_by(hold)
    if restricted is None:
        lift_hold(hold, actor=actor, because=because)
    else:
        lift_restriction(restricted, actor=actor)
