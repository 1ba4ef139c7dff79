"""What ends by itself, so that nobody has to remember it."""

import logging
from pathlib import Path

from django.conf import settings

from steward.backups.expiring import expire, overdue
from steward.backups.key_copies import expire_copies

logger = logging.getLogger(__name__)


def expire_backups() -> None:
    """Destroy backups and copies of keys past their day, and log what could not be."""
    place = Path(settings.STEWARD_BACKUPS) if settings.STEWARD_BACKUPS else None
    for name in expire(place):
        logger.info("backup %s and its key are gone", name)
    for copy in expire_copies():
        logger.info("copy of keys %s is gone", copy.name)
    for words in overdue(place):
        logger.error("%s", words)
