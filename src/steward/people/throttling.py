"""How often something may be tried: counted for all processes, and past every rollback.

One row for each thing that is counted, under a keyed hash. A window begins with the first try and ends on its own:
trying on does not make it longer, so nobody is kept out for ever.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_address

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.lib.clock import now
from steward.people.models import Throttle
from steward.people.refusals import note_refusal
from steward.privacy.keys.cipher import derive_installation
from steward.tenancy.scope import account_in_scope


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so long."""

    name: str
    tries: int
    window: timedelta


SIGN_IN_ADDRESS = Limit("sign-in address", 5, timedelta(minutes=5))
SIGN_IN_CLIENT = Limit("sign-in client", 30, timedelta(minutes=5))
SECOND_FACTOR = Limit("second factor", 5, timedelta(minutes=5))
SECOND_FACTOR_DAY = Limit("second factor in a day", 30, timedelta(days=1))
PASSKEY_CLIENT = Limit("passkey client", 60, timedelta(minutes=5))  # asking for one is a try, too
RESET_ADDRESS = Limit("reset address", 3, timedelta(hours=1))
RESET_CLIENT = Limit("reset client", 20, timedelta(hours=1))
OWNER_LINK_ADDRESS = Limit("owner's link address", 3, timedelta(hours=1))
OWNER_LINK_CLIENT = Limit("owner's link client", 20, timedelta(hours=1))
LINK_CLIENT = Limit("link client", 30, timedelta(minutes=5))
CONSENT_CLIENT = Limit("consent client", 60, timedelta(minutes=5))
EXPORT_CLIENT = Limit("export client", 30, timedelta(minutes=5))
ADDRESS_CHANGE = Limit("change of address", 5, timedelta(hours=1))
SIGN_UP_ADDRESS = Limit("sign-up address", 3, timedelta(hours=1))
SIGN_UP_CLIENT = Limit("sign-up client", 20, timedelta(hours=1))
SUBSCRIBE_ADDRESS = Limit("subscription address", 3, timedelta(hours=1))
SUBSCRIBE_CLIENT = Limit("subscription client", 20, timedelta(hours=1))
CONFIRMATION = Limit("confirmation", 5, timedelta(minutes=5))
CONFIRMATION_DAY = Limit("confirmation in a day", 60, timedelta(days=1))
LONGEST_WINDOW = timedelta(days=1)


class TooManyTries(Exception):
    """The limit is reached; `until` says when there are tries again, `is_first` that the one before was still good."""

    def __init__(self, until: datetime, *, is_first: bool = False) -> None:
        super().__init__(until)
        self.until = until
        self.is_first = is_first

    @property
    def words(self) -> str:
        """What the person is told: the same whether what they typed is known or not."""
        minutes = max(1, math.ceil((self.until - now()).total_seconds() / 60))
        if minutes > 90:
            hours = math.ceil(minutes / 60)
            return ngettext(
                "There were too many tries. Try again in %(count)d hour.",
                "There were too many tries. Try again in %(count)d hours.",
                hours,
            ) % {"count": hours}
        return ngettext(
            "There were too many tries. Try again in %(count)d minute.",
            "There were too many tries. Try again in %(count)d minutes.",
            minutes,
        ) % {"count": minutes}


def count_try(limit: Limit, subject: str) -> None:
    """Count one more; raises `TooManyTries` when it is one too many.

    Not to be called in an account's scope, whose rollback would forget the try.
    """
    if account_in_scope() is not None:
        raise RuntimeError("a try is counted before the scope is opened")
    tries, ends_at = _counted(_key(limit, subject), limit.window)
    if tries > limit.tries:
        note_refusal(f"too many tries, {limit.name}", by=subject)
        raise TooManyTries(ends_at, is_first=tries == limit.tries + 1)


def take_back(limit: Limit, subject: str) -> None:
    """The try was a good one: it does not count. The others do, so success in between hides no guessing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_throttle SET tries = tries - 1 WHERE key = %s AND tries > 0", [_key(limit, subject)]
        )


def client_of(request: HttpRequest) -> str:
    """Who asks, for counting: the address, of IPv6 the network of a household (RFC 6177)."""
    text = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    # Where one socket listens for both versions, all of IPv4 would be one household.
    address = getattr(address, "ipv4_mapped", None) or address
    return str(IPv6Network((address, 64), strict=False)) if address.version == 6 else str(address)


def calm_answer() -> str:
    """For forms whose answer must not tell whether anything is known."""
    return _("There were too many tries. Wait a few minutes, then try again.")


def forget_past_tries() -> int:
    """Delete counters whose window has ended; returns how many."""
    return Throttle.objects.filter(ends_at__lte=now()).delete()[0]


_COUNT = """
INSERT INTO people_throttle AS t (key, tries, ends_at) VALUES (%(key)s, 1, %(ends)s)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN t.ends_at <= %(at)s THEN 1 ELSE t.tries + 1 END,
    ends_at = CASE WHEN t.ends_at <= %(at)s THEN %(ends)s ELSE t.ends_at END
RETURNING tries, ends_at
"""


def _counted(key: bytes, window: timedelta) -> tuple[int, datetime]:
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "at": at, "ends": at + window})
        tries, ends_at = cursor.fetchone()
    return tries, ends_at


def _key(limit: Limit, subject: str) -> bytes:
    words = f"{limit.name}\0{subject}".encode()
    return hmac.new(derive_installation("throttling"), words, hashlib.sha256).digest()
