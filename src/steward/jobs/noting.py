"""Why a job failed, remembered beside it."""

import logging

from django.db import DatabaseError, connection, transaction
from procrastinate import JobContext

from steward.lib.clock import now

logger = logging.getLogger(__name__)

# Tasks are declared while Django's models are being loaded, so this is no model's doing.
_NOTE = """
INSERT INTO jobs_failure (job_id, error, at) VALUES (%s, %s, %s)
ON CONFLICT (job_id) DO UPDATE SET error = excluded.error, at = excluded.at
"""


def note_failure(context: JobContext | None, error: Exception) -> None:
    """Remember the class of the error that ended an attempt, after its transaction was rolled back.

    Its words are not kept: a server's answer, or a row that clashes, may hold an address. They are in the log.
    """
    if context is None or context.job is None or context.job.id is None:
        return
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NOTE, [context.job.id, name, now()])
    except DatabaseError:
        # The database may be what failed: the first error is the one to be told.
        logger.exception("why job %s failed could not be noted", context.job.id)
