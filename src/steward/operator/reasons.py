"""Why mail waits or failed, in words; the reasons are codes of `outbox.delivery` and of the gate."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.privacy.subprocessors.words import refusal

_WORDS: dict[str, Any] = {
    "": gettext_lazy("its turn has not come"),
    "no_relay": gettext_lazy("there is no relay: STEWARD_SMTP_RELAY is not set"),
    "server_retired": gettext_lazy("its mail server was removed from the account"),
    "unreadable": gettext_lazy("its text cannot be decrypted"),
    "fault": gettext_lazy("a fault of ours; the log tells more"),
    "tried_too_often": gettext_lazy("it was tried for days, and no server took it"),
    "bounced": gettext_lazy("it came back"),
    "no_mailbox": gettext_lazy("there is no such address"),
    "connect": gettext_lazy("the server could not be reached"),
    "greeting": gettext_lazy("the server does not want to talk to us"),
    "tls": gettext_lazy("the encryption of the connection failed"),
    "sign_in": gettext_lazy("the server refused the sign-in"),
    "sender": gettext_lazy("the server refused the sender"),
    "recipient": gettext_lazy("the server refused the recipient"),
    "text": gettext_lazy("the server refused the mail itself"),
}


def words_of(reason: str) -> str:
    """A reason in words; the code itself where there are none."""
    if reason in _WORDS:
        return str(_WORDS[reason])
    if reason.startswith("denied:"):
        return _("it may not leave: %(why)s") % {"why": refusal(reason.removeprefix("denied:"))}
    return _("the server refused it at “%(code)s”") % {"code": reason}
