"""`steward web`: the web server alone."""

import signal
import sys
from collections.abc import Sequence

from steward.project import settings
from steward.project.commands.parsing import hide_supervised, parser_for
from steward.project.database import at_hand
from steward.project.failure import Failure
from steward.project.places import check_places, note_instructions
from steward.project.serving.web import inherited, listen, serve


def main(arguments: Sequence[str]) -> int:
    """Serve until SIGTERM or Ctrl-C. Under `steward up` the socket is the supervisor's, so that no request is refused
    while this process is started again."""
    parser = parser_for("web", "Run only the web server. STEWARD_HOST and STEWARD_PORT say where it listens.")
    parser.add_argument("--socket", type=int, help="a listening socket this process was started with")
    hide_supervised(parser)
    options = parser.parse_args(arguments)
    with at_hand(settings.STEWARD_DATA, supervised=options.supervised):
        check_places(is_quiet=options.supervised)
        note_instructions()
        try:
            listening = (
                inherited(options.socket) if options.socket else listen(settings.STEWARD_HOST, settings.STEWARD_PORT)
            )
        except OSError as problem:
            raise Failure(f"Port {settings.STEWARD_PORT} of {settings.STEWARD_HOST}: {problem.strerror}.") from problem
        # uvicorn stops in order, then raises the signal once more for whoever was there before it.
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
        serve(listening, data=settings.STEWARD_DATA)
    return 0
