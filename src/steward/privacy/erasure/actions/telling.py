"""Noting that a recipient was told of an erasure: the certificate says who was told, when and by whom."""

import json

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.privacy.erasure.certifying import note_in_ledger, sealed
from steward.privacy.erasure.models import Erasure


def note_told(erasure: Erasure, host: str, *, actor: Actor) -> bool:
    """The recipient at this server was told. The certificate is made anew with it, and has a digest of its own.

    False where there is no such recipient, or it was told before.
    """
    with transaction.atomic():
        locked = Erasure.objects.select_for_update(no_key=True).get(pk=erasure.pk)
        told = json.loads(locked.certificate) if locked.certificate else {}
        waiting = [one for one in told.get("recipients", []) if one["host"] == host and not one["told_at"]]
        if not waiting:
            return False
        for one in waiting:
            one |= {"told_at": now().isoformat(), "told_by": str(actor.id) if actor.id else None}
        locked.certificate, locked.certificate_sha256 = sealed(told)
        locked.save(update_fields=["certificate", "certificate_sha256"])
        record("erasure.recipient_told", locked, actor=actor)
        note_in_ledger(locked)
    erasure.refresh_from_db()
    return True
