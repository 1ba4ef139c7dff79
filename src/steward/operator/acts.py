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
    "second_factor.added": _("Added a second factor"),
    "second_factor.removed": _("Removed a second factor"),
    "recovery_codes.replaced": _("Made new recovery codes"),
    "recovery_code.used": _("Used a recovery code"),
    "password.changed": _("Changed the password"),
    "address.changed": _("Changed the address for signing in"),
    "sessions.ended": _("Ended all other sessions"),
    "log.forgotten": _("Deleted old entries of this log"),
}


def words_of(act: str) -> str:
    """An act in words. KeyError for one that is not on the list."""
    return str(_WORDS[act])
