"""`steward worker`: jobs, and mail that becomes tickets."""

from collections.abc import Sequence

from steward.lib import tally
from steward.outbox.actions import try_held_mail
from steward.outbox.installation import try_held_installation_mail
from steward.project import settings
from steward.project.commands.parsing import hide_supervised, parser_for
from steward.project.database import at_hand
from steward.project.places import check_places, note_instructions
from steward.project.working import nothing, take_in_mail, work


def main(arguments: Sequence[str]) -> int:
    parser = parser_for("worker", "Run only the worker: jobs, and mail that becomes tickets.")
    parser.add_argument("--concurrency", type=int, default=2, metavar="N", help="jobs done at once (2)")
    parser.add_argument("--only", choices=("jobs", "mail"), help="do only jobs, or only turn mail into tickets (both)")
    hide_supervised(parser)
    options = parser.parse_args(arguments)
    with at_hand(settings.STEWARD_DATA, supervised=options.supervised):
        check_places(is_quiet=options.supervised)
        note_instructions(is_whole=options.only != "mail")
        tally.begin(settings.STEWARD_DATA / "metrics", "worker")
        if options.only == "mail":
            take_in_mail()
            return 0
        try_held_mail()
        try_held_installation_mail()
        if options.only == "jobs":
            work(concurrency=options.concurrency, beside=nothing)
        else:
            work(concurrency=options.concurrency)
    return 0
