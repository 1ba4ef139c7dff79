"""Giving an account an address: where its mail comes in and under which it answers."""

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from steward.channels.email import recipients
from steward.channels.email.mail_templates import ALLOWED, Kind
from steward.channels.email.models import MailAccount
from steward.channels.email.wording import check
from steward.events.actions import record
from steward.lib.actor import Actor
from steward.outbox.actions import send_through
from steward.people.models import Department
from steward.privacy.egress.connectors import retire_connector
from steward.privacy.egress.models import Connector
from steward.tenancy import directory
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import current_account_id


class AddressRefused(ValueError):
    """The address cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """How an address is served. Without `imap` its mail is brought to us, so its domain becomes the account's.

    Unless another mailbox forwards it (`is_forwarded`): then it gets an address of ours for that, `forwarded_to`.
    """

    address: str
    name: str = ""
    imap: Connector | None = None
    smtp: Connector | None = None
    trusted_authserv: str = ""
    folder: str = "INBOX"
    is_forwarded: bool = False


def add_mail_account(mailbox: Mailbox, *, department: Department, actor: Actor) -> MailAccount:
    """Make the address one of the account in scope; the first one is its default. Raises `AddressRefused`."""
    address = _checked(mailbox.address)
    with transaction.atomic():
        if MailAccount.objects.filter(address=address).exists():
            raise AddressRefused(f"{address} is an address of this account already.")
        if mailbox.imap is None and not mailbox.is_forwarded:
            claim_domain(address.partition("@")[2])
        columns: dict[str, Any] = {
            name: getattr(mailbox, name) for name in ("name", "imap", "smtp", "trusted_authserv", "folder")
        }
        columns["forwarded_to"] = address_to_forward_to() if mailbox.is_forwarded else ""
        is_default = not MailAccount.objects.filter(is_default=True).exists()
        made = MailAccount.objects.create(address=address, department=department, is_default=is_default, **columns)
        for connector in filter(None, (mailbox.imap, mailbox.smtp)):
            follow(connector)
        record("mail_account.added", made, actor=actor, changes={"department": department.id})
    recipients.forget()
    return made


def change_servers(mail_account: MailAccount, *, imap: Connector | None, smtp: Connector | None, actor: Actor) -> None:
    """Fetch from, or send through, another server, or the same one with another password. None leaves it as it is."""
    with transaction.atomic():
        for name, connector in (("imap", imap), ("smtp", smtp)):
            if connector is not None:
                old = getattr(mail_account, name)
                MailAccount.objects.filter(pk=mail_account.pk).update(**{name: connector})
                follow(connector, also=[old.id] if old else [])
                if old and not MailAccount.objects.filter(**{name: old}).exists():
                    retire_connector(old, actor=actor)
        record("mail_account.changed", mail_account, actor=actor)
    mail_account.refresh_from_db()


def answer_automatically(
    mail_account: MailAccount,
    *,
    is_on: bool,
    subject: str | None = None,
    text: str | None = None,
    actor: Actor,
) -> None:
    """Say to those who write to the address that it has come in, or no longer. None leaves subject or text as it is.

    Empty ones are those of the account's templates. Raises `BadWording`.
    """
    said = {"automatic_subject": subject, "automatic_text": text}
    for words in filter(None, said.values()):
        check(words, ALLOWED[Kind.AUTOMATIC])
    with transaction.atomic():
        columns: dict[str, Any] = {"answers_automatically": is_on}
        columns |= {name: words for name, words in said.items() if words is not None}
        MailAccount.objects.filter(pk=mail_account.pk).update(**columns)
        record("mail_account.changed", mail_account, actor=actor, changes={"answers_automatically": is_on})
    mail_account.refresh_from_db()


def follow(connector: Connector, *, also: Collection[UUID] = ()) -> None:
    """Whatever used an earlier declaration of the same server and user uses this one: that one is retired."""
    place = {name: getattr(connector, name) for name in ("kind", "host", "port", "username")}
    earlier = list(Connector.objects.filter(**place).exclude(pk=connector.pk).values_list("id", flat=True))
    MailAccount.objects.filter(**{f"{connector.kind}__in": earlier}).update(**{connector.kind: connector})
    if connector.kind == Connector.Kind.SMTP:
        send_through(connector, instead_of=[*earlier, *also])


def _checked(address: str) -> str:
    local, domain = recipients.split_address(address.strip())
    try:
        validate_email(f"{local}@{domain}")
    except ValidationError:
        raise AddressRefused(f"“{address}” is no e-mail address.") from None
    if "+" in local:
        raise AddressRefused("What follows a + is ours to use: give the address without it.")
    return f"{local}@{domain}"


def claim_domain(host: str, *, receives_mail: bool = True) -> None:
    """Make the domain the account's: its mail comes to our listener, or only leaves from here. `AddressRefused`."""
    account_id = current_account_id()
    if _is_of_the_installation(host, account_id):
        raise AddressRefused(f"{host} belongs to this installation: nobody can have its mail.")
    domain, is_new = Domain.objects.get_or_create(
        host=host, defaults={"account": Account(id=account_id), "receives_mail": receives_mail}
    )
    if domain.account_id != account_id:
        raise AddressRefused(f"Mail for {host} belongs to another account; fetch yours with IMAP instead.")
    if receives_mail and not domain.receives_mail:
        Domain.objects.filter(pk=host).update(receives_mail=True)
    if is_new or receives_mail != domain.receives_mail:
        directory.forget()


def address_to_forward_to() -> str:
    """A new address of ours below the account's own name, for another mailbox to forward to."""
    slug = Account.objects.values_list("slug", flat=True).get(pk=current_account_id())
    unique = base64.b32encode(secrets.token_bytes(5)).decode().lower()
    return f"in-{unique}@{slug}.{settings.STEWARD_DOMAIN}"


def _is_of_the_installation(host: str, account_id: UUID) -> bool:
    """The installation's own names and all below its domain, but for the name that was issued to the account."""
    if directory.is_base_host(host):
        base = directory.base_host_account()
        return base is None or base.id != account_id
    is_below = host.endswith(f".{settings.STEWARD_DOMAIN}")
    return is_below and not Domain.objects.filter(host=host).exists()
