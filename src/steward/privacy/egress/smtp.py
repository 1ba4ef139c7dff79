"""Handing one message to a mail server, through the gate (RFC 5321; TLS as in RFC 8314 and RFC 3207)."""

import logging
import smtplib
import ssl
from dataclasses import dataclass, field

from steward.privacy.egress import tls
from steward.privacy.egress.addresses import Unresolvable
from steward.privacy.egress.again import Again
from steward.privacy.egress.deadline import Deadline
from steward.privacy.egress.decision import Request
from steward.privacy.egress.envelope import (
    Envelope,
    Unsendable,
    has_eight_bit_header,
    on_the_wire,
    recipient_form,
    sender_form,
    to_seven_bit,
)
from steward.privacy.egress.gate import Passage, passage
from steward.privacy.egress.replies import DeliveryResult, Outcome, Refusal, Stage, outcome_of, words_of
from steward.privacy.egress.routes import Route, Tls
from steward.privacy.egress.smtp_client import Client, sign_in

WHOLE_SECONDS = 600.0  # for the whole conversation, however slowly the server speaks
logger = logging.getLogger(__name__)
CATEGORIES = ("user.name", "user.contact.email", "user.content")

__all__ = ["DeliveryResult", "Envelope", "Outcome", "Refusal", "Stage", "deliver"]


class _Unverified(Exception):
    """Nobody we trust vouches for the certificate, and the server need not have one."""


class _Failed(Exception):
    """The conversation ended before the message was taken."""

    def __init__(self, stage: Stage, code: int, words: bytes | str, outcome: Outcome = Outcome.TEMPORARY) -> None:
        super().__init__(stage)
        self.result = DeliveryResult(outcome, stage, code, words_of(words))


def deliver(route: Route, envelope: Envelope, *, is_restricted: bool = False) -> DeliveryResult:
    """Hand over one message; says what became of it and what the server said. One connection per message.

    Everything that concerns the way and not the message (no connection, TLS, sign-in) is temporary: an administrator
    can mend it. When the connection breaks after the text was sent, the message may have arrived: try again with the
    same Message-ID. Raises `EgressDenied`, `InsideTransaction`, and `BadDestination` when the settings are wrong.
    """
    request = Request(
        account_id=route.account_id,
        purpose="mail.deliver",
        categories=CATEGORIES,
        destination=route.destination,
        is_restricted=is_restricted,
    )
    try:
        with passage(request) as opened:
            try:
                return _Conversation(route, opened).deliver(envelope)
            except _Unverified as error:
                # A failed handshake ends the connection. In clear it is never tried: the server has offered TLS.
                logger.warning("the certificate of %s is not verified: %s", route.destination, error)
                return _Conversation(route, opened, is_verifying=False).deliver(envelope)
    except Unresolvable as error:
        return DeliveryResult(Outcome.TEMPORARY, Stage.CONNECT, 0, words_of(str(error)))


