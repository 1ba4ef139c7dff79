"""Everything that is done by the clock, in one place (cron expressions, UTC)."""

from steward.backups.looking import look_at_backups
from steward.backups.upkeep import expire_backups
from steward.channels.email.upkeep import forget_old_automatic_answers
from steward.files.carrying import carry_files
from steward.files.upkeep import remove_unknown_files, remove_unused_files
from steward.jobs import maintenance, periodic
from steward.lifecycle.departing.ending import write_ends_that_are_missing
from steward.lifecycle.departing.portions import forget_kept_invoices
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.usage import count_all_usage
from steward.marketing.consents import forget_past
from steward.notifications.upkeep import forget_old_notices
from steward.outbox.installation import forget_installation_mail
from steward.people.browsers import forget_unused_browsers
from steward.people.operators import forget_old_acts
from steward.people.throttling import forget_past_tries
from steward.people.upkeep import forget_ended_sessions, forget_old_invitations, forget_unused_links
from steward.privacy.agreements.actions import end_what_is_due
from steward.privacy.agreements.telling import tell_accounts_of_new_texts
from steward.privacy.audit.upkeep import anchor_everywhere, let_entries_go, let_reads_go, read_whole
from steward.privacy.consent.upkeep import forget_ended
from steward.privacy.egress.ledger import flush_lookups
from steward.privacy.erasure.watching import watch_erasures
from steward.privacy.exports.upkeep import expire_exports
from steward.privacy.incidents.watching import watch
from steward.privacy.recipients.letting_go import forget_letters, warn_of_untold
from steward.privacy.requests.upkeep import close_erasures, warn_accounts
from steward.privacy.retention.tasks import apply_everywhere
from steward.privacy.subprocessors.actions import forget_unnamed_papers
from steward.privacy.subprocessors.notice_tasks import remind_accounts
from steward.privacy.subprocessors.subscriptions import forget_unproven, pause_undelivered
from steward.privacy.takeout.upkeep import expire_copies
from steward.tickets.upkeep import close_old_tickets


@periodic("jobs.revive", cron="* * * * *")
def revive_stalled_jobs() -> None:
    """Work that a worker left behind when it died is done again; what a test's clock makes due begins."""
    maintenance.revive_stalled_jobs()
    maintenance.bring_jobs_forward()


@periodic("egress.flush_lookups", cron="*/5 * * * *")
def write_lookups() -> None:
    """Look-ups of names are written to the installation's ledger."""
    flush_lookups()


@periodic("tickets.close", cron="23 * * * *")
def close_tickets() -> None:
    """Tickets that have been resolved as long as their account says are closed."""
    close_old_tickets()


@periodic("backups.expire", cron="47 * * * *")
def destroy_past_backups() -> None:
    """Backups and copies of keys past their day are destroyed."""
    expire_backups()


@periodic("backups.look", cron="4-59/10 * * * *")
def ask_for_backups() -> None:
    """A bucket with backups is asked what there is, so that no page has to."""
    look_at_backups()


@periodic("jobs.forget", cron="17 3 * * *")
def forget_finished_jobs() -> None:
    """Jobs that ended a month ago go."""
    maintenance.forget_finished_jobs()


@periodic("people.forget_sessions", cron="27 3 * * *")
def forget_sessions() -> None:
    """Sessions that ended go, what was counted of tries that are long past, and browsers nobody uses any more."""
    forget_ended_sessions()
    forget_past_tries()
    forget_unused_browsers()


@periodic("people.forget_links", cron="*/30 * * * *")
def forget_links() -> None:
    """Sign-ups that nobody confirmed in time go, and with them the address that was typed."""
    forget_unused_links()


@periodic("subprocessors.remind", cron="37 * * * *")
def remind_of_subprocessors() -> None:
    """Accounts in which nobody opened a notice are told again a week before its date."""
    remind_accounts()


@periodic("requests.warn", cron="2 * * * *")
def warn_of_requests() -> None:
    """Accounts are warned of requests of persons whose time runs out; answered erasures end with the last backup."""
    warn_accounts()
    close_erasures()


@periodic("audit.anchor", cron="41 * * * *")
def anchor_chains() -> None:
    """What is new in the accounts' chains is checked, and where they end is written down in the second place."""
    anchor_everywhere()


@periodic("audit.read_whole", cron="13 1 * * *")
def read_chains() -> None:
    """Chains that were not read from their beginning for a week are, for an hour at most."""
    read_whole(seconds=3600)


@periodic("audit.forget_reads", cron="33 1 * * *")
def forget_reads() -> None:
    """Who read what goes when it is older than its account says."""
    let_reads_go()


