"""What became of an answer on its way, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from steward.channels.email.sending import TROUBLE
from steward.outbox.actions import PARTLY_BOUNCED
from steward.outbox.models import OutgoingMail, State
from steward.privacy.subprocessors.words import next_step, refusal
from steward.tickets.models import Message

DENIED = "denied:"  # before the reason of the gate, as `outbox.delivery` notes it


@dataclass(frozen=True, slots=True)
class Delivery:
    """`state` is waiting, sent, deferred, failed or held.

    `at` is when it happened, `next_at` when it is tried again. `advice` says what can be done where the rules for what
    may leave refuse it.
    """

    state: str
    text: str
    at: datetime | None
    resend_url: str
    next_at: datetime | None = None
    server_words: str = ""  # of an answer that was sent: only who looks for a lost mail wants them
    advice: str = ""


def delivery_of(message: Message) -> Delivery:
    """The state of the mail of an outgoing message; before it is composed it waits."""
    mail: OutgoingMail | None = message.outgoing
    resend_url = f"/console/messages/{message.id}/delivery"
    if mail is None and (why := message.findings.get(TROUBLE)):
        return Delivery(State.FAILED.value, _unmade(why), None, resend_url)
    if mail is None:
        return Delivery(State.WAITING.value, _("Waiting to be sent"), None, "")
    may_resend = mail.state in {State.FAILED, State.DEFERRED, State.HELD}
    return Delivery(
        state=mail.state,
        text=_text(mail),
        at=mail.finished_at,
        next_at=mail.next_attempt_at if mail.state in {State.DEFERRED, State.HELD} else None,
        resend_url=resend_url if may_resend else "",
        advice=next_step(mail.reason.removeprefix(DENIED)) if _is_denied(mail) else "",
        server_words=mail.server_words if mail.state == State.SENT and not mail.reason else "",
    )


def _is_denied(mail: OutgoingMail) -> bool:
    return bool(mail.state == State.HELD and mail.reason.startswith(DENIED))


def _unmade(why: str) -> str:
    """Why no mail could be made of what was written."""
    match why:
        case "no_mail_account":
            return _("Not sent: there is no address to send from. An admin can add one.")
        case "unreadable":
            return _("Not sent: something that belongs to it cannot be read from storage.")
        case _:
            return _("Not sent: the mail could not be made. It is tried again for about a day.")


def _text(mail: OutgoingMail) -> str:
    words = mail.server_words
    match mail.state:
        case State.SENT if mail.reason == "kept_here":
            return _("Kept in the outbox of this demo")
        case State.SENT if mail.reason == "partly_refused":
            return _("Sent, but not to everybody: %(words)s") % {"words": words}
        case State.SENT if mail.reason == PARTLY_BOUNCED:
            return _("Sent, but did not arrive everywhere: %(words)s") % {"words": words}
        case State.SENT:
            return _("Sent")
        case State.DEFERRED:
            return _("Not sent yet: %(words)s") % {"words": words or _("the server could not be reached")}
        case State.FAILED if mail.reason == "bounced":
            return _("Did not arrive: %(words)s") % {"words": words}
        case State.FAILED:
            return _("Not sent: %(words)s") % {"words": words or _("it was tried too often")}
        case State.HELD if mail.reason == "no_relay":
            return _("Waiting: no server for outgoing mail is set")
        case State.HELD if mail.reason == "server_retired":
            return _("Held back: its mail server is no longer in use. An admin can set another one.")
        case State.HELD if mail.reason == "fault":
            return _(
                "Held back: something went wrong in Steward. Whoever runs this installation finds out more in its log."
            )
        case State.HELD if mail.reason == "unreadable":
            return _(
                "Held back: the stored mail, or the password of its server, cannot be read. Tell whoever runs this "
                "installation."
            )
        case State.HELD:
            return _("Held back, for it may not leave: %(why)s.") % {"why": refusal(mail.reason.removeprefix(DENIED))}
        case _:
            return _("Waiting to be sent")
