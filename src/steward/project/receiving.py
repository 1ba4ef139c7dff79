"""The mail process: the SMTP listener and the mailboxes."""

from steward.channels.email import serving
from steward.lib import tally
from steward.project import settings
from steward.project.database import at_hand
from steward.project.places import check_places


def run(*, supervised: bool) -> int:
    """Receive mail until SIGTERM or SIGINT; returns the exit code. Raises `Failure` where nothing may be served."""
    with at_hand(settings.STEWARD_DATA, supervised=supervised):
        check_places(is_quiet=supervised)
        tally.begin(settings.STEWARD_DATA / "metrics", "mail")
        return serving.run()
