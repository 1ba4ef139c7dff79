"""What ends by itself, so that nobody has to remember it."""

import logging

from django.conf import settings

from steward.backups.expiring import expire, overdue
from steward.backups.key_copies import expire_copies
from steward.backups.places import place_of
from steward.lib.clock import now
from steward.privacy.erasure.ledger import KEPT, trim

logger = logging.getLogger(__name__)


def expire_backups() -> None:
    """Destroy backups and copies of keys past their day, and log what could not be."""
    place = place_of(settings.STEWARD_BACKUPS) if settings.STEWARD_BACKUPS else None
    if trimmed := trim(now() - KEPT):
        logger.info("%d lines of the ledger of erasures were older than every backup and are gone", trimmed)
    for copy in expire_copies():
        logger.info("copy of keys %s is gone", copy.name)
    for name in expire(place):  # at the end: a bucket that does not answer stops this job
        logger.info("backup %s and its key are gone", name)
    for words in overdue(place):
        logger.error("%s", words)
