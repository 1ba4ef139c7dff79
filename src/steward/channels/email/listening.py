"""The SMTP listener: takes mail for our accounts, relays nothing, says 250 only after the commit."""

import asyncio
import functools
import logging
import ssl
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from steward.channels.email.authentication import Client, authenticate
from steward.channels.email.group_commit import GroupCommit
from steward.channels.email.models import RawMail
from steward.channels.email.recipients import Recipient, Taking, account_for, is_remembered
from steward.channels.email.returned import take_back
from steward.channels.email.smtp_session import Room, SmtpSession, declared_size, too_large
from steward.channels.email.spool import TOO_LARGE, Spooled, beginning_of, store
from steward.channels.email.trace import trace_lines
from steward.lib.clock import now
from steward.outbox.returning import mail_returned_to

MOST_RECIPIENTS = 100  # RFC 5321 section 4.5.3.1.8
MOST_UNKNOWN = 20  # in one connection: more is somebody who guesses addresses
STORE_SECONDS = 60.0  # after which a client that waits for its answer is told to come again
FAR_TOO_LARGE = 4  # times the most we take: what announces that is refused before anything of it is sent
LINGER_SECONDS = 4.0  # for mails that are coming in when we are told to stop

logger = logging.getLogger(__name__)


class MailEnvelope(Envelope):
    """An envelope that remembers whose each recipient is."""

    def __init__(self) -> None:
        super().__init__()
        self.key = uuid4().hex
        self.addresses: dict[UUID, list[str]] = {}
        self.returned: UUID | None = None  # the mail of the installation that comes back by this one


class ListenerSession(SmtpSession):
    """A connection whose transactions have an id and know their accounts."""

    unknown = 0  # recipients refused so far

    def _create_envelope(self) -> Envelope:
        return MailEnvelope()


