"""What is done later when a version is published."""

from steward.jobs import installation_task
from steward.privacy.subprocessors.subscriptions import tell_of_version


@installation_task("subprocessors.tell_subscribers")
def tell_subscribers(*, version: int) -> None:
    """Mail everybody who asked for the list what this version changes."""
    tell_of_version(version)
