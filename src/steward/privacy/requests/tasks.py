"""Work about requests that is done later."""

import logging
from collections.abc import Sequence
from uuid import UUID

from steward.jobs import enqueue_many, task
from steward.privacy.requests.by_mail import look_at_mails
from steward.tenancy.scope import account_scope

logger = logging.getLogger(__name__)


@task("requests.look", in_scope=False)
def look(account_id: UUID, *, messages: Sequence[str]) -> None:
    """See whether mails that came in are requests; if that fails, each by a job of its own."""
    try:
        with account_scope(account_id):
            look_at_mails([UUID(each) for each in messages])
    except Exception:
        if len(messages) == 1:
            raise
        logger.warning("%d mails could not be looked at together, going on one by one", len(messages), exc_info=True)
        with account_scope(account_id):
            enqueue_many(look, [{"messages": [each]} for each in messages])
