"""Changing and removing the addresses of an account."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from steward.channels.email import recipients
from steward.channels.email.mailboxes import address_to_forward_to, change_servers, claim_domain
from steward.channels.email.models import MailAccount
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.outbox.actions import send_through
from steward.people.models import Department
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Connector
from steward.tenancy import directory
from steward.tenancy.models import Domain


class ComesBy(StrEnum):
    """The ways in."""

    IMAP = "imap"
    FORWARDED = "forwarded"
    DOMAIN = "domain"


class LeavesBy(StrEnum):
    """The ways out."""

    OWN = "own"
    RELAY = "relay"


class PasswordMissing(ValueError):
    """A password is needed: there is none yet, or it was for another server or user, who must not get it."""


class DefaultStays(ValueError):
    """The default address goes last: make another one the default first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server as typed. An empty password is the one that is stored already."""

    kind: Connector.Kind
    destination: Destination
    tls: Connector.Tls
    username: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How an address is to be served from now on. A server that is not chosen by `comes_by`, `leaves_by` is None."""

    name: str
    department: Department
    comes_by: ComesBy
    leaves_by: LeavesBy
    imap: Server | None = None
    smtp: Server | None = None
    folder: str = "INBOX"
    trusted_authserv: str = ""


def comes_by(mail_account: MailAccount) -> ComesBy:
    """How the address is served now."""
    if mail_account.imap_id:
        return ComesBy.IMAP
    return ComesBy.FORWARDED if mail_account.forwarded_to else ComesBy.DOMAIN


def leaves_by(mail_account: MailAccount) -> LeavesBy:
    """By whom its mail leaves now."""
    return LeavesBy.OWN if mail_account.smtp_id else LeavesBy.RELAY


def declaration(server: Server, *, before: Connector | None) -> Declaration:
    """The server with its password. A stored one goes to where it was for and nowhere else: `PasswordMissing`."""
    password = server.password
    if not password:
        if before is None or _place_of(before) != _place(server) or not before.password:
            raise PasswordMissing(server.kind)
        password = before.password.reveal()
    return Declaration(
        kind=server.kind,
        destination=server.destination,
        tls=server.tls,
        username=server.username,
        password=password,
    )


def change_mail_account(mail_account: MailAccount, wanted: Wanted, *, actor: Actor) -> None:
    """Serve the address in another way. Raises `PasswordMissing` or `AddressRefused`; then nothing was changed."""
    with transaction.atomic():
        host = mail_account.address.partition("@")[2]
        if wanted.comes_by is ComesBy.DOMAIN:
            claim_domain(host)
        imap = _connector(wanted.imap, mail_account.imap, actor)
        smtp = _connector(wanted.smtp, mail_account.smtp, actor)
        if imap or smtp:
            change_servers(mail_account, imap=imap, smtp=smtp, actor=actor)
        mail_account.name, mail_account.department = wanted.name, wanted.department
        mail_account.folder, mail_account.trusted_authserv = wanted.folder, wanted.trusted_authserv
        mail_account.forwarded_to = _forwarding(mail_account, wanted.comes_by)
        left = _without(mail_account, wanted)
        mail_account.save()
        for connector in left:
            _let_go(connector, actor=actor)
        release_domain(host)
        record("mail_account.changed", mail_account, actor=actor, changes={"department": wanted.department.id})
    recipients.forget()


def make_default_address(mail_account: MailAccount, *, actor: Actor) -> None:
    """Let departments without an address of their own answer under this one."""
    with transaction.atomic():
        MailAccount.objects.filter(is_default=True).update(is_default=False)
        MailAccount.objects.filter(pk=mail_account.pk).update(is_default=True)
        record("mail_account.made_default", mail_account, actor=actor)
    mail_account.refresh_from_db()


def remove_mail_account(mail_account: MailAccount, *, actor: Actor) -> None:
    """Give an address up: its tickets stay, its servers are forgotten, what is written to it comes in no more.

    Mail of ours that still waits for its own server is held, and says so. Raises `DefaultStays`.
    """
    with transaction.atomic():
        if mail_account.is_default and MailAccount.objects.exclude(pk=mail_account.pk).exists():
            raise DefaultStays(mail_account.address)
        servers = [each for each in (mail_account.imap, mail_account.smtp) if each is not None]
        record("mail_account.removed", mail_account, actor=actor, changes={"department": mail_account.department_id})
        address = mail_account.address
        mail_account.delete()
        for connector in servers:
            if not _is_used(connector):
                retire_connector(connector, actor=actor)
        release_domain(address.partition("@")[2])
    recipients.forget()


def release_domain(host: str) -> None:
    """Ask for no more mail of a domain to which no address comes; give it up when there is no address at all."""
    addresses = MailAccount.objects.filter(address__endswith=f"@{host}")
    domain = Domain.objects.filter(host=host, serves_console=False).first()
    if domain is None or addresses.filter(imap=None, forwarded_to="").exists():
        return
    if addresses.exists():
        Domain.objects.filter(pk=host).update(receives_mail=False)
    else:
        domain.delete()
    directory.forget()


def _connector(server: Server | None, before: Connector | None, actor: Actor) -> Connector | None:
    """A new declaration; None when it is the one there is."""
    if server is None:
        return None
    declared = declaration(server, before=before)
    is_same = before is not None and _place_of(before) == _place(server) and before.tls == server.tls
    return None if is_same and not server.password else declare_connector(declared, actor=actor)


def _forwarding(mail_account: MailAccount, way: ComesBy) -> str:
    if way is not ComesBy.FORWARDED:
        return ""
    return mail_account.forwarded_to or address_to_forward_to()


def _without(mail_account: MailAccount, wanted: Wanted) -> list[Connector]:
    """Take from the address the servers it does not use any more; returns them."""
    left = []
    if wanted.comes_by is not ComesBy.IMAP and mail_account.imap:
        left.append(mail_account.imap)
        mail_account.imap = None
    if wanted.leaves_by is LeavesBy.RELAY and mail_account.smtp:
        left.append(mail_account.smtp)
        mail_account.smtp = None
    return left


def _let_go(connector: Connector, *, actor: Actor) -> None:
    """Forget a server nobody uses. What waited for it leaves by the relay: the account has just chosen that."""
    if _is_used(connector):
        return
    if connector.kind == Connector.Kind.SMTP:
        send_through(None, instead_of=[connector.pk])
    retire_connector(connector, actor=actor)


def _is_used(connector: Connector) -> bool:
    return MailAccount.objects.filter(**{connector.kind: connector}).exists()


def _place(server: Server) -> tuple[str, int, str]:
    return server.destination.host, server.destination.port, server.username


def _place_of(connector: Connector) -> tuple[str, int, str]:
    return connector.host, connector.port, connector.username
