"""`steward live`: the streams alone."""

import signal
import sys
from collections.abc import Sequence

from steward.lib import tally
from steward.project import settings
from steward.project.commands.parsing import parser_for
from steward.project.database import at_hand
from steward.project.failure import Failure
from steward.project.places import check_places
from steward.project.serving.apart import streams_only
from steward.project.serving.web import listen, run


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM or Ctrl-C. A proxy in front hands `/console/events` to it, and everything else to `web`."""
    parser_for("live", "Run only the streams. STEWARD_HOST and STEWARD_LIVE_PORT say where it listens.").parse_args(
        arguments
    )
    with at_hand(settings.STEWARD_DATA):
        check_places()
        try:
            listening = listen(settings.STEWARD_HOST, settings.STEWARD_LIVE_PORT)
        except OSError as problem:
            where = f"Port {settings.STEWARD_LIVE_PORT} of {settings.STEWARD_HOST}"
            raise Failure(f"{where}: {problem.strerror}. STEWARD_LIVE_PORT chooses another.") from problem
        # uvicorn stops in order, then raises the signal once more for whoever was there before it.
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        tally.begin(settings.STEWARD_DATA / "metrics", "live")
        run(streams_only(), listening)
    return 0
