"""What stands in the operators' log, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, Any] = {
    "operator.added": _("Operator added"),
    "operator.removed": _("Operator removed"),
    "operator.signed_in": _("Signed in"),
    "accounts.read": _("Read the list of accounts"),
    "account.read": _("Looked at an account"),
    "account.counted": _("Counted an account"),
    "account.suspended": _("Suspended an account"),
    "account.resumed": _("Opened a suspended account again"),
    "jobs.read": _("Read the list of jobs"),
    "job.retried": _("Ran a failed job again"),
    "jobs.retried": _("Ran failed jobs again"),
    "mail.read": _("Read the mail queue"),
    "mail.retried": _("Tried mail again"),
    "agreements.read": _("Read the list of agreements"),
    "agreement.read": _("Looked at an agreement of an account"),
    "agreement.file_read": _("Downloaded an agreement of an account"),
    "agreement.in_review": _("Took an agreement into review"),
    "agreement.changes_requested": _("Asked for changes of an agreement"),
    "agreement.rejected": _("Rejected an agreement"),
    "account.agreement_read": _("Looked at an agreement of an account"),
    "agreement.ended": _("Ended the agreement of an account"),
    "agreement.end_taken_back": _("Took back the end of an agreement"),
    "agreement.countersigned": _("Countersigned an agreement"),
    "objections.read": _("Read the objections of accounts"),
    "objection.read": _("Read an objection of an account"),
    "registry.draft_opened": _("Began the next version of the list of subprocessors"),
    "registry.draft_read": _("Read the draft of the list of subprocessors"),
    "registry.draft_changed": _("Changed the draft of the list of subprocessors"),
    "registry.draft_approved": _("Approved the draft of the list of subprocessors"),
    "registry.draft_discarded": _("Threw away the draft of the list of subprocessors"),
    "registry.file_read": _("Downloaded a file of the list of subprocessors"),
    "registry.published": _("Published a version of the list of subprocessors"),
    "registry.imported": _("Took lists of subprocessors of the past over"),
    "second_factor.added": _("Added a second factor"),
    "second_factor.removed": _("Removed a second factor"),
    "recovery_codes.replaced": _("Made new recovery codes"),
    "recovery_code.used": _("Used a recovery code"),
    "password.changed": _("Changed the password"),
    "address.changed": _("Changed the address for signing in"),
    "registry.objection_resolved": _("Answered an objection to a subprocessor"),
    "registry.undelivered_settled": _("Reached an account whose notice came back"),
    "sessions.ended": _("Ended all other sessions"),
    "log.forgotten": _("Deleted old entries of this log"),
}


def words_of(act: str) -> str:
    """An act in words. KeyError for one that is not on the list."""
    return str(_WORDS[act])