@dataclass(slots=True)
class _Conversation:
    route: Route
    passage: Passage
    is_verifying: bool = True
    stage: Stage = Stage.CONNECT
    refused: dict[str, Refusal] = field(default_factory=dict)
    again: Again = field(init=False)

    def __post_init__(self) -> None:
        self.again = Again(self.passage.request)

    def deliver(self, envelope: Envelope) -> DeliveryResult:
        client = Client(self.passage, is_implicit=self.route.tls is Tls.IMPLICIT)
        try:
            with Deadline(lambda: client.sock, WHOLE_SECONDS):
                self._connect(client)
                self._greet(client)
                return self._send(client, envelope)
        except _Failed as failure:
            return failure.result
        except Unsendable as error:
            return DeliveryResult(Outcome.PERMANENT, self.stage, 0, str(error))
        except smtplib.SMTPResponseException as error:
            return DeliveryResult(Outcome.TEMPORARY, self.stage, error.smtp_code, words_of(error.smtp_error))
        except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: an answer that is no SMTP
            return DeliveryResult(Outcome.TEMPORARY, self.stage, 0, words_of(str(error) or type(error).__name__))
        finally:
            client.close()

    def _connect(self, client: Client) -> None:
        if self.route.tls is Tls.WHEN_OFFERED and (self.route.username or not self.passage.is_private):
            raise _Failed(Stage.TLS, 0, "without TLS only inside the operator's network, and without a password")
        code, words = client.connect(self.passage.host, self.route.destination.port)
        if code != 220:
            raise _Failed(Stage.CONNECT, code, words)

    def _greet(self, client: Client) -> None:
        self.stage = Stage.GREETING
        client.ehlo_or_helo_if_needed()
        is_offered = client.has_extn("starttls")
        if self.route.tls is Tls.STARTTLS or (self.route.tls is Tls.WHEN_OFFERED and is_offered):
            self._upgrade(client)
        if self.route.username:
            self._sign_in(client)

    def _upgrade(self, client: Client) -> None:
        self.stage = Stage.TLS
        if not client.has_extn("starttls"):
            raise _Failed(Stage.TLS, 0, "the server offers no STARTTLS")
        try:
            code, words = client.starttls(context=tls.context() if self.is_verifying else tls.unverified())
        except ssl.SSLCertVerificationError as error:
            if self.route.tls is Tls.WHEN_OFFERED:
                raise _Unverified(error.verify_message) from error
            raise
        if code != 220:
            raise _Failed(Stage.TLS, code, words)
        client.ehlo_or_helo_if_needed()  # what was said before TLS counts for nothing (RFC 3207 section 4.2)

    def _sign_in(self, client: Client) -> None:
        self.stage = Stage.SIGN_IN
        if not isinstance(client.sock, ssl.SSLSocket):
            raise _Failed(Stage.SIGN_IN, 0, "no password without TLS")
        code, words = sign_in(client, self.route.username, self.route.password)
        if code != 235:
            raise _Failed(Stage.SIGN_IN, code, words)

    def _send(self, client: Client, envelope: Envelope) -> DeliveryResult:
        self.stage = Stage.SENDER
        self.again.check()
        message, options = _fitted(client, envelope)
        sender = sender_form(envelope.sender, takes_utf8=client.has_extn("smtputf8"))
        code, words = client.docmd("MAIL", f"FROM:<{sender}>{options}")
        if code != 250:
            raise _Failed(Stage.SENDER, code, words, outcome_of(code))
        accepted = self._recipients(client, envelope)
        if not envelope.recipients:
            raise Unsendable("nobody to send it to")
        if not accepted:
            return self._all_refused()
        self.stage = Stage.TEXT
        code, words = _send_text(client, message, self.again)
        if code != 250:
            raise _Failed(Stage.TEXT, code, words, outcome_of(code))
        self._leave(client)
        return DeliveryResult(Outcome.SENT, Stage.TEXT, code, words_of(words), accepted, self.refused)

    def _recipients(self, client: Client, envelope: Envelope) -> tuple[str, ...]:
        self.stage = Stage.RECIPIENT
        accepted = []
        for recipient in envelope.recipients:
            refusal = self._refusal_of(client, recipient)
            if refusal is None:
                accepted.append(recipient)
            else:
                self.refused[recipient] = refusal
        return tuple(accepted)

    def _refusal_of(self, client: Client, recipient: str) -> Refusal | None:
        try:
            address = recipient_form(recipient, takes_utf8=client.has_extn("smtputf8"))
        except Unsendable as error:
            return Refusal(Outcome.PERMANENT, 0, str(error))
        self.again.check()
        code, words = client.docmd("RCPT", f"TO:<{address}>")
        return None if code in (250, 251) else Refusal(outcome_of(code), code, words_of(words))

    def _all_refused(self) -> DeliveryResult:
        """Temporary as long as one of the refusals is."""
        worst = min(self.refused.values(), key=lambda refusal: refusal.outcome is not Outcome.TEMPORARY)
        return DeliveryResult(worst.outcome, Stage.RECIPIENT, worst.code, worst.words, (), self.refused)

    def _leave(self, client: Client) -> None:
        try:
            client.quit()
        except (smtplib.SMTPException, OSError, ValueError):
            return  # the message is taken: how the server parts changes nothing


def _fitted(client: Client, envelope: Envelope) -> tuple[bytes, str]:
    """The message in a form this server takes, and the options of MAIL that say so. Raises `Unsendable`."""
    message, options = envelope.message, ""
    is_ascii = "".join((envelope.sender, *(r.rpartition("@")[0] for r in envelope.recipients))).isascii()
    if not is_ascii or has_eight_bit_header(message):
        if not client.has_extn("smtputf8"):
            raise Unsendable("the server does not take addresses outside ASCII (SMTPUTF8)")
        client.command_encoding = "utf-8"
        options = " SMTPUTF8"
    if not message.isascii():
        if client.has_extn("8bitmime"):
            options += " BODY=8BITMIME"
        else:
            message = to_seven_bit(message)
    wire = on_the_wire(message)
    return wire, (f" SIZE={len(wire)}" if client.has_extn("size") else "") + options


def _send_text(client: Client, wire: bytes, again: Again) -> tuple[int, bytes]:
    again.check()
    code, words = client.docmd("DATA")
    if code != 354:
        raise _Failed(Stage.TEXT, code, words, outcome_of(code))
    again.check()
    client.send(wire)
    return client.getreply()
