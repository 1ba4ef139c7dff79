"""What support is shown of an account's matters of privacy while a grant opens them: kinds and times, nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from steward.privacy.erasure.models import Erasure
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.support_access.models import Area, SupportGrant
from steward.privacy.support_access.scope import staff_scope

MOST = 50  # of each kind


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request of a person; `answered_at` is None while its clock runs."""

    type: str
    state: str
    received_at: datetime
    due_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenErasure:
    """An erasure that was planned or ordered."""

    planned_at: datetime
    finished_at: datetime | None
    backups_end_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenHold:
    """A legal hold in force."""

    on: str
    basis: str
    placed_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SeenPrivacy:
    """The newest of each, and what is held."""

    grant: SupportGrant
    requests: Sequence[SeenRequest]
    erasures: Sequence[SeenErasure]
    holds: Sequence[SeenHold]


def read_privacy(account_id: UUID, operator_id: UUID) -> SeenPrivacy:
    """Leaves one entry, as `support_access.reading` does; raises `NoGrant` and `SealedAccount`."""
    with staff_scope(account_id, operator_id=operator_id, area=Area.PRIVACY) as looking:
        looking.note("support.privacy_read", looking.grant)
        # Sorted by what may be read: other columns are shut, and the index by which pages sort may hold them.
        requests = PrivacyRequest.objects.exclude(state=PrivacyRequest.State.NOT_ONE).order_by("-received_at", "-id")
        asked = requests.values_list("type", "state", "received_at", "due_at", "answered_at")[:MOST]
        erasures = Erasure.objects.order_by(F("planned_at").desc(), "-id")
        ordered = erasures.values_list("planned_at", "finished_at", "backups_end_at")[:MOST]
        holds = LegalHold.objects.in_force().order_by("-placed_at", "id")[:MOST]
        return SeenPrivacy(
            grant=looking.grant,
            requests=[SeenRequest(*row) for row in asked],
            erasures=[SeenErasure(*row) for row in ordered],
            holds=[SeenHold(one.on, one.basis, one.placed_at, one.until) for one in holds],
        )
