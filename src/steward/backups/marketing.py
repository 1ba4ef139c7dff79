"""Who took back, after a backup was made, that they may be written to: a restored database would have them again.

They belong to no account, and in the ledger they are an id that nothing else has.
"""

from collections.abc import Iterable
from uuid import UUID

from steward.lib.clock import now
from steward.marketing.consents import withdraw
from steward.marketing.models import MarketingConsent
from steward.privacy.erasure.ledger import write_stop
from steward.privacy.erasure.ledger_lines import Stopped

MARKETING = "marketing"
_NO_ACCOUNT = UUID(int=0)


def note_taken_back(consent_id: UUID) -> None:
    """Write it down, durably. Raises `LedgerBroken`."""
    write_stop(_NO_ACCOUNT, what=MARKETING, key=str(consent_id), state="withdrawn", said_at=now().isoformat())


def there_again(lines: Iterable[Stopped]) -> list[Stopped]:
    """Those of the lines whose person may be written to here."""
    told = {UUID(line.key): line for line in lines if line.what == MARKETING}
    return [told[key] for key in MarketingConsent.objects.filter(pk__in=list(told)).values_list("pk", flat=True)]


def take_back_again(line: Stopped) -> None:
    """They go, here too."""
    withdraw(UUID(line.key))
