"""What mail servers say, in words people can act on."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from steward.privacy.egress.trials import Fault, Stage, Step, Trial
from steward.privacy.subprocessors.words import next_step, refusal

# Why a mailbox cannot be read (`channels.email.fetching.failure_code`).
FAILURES: Mapping[str, str | Promise] = {
    "sign_in": _("The server does not accept the user name or the password."),
    "not_allowed": _("This installation does not let mail be fetched from there."),
    "certificate": _("The server cannot prove who it is: its certificate is not accepted."),
    "key": _("The stored password cannot be opened. Type it again."),
    "database": _("Fetched mail could not be stored. The operator of this installation has to look into it."),
    "network": _("The server cannot be reached."),
    "server": _("The server refused what Steward asked, or hung up."),
    "fault": _("Something went wrong in Steward. The operator of this installation has to look into it."),
}

_NOT_ALLOWED = "not_allowed:"


def failure_words(code: str) -> str | Promise:
    """Why a mailbox cannot be read; a code that is new here is a fault. The gate's denial brings its reason along."""
    if code.startswith(_NOT_ALLOWED):
        return _denied(code.removeprefix(_NOT_ALLOWED))
    return FAILURES.get(code, FAILURES["fault"])


STAGES: Mapping[Stage, str | Promise] = {
    Stage.CONNECT: _("Reach the server"),
    Stage.TLS: _("Encrypt the connection"),
    Stage.GREETING: _("Hear its greeting"),
    Stage.SIGN_IN: _("Sign in"),
    Stage.FOLDER: _("Open the folder"),
    Stage.SENDER: _("Say who writes"),
    Stage.RECIPIENT: _("Say to whom"),
    Stage.TEXT: _("Hand over a test mail"),
}

FAULTS: Mapping[Fault, str | Promise] = {
    Fault.NAME: _("No server of this name was found. Look for a slip in it."),
    Fault.PRIVATE: _("The name leads into a private network. The operator of this installation has to allow that."),
    Fault.DENIED: _("This way out is not allowed."),
    Fault.REFUSED: _("Nobody answers at this port. Look at the number: 993 or 143 for IMAP, 465 or 587 for SMTP."),
    Fault.UNREACHABLE: _("The server cannot be reached from here."),
    Fault.SILENT: _("The server did not answer in time. Perhaps the port or the encryption is another one."),
    Fault.HUNG_UP: _("The server hung up."),
    Fault.CERTIFICATE: _("The server cannot prove who it is: its certificate is not accepted. No password was sent."),
    Fault.NO_TLS: _("The server does not speak TLS from the first byte at this port. Try STARTTLS."),
    Fault.NO_STARTTLS: _("The server offers no STARTTLS at this port. Try TLS from the first byte and its port."),
    Fault.OTHER_PROTOCOL: _("What answers at this port is no mail server of this kind."),
    Fault.PASSWORD: _(
        "The user name or the password is not accepted. Some providers want a password made for applications."
    ),
    Fault.NO_SIGN_IN: _("The server knows none of the ways in which Steward can sign in (PLAIN, LOGIN)."),
    Fault.FOLDER: _("There is no such folder. Its name is written as the server has it, such as INBOX/Support."),
    Fault.LATER: _("The server refuses for now, as many do when somebody writes first. Try again in a few minutes."),
    Fault.NOT_TAKEN: _("The server refuses this."),
}

_AT: Mapping[tuple[Stage, Fault], str | Promise] = {
    (Stage.SENDER, Fault.NOT_TAKEN): _("The server does not let this user write from this address."),
    (Stage.RECIPIENT, Fault.NOT_TAKEN): _("The server does not take mail to this address."),
    (Stage.GREETING, Fault.SILENT): _(
        "The server says nothing. Perhaps this port wants TLS from the first byte, or the other way round."
    ),
}


def told(trial: Trial) -> list[dict[str, Any]]:
    """The steps of a trial for a page."""
    return [
        {
            "label": STAGES[step.stage],
            "is_good": step.fault is None,
            "said": f"{step.code} {step.words}".strip() if step.code else step.words,
            "advice": _advice(step),
        }
        for step in trial.steps
    ]


def _advice(step: Step) -> str | Promise:
    if step.fault is None:
        return ""
    if step.fault is Fault.DENIED and step.reason:
        return _denied(step.reason)
    return _AT.get((step.stage, step.fault), FAULTS[step.fault])


def _denied(reason: str) -> str:
    """Why the gate said no, and what can be done about it."""
    why = gettext("This is not allowed: %(why)s.") % {"why": refusal(reason)}
    return f"{why} {next_step(reason)}"


BUSY = _("Two other tests are running. Try again in a moment.")
NO_RELAY = pgettext_lazy("test of a mail server", "This installation has no mail server of its own to send through.")
