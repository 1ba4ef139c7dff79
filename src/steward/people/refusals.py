"""Sign-ins that were refused, told to the log of the installation: it is there also when no account is known."""

import hashlib
import hmac
import logging
from uuid import UUID

from steward.privacy.keys.cipher import derive_installation

logger = logging.getLogger("steward.security")


def note_refusal(what: str, *, by: str, account_id: UUID | None = None) -> None:
    """Log that `what` was refused. `by` is whoever tried (a client, an address, an id): only a mark of it is written.

    The mark is the same for the same one, so that tries can be counted, and tells nothing to who lacks our key.
    """
    logger.warning("refused: %s, account %s, by %s", what, account_id or "-", _mark(by))


def note_refused_request(status: int, route: str, *, account_id: UUID, member_id: UUID) -> None:
    """Log that a member was answered with `status`. Their id is told, as events tell it: whose it is, is looked up.

    A form that was filled in wrong (422) is everyday and told more quietly than what no page of ours leads to.
    """
    level = logging.INFO if status == 422 else logging.WARNING
    logger.log(level, "refused: %d for %s, account %s, by member %s", status, route, account_id, member_id)


def _mark(text: str) -> str:
    return hmac.new(derive_installation("marks in the log"), text.encode(), hashlib.sha256).hexdigest()[:12]
