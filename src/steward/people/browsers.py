"""Whether somebody signs in with a browser that they have used before, and telling them when not.

By its cookie alone: where somebody is says nothing about who they are, and no address is kept.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest

from steward.lib.clock import now
from steward.people.devices import browser_and_system, device_of
from steward.people.models import KnownBrowser, User
from steward.people.notices import Reader, Seen, tell_new_browser
from steward.privacy.keys.cipher import derive_installation

KEPT = timedelta(days=180)  # as long as the cookie


def note_browser(request: HttpRequest, user: User, *, reader: Reader, zone: str) -> bool:
    """Remember that the person signs in with this browser; True when it is a new one, and they were told.

    Nobody is told of their first browser, nor of one browser twice.
    """
    mark, at = mark_of(request, user), now()
    with transaction.atomic():
        # Two sign-ins at once: the second one waits, and finds what the first one wrote.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if KnownBrowser.objects.filter(mark=mark).update(seen_at=at):
            return False
        is_first = not KnownBrowser.objects.filter(user=user).exists()
        KnownBrowser.objects.create(mark=mark, user=user, seen_at=at)
        if not is_first:
            _tell(request, reader, at, zone)
    return not is_first


def _tell(request: HttpRequest, reader: Reader, at: datetime, zone: str) -> None:
    browser, system = browser_and_system(request.headers.get("User-Agent", ""))
    tell_new_browser(reader, Seen(browser, system, at, zone))


def forget_browsers(user_id: UUID, *, but: bytes = b"") -> None:
    """Know none of the person's browsers any more but the one with the mark `but`: the next sign-in in them is told.

    For when somebody may have been where they should not: a browser that was theirs once is no proof of anything then.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user_id)
        mine = KnownBrowser.objects.filter(user=user_id)
        if not mine.exclude(mark=but).delete()[0] or mine.exists():
            return
        # A mark that no browser has: without one, the next sign-in would look like the first, which is not told.
        KnownBrowser.objects.create(mark=secrets.token_bytes(32), user_id=user_id, seen_at=now())


def forget_unused_browsers() -> int:
    """Delete browsers nobody signed in with for as long as their cookie lasts; returns how many.

    The last one of each person stays: without it the next sign-in, whoever's it is, would look like the first one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now() - KEPT])
        count: int = cursor.rowcount
    return count


_FORGET = """
DELETE FROM people_knownbrowser b WHERE b.seen_at < %s AND EXISTS (
    SELECT FROM people_knownbrowser newer WHERE newer.user_id = b.user_id
    AND (newer.seen_at, newer.mark) > (b.seen_at, b.mark))
"""


def mark_of(request: HttpRequest, user: User) -> bytes:
    """What is stored of the browser that asks: a keyed hash of its cookie and the person."""
    words = f"{device_of(request)} {user.pk}"
    return hmac.new(derive_installation("browsers"), words.encode(), hashlib.sha256).digest()