@periodic("audit.forget_entries", cron="53 1 * * *")
def forget_entries() -> None:
    """What happened goes when it is older than its account says, and about nothing that is there any more."""
    let_entries_go()


@periodic("agreements.tell_of_new_texts", cron="7 * * * *")
def tell_of_new_texts() -> None:
    """Accounts for which there are new terms of use, or a new wording of their agreement, are told once."""
    tell_accounts_of_new_texts()


@periodic("agreements.end", cron="*/5 * * * *")
def end_agreements() -> None:
    """Agreements whose last day is over are ended, and both sides are told."""
    end_what_is_due()


@periodic("subprocessors.forget_unproven", cron="12 * * * *")
def forget_unproven_subscriptions() -> None:
    """Addresses that asked for the list of subprocessors and were not proven, or that mail does not reach, go."""
    pause_undelivered()
    forget_unproven()


@periodic("subprocessors.forget_unnamed_papers", cron="42 3 * * *")
def forget_papers() -> None:
    """Files of due diligence that no version of the list and no draft names go."""
    forget_unnamed_papers()


@periodic("incidents.watch", cron="* * * * *")
def watch_over_incidents() -> None:
    """Operators hear of accounts that have to be told of an incident; what may be told now is."""
    watch()


@periodic("exports.expire", cron="*/10 * * * *")
def delete_past_exports() -> None:
    """Archives with what is held about a person go when their days are over."""
    expire_exports()


@periodic("takeout.expire", cron="*/10 * * * *")
def delete_past_copies() -> None:
    """Archives with everything an account holds go when their days are over."""
    expire_copies()


@periodic("erasure.watch", cron="19 * * * *")
def watch_over_erasures() -> None:
    """Erasures that stopped are gone on with, and those that are late raise the alarm."""
    watch_erasures()


@periodic("recipients.look_after", cron="29 * * * *")
def look_after_letters_to_recipients() -> None:
    """Whoever has not told a recipient for a month is warned; letters that nobody sent go a week later."""
    warn_of_untold()
    forget_letters()


@periodic("retention.apply_everywhere", cron="7 2 * * *")
def let_go_of_what_is_old() -> None:
    """Accounts let go of what is older than they said."""
    apply_everywhere()


@periodic("people.forget_invitations", cron="52 3 * * *")
def forget_invitations() -> None:
    """Invitations that nobody accepted go, and with them the address."""
    forget_old_invitations()


@periodic("operators.forget_acts", cron="57 3 * * *")
def forget_operator_acts() -> None:
    """Forget what stands too long in the operators' log."""
    forget_old_acts()


@periodic("outbox.forget_installation_mail", cron="32 3 * * *")
def forget_mail_of_the_installation() -> None:
    """Mail about identities that left, or was given up, a week ago goes."""
    forget_installation_mail()


@periodic("email.forget_automatic_answers", cron="37 3 * * *")
def forget_automatic_answers() -> None:
    """Whom we answered automatically is remembered for two days."""
    forget_old_automatic_answers()


@periodic("notifications.forget", cron="42 3 * * *")
def forget_notices() -> None:
    """What people were told three months ago goes."""
    forget_old_notices()


@periodic("accounts.count", cron="52 * * * *")
def count_accounts() -> None:
    """How much there is in each account is counted, for whoever runs the installation."""
    count_all_usage()


@periodic("lifecycle.pass", cron="* * * * *")
def look_after_accounts() -> None:
    """Accounts whose trial or time is over take the next step; those for whom it is near are warned."""
    pass_over_accounts()


@periodic("lifecycle.ends", cron="19 * * * *")
def write_ends_of_accounts() -> None:
    """What the ledger of erasures does not say of accounts that are deleted, it is told."""
    write_ends_that_are_missing()


@periodic("lifecycle.forget_invoices", cron="21 3 * * *")
def forget_invoices() -> None:
    """Invoices of accounts that are deleted go when law wants them kept no more."""
    forget_kept_invoices()


@periodic("files.carry", cron="* * * * *")
def carry_files_over() -> None:
    """Files that are in no bucket yet are carried there, where there is one."""
    carry_files()


@periodic("files.remove_unknown", cron="47 3 * * *")
def remove_files() -> None:
    """Files that nothing is attached to go, and stored bytes that no row knows."""
    remove_unused_files()
    remove_unknown_files()


@periodic("marketing.forget", cron="9 * * * *")
def forget_past_customers() -> None:
    """Former customers who may no longer be written to are forgotten."""
    forget_past()


@periodic("consent.forget", cron="37 3 * * *")
def forget_past_consents() -> None:
    """Consents that ended long ago, and old ones of visitors, go."""
    forget_ended()
