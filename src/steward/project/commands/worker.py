"""`steward worker`: jobs, and mail that becomes tickets."""

from collections.abc import Sequence

from steward.project import settings
from steward.project.commands.parsing import hide_supervised, parser_for
from steward.project.database import at_hand
from steward.project.working import work


def main(arguments: Sequence[str]) -> int:
    parser = parser_for("worker", "Run only the worker: jobs, and mail that becomes tickets.")
    parser.add_argument("--concurrency", type=int, default=2, metavar="N", help="jobs done at once (2)")
    hide_supervised(parser)
    options = parser.parse_args(arguments)
    with at_hand(settings.STEWARD_DATA, supervised=options.supervised):
        work(concurrency=options.concurrency)
    return 0
