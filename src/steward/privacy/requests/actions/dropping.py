"""Requests that were kept as proof for long enough."""

from collections.abc import Collection
from uuid import UUID

from steward.events.models import Event
from steward.outbox.models import OutgoingMail
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import ENDED


def drop_requests(requests: Collection[UUID]) -> int:
    """Delete requests that are closed or refused, with what their events said and the mails about them.

    That there was something stays in the events. Returns how many went.
    """
    locked = PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(requests))
    keys = list(locked.filter(state__in=ENDED).order_by("pk").values_list("pk", flat=True))
    OutgoingMail.objects.filter(about__in=keys).delete()
    Event.objects.filter(object_id__in=keys, changes__isnull=False).update(changes=None, salt=None)
    PrivacyRequest.objects.filter(pk__in=keys).delete()
    return len(keys)
