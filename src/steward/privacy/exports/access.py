"""Who may export persons, and reading exports."""

from uuid import UUID

from steward.people.access import may
from steward.people.models import Membership
from steward.people.tokens import hashed_token
from steward.privacy.exports.models import Export
from steward.privacy.requests.models import PrivacyRequest

SHOWN = 50  # of the newest
# By which export a request is answered.
KINDS = {
    PrivacyRequest.Type.ACCESS: Export.Kind.ACCESS,
    PrivacyRequest.Type.PORTABILITY: Export.Kind.PORTABILITY,
}


def can_export(me: Membership) -> bool:
    """Have everything that is held about a person put together, and download it."""
    return may(me, "person:export")


def get_export(export_id: UUID) -> Export:
    """One of the account in scope; raises `Export.DoesNotExist`."""
    return Export.objects.select_related("contact").get(pk=export_id)


def get_request_to_export(request_id: UUID) -> PrivacyRequest:
    """A request that an export answers; raises `PrivacyRequest.DoesNotExist`, for others too."""
    return PrivacyRequest.objects.get(pk=request_id, type__in=KINDS)


def newest_exports() -> list[Export]:
    """The newest exports of the account in scope."""
    return list(Export.objects.select_related("contact").order_by("-asked_at", "-pk")[:SHOWN])


def export_behind(token: str) -> Export:
    """The export a link of a person leads to, as long as its archive is there; raises `Export.DoesNotExist`."""
    export = Export.objects.get(link_hash=hashed_token(token))  # never NULL: that would be every one without a link
    if not export.is_there():
        raise Export.DoesNotExist
    return export
