"""Work about recipients that is done later."""

from uuid import UUID

from steward.jobs import task
from steward.privacy.erasure.certifying import renew
from steward.privacy.recipients.certifying import SECTIONS


@task("recipients.certify")
def certify(account_id: UUID, *, erasure: str) -> None:
    """The certificate says what became of the letters; tried again until it does."""
    renew(UUID(erasure), SECTIONS)
