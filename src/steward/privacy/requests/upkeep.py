"""What happens to requests by the clock."""

from contextlib import suppress

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.models import Erasure
from steward.privacy.requests.actions.carrying_out import close
from steward.privacy.requests.actions.warning import warn_of_ends
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.passing_on import warn_of_untold_requests
from steward.privacy.requests.states import S, WrongState
from steward.tenancy.models import SHUT_FOR_GOOD, Account
from steward.tenancy.scope import upkeep_scope


def warn_accounts() -> None:
    """Warn every account of requests whose time runs out; suspended ones too, the law does not wait for them."""
    for account_id in Account.objects.exclude(state__in=SHUT_FOR_GOOD).values_list("id", flat=True):
        with upkeep_scope(account_id):
            warn_of_ends()
            warn_of_untold_requests()


def close_erasures() -> None:
    """Close what is answered of requests to be erased, in every account, once the last backup from before is gone.

    Until it is closed a request knows who asked: nobody has to think of it for that to be forgotten.
    """
    for account_id in Account.objects.values_list("id", flat=True):
        with upkeep_scope(account_id):
            gone = Erasure.objects.filter(backups_end_at__lte=now()).values("pk")
            waiting = PrivacyRequest.objects.filter(state=S.BACKUPS_EXPIRING, erasure_id__in=gone)
            for request in waiting.exclude(answered_at=None).order_by("pk"):
                with suppress(WrongState):  # somebody closes it in this moment
                    close(request, actor=SYSTEM)