class Listener:
    """Listens on one address and port. `start` and `stop` belong to one event loop; after `stop` it is used up."""

    def __init__(self, host: str, port: int) -> None:
        """`host` is an IP address: a name would have to be looked up."""
        self.host, self.port = host, port
        self.room = Room(settings.STEWARD_SMTP_CONNECTIONS, settings.STEWARD_SMTP_CONNECTIONS_PER_IP)
        # Threads of our own, each with its connection to the database: a stuck commit holds up no look-up.
        self._writing = ThreadPoolExecutor(1, "spool")
        self._looking = ThreadPoolExecutor(1, "recipients")
        self._checking = ThreadPoolExecutor(8, "sender-checks")  # they wait for name servers
        self._taking_back = ThreadPoolExecutor(1, "returned")  # one child that reads at a time, however many come
        self._commits = GroupCommit(store, self._writing)
        self._tls = tls_context()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Accept connections from now on. Raises OSError when the port is taken. Port 0 becomes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Accept nothing more, answer what is coming in, and send everybody away with 421."""
        self.room.is_closing = True
        if self._server:
            self._server.close()
        for session in list(self.room.sessions):
            session.part("421 4.3.2 Closing down, try again later")
        deadline = asyncio.get_running_loop().time() + LINGER_SECONDS
        while self.room.sessions and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for session in list(self.room.sessions):
            session.part("421 4.3.2 Closing down, try again later", at_once=True)
        self._writing.shutdown(wait=False, cancel_futures=True)
        self._looking.shutdown(wait=False, cancel_futures=True)
        self._checking.shutdown(wait=False, cancel_futures=True)
        self._taking_back.shutdown(wait=False, cancel_futures=True)

    def _session(self) -> SmtpSession:
        return ListenerSession(
            self,
            self.room,
            most_bytes=settings.STEWARD_MAX_MAIL,
            hostname=settings.STEWARD_DOMAIN,
            ident="ESMTP",
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            loop=asyncio.get_running_loop(),
        )

    async def handle_EHLO(  # noqa: N802  these names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        # Without a number (RFC 1870 section 3): a sender who knew the limit would never begin, and nobody here would
        # learn that somebody tried to write.
        ours = ["250-SIZE", "250-PIPELINING", "250-ENHANCEDSTATUSCODES"]
        theirs = [line for line in responses[1:] if not line.startswith("250-AUTH")]  # nobody signs in here
        return [responses[0], *ours, *theirs]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if declared_size(options) > settings.STEWARD_MAX_MAIL * FAR_TOO_LARGE:
            return too_large(settings.STEWARD_MAX_MAIL)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(  # noqa: N802
        self, server: ListenerSession, session: Session, envelope: MailEnvelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients, send the rest separately"
        if (returned := mail_returned_to(address)) is not None:
            envelope.rcpt_tos.append(address)
            envelope.returned = returned
            return "250 2.1.5 Recipient ok"
        try:
            recipient = await self._recipient(address)
        except (DatabaseError, InterfaceError) as error:
            logger.error("recipient not looked up: %s", type(error).__name__)
            return "451 4.3.0 Temporary trouble, try again later"
        if recipient is None:
            return self._unknown(server)
        if recipient.taking is Taking.PUT_OFF:
            return "450 4.2.1 This mailbox is suspended, try again later"
        if recipient.taking is Taking.REFUSED:
            return "550 5.2.1 This mailbox is closed"
        envelope.rcpt_tos.append(address)
        envelope.addresses.setdefault(recipient.account.id, []).append(address)
        return "250 2.1.5 Recipient ok"

    def _unknown(self, server: ListenerSession) -> str:
        server.unknown += 1
        if server.unknown <= MOST_UNKNOWN:
            return "550 5.1.1 No such mailbox here"
        asyncio.get_running_loop().call_soon(server.hang_up)  # once the answer is written
        return "421 4.7.0 Too many unknown recipients"

    async def handle_DATA(  # noqa: N802
        self, server: ListenerSession, session: Session, envelope: MailEnvelope
    ) -> str:
        """Store the mail. Of one that is too large and refused, its beginning: people see what a customer is told.

        Of that nothing can be checked, for DKIM signs the whole.
        """
        if envelope.returned and not await self._is_taken_back(envelope.returned, envelope.original_content or b""):
            return "451 4.3.0 Not noted, try again later"
        if not envelope.addresses:
            return "250 2.0.0 Noted"
        if server.refused_size:
            envelope.original_content = beginning_of(envelope.original_content or b"")
            findings = {TOO_LARGE: str(server.refused_size)}
        else:
            findings = await self._authenticated(session, envelope)
        mails = _spooled(session, envelope, findings)
        size = len(mails[0].raw)
        try:
            await asyncio.wait_for(self._commits.put(mails), STORE_SECONDS)
        except Exception as error:
            logger.error("mail %s of %d bytes: 451, %s", envelope.key, size, type(error).__name__)
            return "451 4.3.0 Not stored, try again later"
        code = "552" if server.refused_size else "250"
        logger.info("mail %s of %d bytes for %d accounts: %s", envelope.key, size, len(mails), code)
        return f"250 2.0.0 Stored as {envelope.key}"

    async def _is_taken_back(self, mail_id: UUID, raw: bytes) -> bool:
        """What comes back to a mail of the installation is read and let go of. False when it has to come again."""
        task = asyncio.get_running_loop().run_in_executor(self._taking_back, _taken_back, mail_id, beginning_of(raw))
        try:
            await asyncio.wait_for(task, STORE_SECONDS)
        except Exception as error:
            logger.error("what came back to mail %s: 451, %s", mail_id, type(error).__name__)
            return False
        logger.info("mail %s of the installation: something came back", mail_id)
        return True

    async def _authenticated(self, session: Session, envelope: MailEnvelope) -> dict[str, str]:
        """What SPF, DKIM and DMARC say; nothing where another server stands between the sender and us."""
        if not settings.STEWARD_EXCHANGER or not session.peer:
            return {}
        client = Client(str(session.peer[0]), session.host_name or "", _sender(envelope))
        check = functools.partial(authenticate, envelope.original_content or b"", client)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._checking, check)
        except Exception as error:
            # A fault of the check is no reason to refuse the mail, now or at any later try.
            logger.error("sender of %s not checked: %s", envelope.key, type(error).__name__)
            return {"spf": "temperror", "dkim": "temperror", "dmarc": "temperror"}

    async def handle_exception(self, error: Exception) -> str:
        """Our own faults are temporary for the sender: a bug must not bounce mail."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("session failed: %s at %s:%s", type(error).__name__, Path(place.filename).name, place.lineno)
        return "451 4.3.0 Temporary trouble, try again later"

    async def _recipient(self, address: str) -> Recipient | None:
        if is_remembered(address):
            return account_for(address)
        return await asyncio.get_running_loop().run_in_executor(self._looking, _looked_up, address)


def tls_context() -> ssl.SSLContext | None:
    """For STARTTLS; None without `STEWARD_TLS_CERT` and `STEWARD_TLS_KEY` (PEM files)."""
    if not settings.STEWARD_TLS_CERT:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.STEWARD_TLS_CERT, settings.STEWARD_TLS_KEY or None)
    return context


def _looked_up(address: str) -> Recipient | None:
    close_old_connections()
    return account_for(address)


def _taken_back(mail_id: UUID, raw: bytes) -> None:
    close_old_connections()
    take_back(mail_id, raw)


def _sender(envelope: MailEnvelope) -> str:
    """The envelope sender; empty for the null sender."""
    return "" if envelope.mail_from == "<>" else envelope.mail_from or ""


def _spooled(session: Session, envelope: MailEnvelope, findings: dict[str, str]) -> list[Spooled]:
    """One mail for each account among the recipients. `findings` is what the check of the sender found."""
    ip = str(session.peer[0]) if session.peer else ""
    helo = session.host_name or ""
    sender = _sender(envelope)
    protocol = "SMTP" if not session.extended_smtp else "ESMTPS" if session.ssl else "ESMTP"
    trace = trace_lines(
        sender=sender, helo=helo, ip=ip, by=settings.STEWARD_DOMAIN, protocol=protocol, key=envelope.key, at=now()
    )
    return [
        Spooled(
            source=RawMail.Source.SMTP,
            source_key=envelope.key,
            account_id=account_id,
            envelope_from=sender,
            envelope_to=tuple(addresses),
            client={"ip": ip, "helo": helo} | findings,
            raw=envelope.original_content or b"",
            trace=trace,
        )
        for account_id, addresses in envelope.addresses.items()
    ]
