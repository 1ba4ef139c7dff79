"""What comes back to watched mail of the installation: noted at the mail when it is a failure, and thrown away."""

from uuid import UUID

from steward.channels.email.parsing import ParsedMail
from steward.channels.email.parsing.reports import is_daemon, report_in_words
from steward.channels.email.parsing.sandbox import Parser
from steward.outbox.installation import is_awaited, note_installation_bounce

_MOST_WORDS = 64 * 1024  # of a report in a form that is not known


def take_back(mail_id: UUID, raw: bytes) -> None:
    """Read what came to the return address of a mail, in a child with limits. Raises what the database raises.

    Such reports are few: each gets a child of its own. Where nothing can be noted any more, nothing is read.
    """
    if not is_awaited(mail_id):
        return
    with Parser() as parser:
        parsed = parser.parse(raw)
    if is_failure(parsed):
        note_installation_bounce(mail_id)


def is_failure(parsed: ParsedMail) -> bool:
    """Whether it says that a mail did not arrive and will not: neither a delay, nor that somebody is on holiday."""
    report = parsed.report
    if report is None and (parsed.from_ is None or is_daemon(parsed.from_)):
        report = report_in_words(parsed.subject, parsed.body.text[:_MOST_WORDS])
    return report is not None and report.action == "failed"
