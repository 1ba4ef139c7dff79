"""In which tickets requests are answered: to a person whose data are only kept, mail goes out of these alone."""

from collections.abc import Collection
from uuid import UUID

from steward.privacy.requests.models import PrivacyRequest
from steward.tickets.restriction import answers_requests


@answers_requests
def _tickets_of_requests(tickets: Collection[UUID]) -> list[UUID]:
    found = (
        PrivacyRequest.objects.filter(ticket__in=tickets)
        .exclude(state=PrivacyRequest.State.NOT_ONE)
        .values_list("ticket", flat=True)
    )
    return [ticket for ticket in found if ticket]
