"""What the parameter of the addresses of erasures holds: one planned, one that failed, one that is done."""

from typing import Any
from uuid import UUID

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.actions import plan_erasure
from steward.privacy.erasure.certifying import certified
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.privacy.recipients.collecting import listed_for
from steward.privacy.recipients.models import Recipient, to_seal
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

_BELOW = "console/settings/privacy/erasures/<uuid:erasure_id>"


def samples_of_erasures(account: Account, contact_id: UUID) -> dict[str, Any]:
    """By the name of the parameter, and by route where only one of a kind fits. `contact_id` is somebody's own."""
    done = _erasure(account, contact_id, Erasure.State.DONE)
    with account_scope(account.pk):
        telling = listed_for(Erasure.objects.get(pk=done))
        whom = {"names": ["Eli"], "addresses": ["eli@example.org"]}
        Recipient.objects.create(telling=telling, kind=Recipient.Kind.SERVICE, host="ai.example", sealed=to_seal(whom))
    return {
        "telling_id": telling.pk,
        "erasure_id": _erasure(account, contact_id, Erasure.State.PLANNED),
        f"{_BELOW}/again erasure_id": _erasure(account, contact_id, Erasure.State.FAILED),
        f"{_BELOW}/certificate.pdf erasure_id": done,
        f"{_BELOW}/certificate.json erasure_id": done,
    }


def _erasure(account: Account, contact_id: UUID, state: Erasure.State) -> UUID:
    """As it stands in the table after that; nothing is erased for it."""
    with account_scope(account.pk):
        erasure = plan_erasure(Extent(contacts=(contact_id,)), actor=SYSTEM)
        at = now()
        if state != Erasure.State.PLANNED:
            erasure.state, erasure.started_at, erasure.finished_at = state, at, at
        if state == Erasure.State.DONE:
            erasure.backups_end_at, erasure.extent = at, None
            erasure.certificate, erasure.certificate_sha256 = certified(erasure)
        if state == Erasure.State.FAILED:
            erasure.left = {"tickets.tickets": 1}
        erasure.save()
    return erasure.pk
