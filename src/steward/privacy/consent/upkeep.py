"""Records that prove nothing any more go: long after they ended, or of visitors who were to be asked anew."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from steward.lib.clock import now
from steward.privacy.consent.asking import VISITOR_LASTS
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.holds.models import LegalHold
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

# Claims about what was done with consent: three years are the usual limit, from the end of the last year they concern.
KEPT_ENDED = timedelta(days=4 * 365)
_BATCH = 5_000


def forget_ended() -> int:
    """In every account; returns how many went. The person's own go with the person at the latest."""
    return sum(
        _forget_in(account_id) for account_id in list(Account.objects.order_by("pk").values_list("pk", flat=True))
    )


def _forget_in(account_id: UUID) -> int:
    """What a legal hold keeps stays: on the person, or on the whole account."""
    at, gone = now(), 0
    past = Q(ended_at__lte=at - KEPT_ENDED) | Q(contact=None, given_at__lte=at - VISITOR_LASTS)
    while True:
        with upkeep_scope(account_id):
            held = set(LegalHold.objects.in_force().values_list("object_id", flat=True))
            if account_id in held:
                return gone
            free = ConsentRecord.objects.filter(past).exclude(contact__in=held)
            keys = list(free.order_by("pk").values_list("pk", flat=True)[:_BATCH])
            gone += ConsentRecord.objects.filter(pk__in=keys).delete()[0]
        if len(keys) < _BATCH:
            return gone
