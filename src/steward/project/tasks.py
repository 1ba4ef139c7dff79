"""Everything that is done by the clock, in one place (cron expressions, UTC)."""

from steward.channels.email.upkeep import forget_old_automatic_answers
from steward.files.upkeep import remove_unknown_files
from steward.jobs import maintenance, periodic
from steward.people.upkeep import forget_ended_sessions
from steward.privacy.egress.ledger import flush_lookups


@periodic("jobs.revive", cron="* * * * *")
def revive_stalled_jobs() -> None:
    """Work that a worker left behind when it died is done again."""
    maintenance.revive_stalled_jobs()


@periodic("egress.flush_lookups", cron="*/5 * * * *")
def write_lookups() -> None:
    """Look-ups of names are written to the installation's ledger."""
    flush_lookups()


@periodic("jobs.forget", cron="17 3 * * *")
def forget_finished_jobs() -> None:
    """Jobs that ended a month ago go."""
    maintenance.forget_finished_jobs()


@periodic("people.forget_sessions", cron="27 3 * * *")
def forget_sessions() -> None:
    """Sessions that ended go."""
    forget_ended_sessions()


@periodic("email.forget_automatic_answers", cron="37 3 * * *")
def forget_automatic_answers() -> None:
    """Whom we answered automatically is remembered for two days."""
    forget_old_automatic_answers()


@periodic("files.remove_unknown", cron="47 3 * * *")
def remove_files() -> None:
    """Stored bytes that no row knows, left by a transaction that did not commit, go."""
    remove_unknown_files()
