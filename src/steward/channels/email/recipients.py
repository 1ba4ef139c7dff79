"""Whose mail an address is. Asked at every RCPT, so the answers are kept for a moment."""

import time
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from django.conf import settings

from steward.channels.email.models import MailAccount
from steward.channels.email.tokens import looks_like_token
from steward.lib.clock import now
from steward.tenancy.directory import Entry, account_at, base_host_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

_KEEP = 5.0  # seconds that an answer is believed
_MOST = 10_000  # domains remembered


class Taking(Enum):
    """What becomes of a mail that somebody wants to hand in."""

    TAKEN = "taken"  # of a suspended account it waits in the spool until the account is open again
    PUT_OFF = "put off"  # the sender tries again
    REFUSED = "refused"  # for good


class Recipient(NamedTuple):
    """An address that is ours: the account, and the local part in lower case, with what follows its plus sign."""

    account: Entry
    local: str

    @property
    def taking(self) -> Taking:
        """Whether mail is taken now. A suspended account's is for some days, or never, as the account chose."""
        if self.account.state == Account.State.ACTIVE:
            return Taking.TAKEN
        until = self.account.mail_held_until
        if self.account.state != Account.State.SUSPENDED or until is None:
            return Taking.PUT_OFF
        return Taking.TAKEN if now() < until else Taking.REFUSED


@dataclass(frozen=True, slots=True)
class _Domain:
    """What is known of a domain; without an account it is nobody's."""

    until: float
    account: Entry | None = None
    addresses: frozenset[str] = frozenset()


_kept: dict[str, _Domain] = {}


def account_for(address: str) -> Recipient | None:
    """Who receives mail for an address (`local@domain`, or a bare `postmaster`); None when it is not ours.

    Ours are the mail accounts of the account that owns the domain, with or without `+anything`; the addresses our own
    mails ask to be answered at; and postmaster (RFC 5321 section 4.5.1). The account may be suspended: see `state`.
    Raises what the database raises, which is never a reason to say that there is no such address.
    """
    local, domain = split_address(address)
    if not local or not domain:
        return None
    found = _fresh(domain) or _looked_up(domain)
    if found.account is None or not _is_ours(found, local, domain):
        return None
    return Recipient(found.account, local)


def is_remembered(address: str) -> bool:
    """Whether `account_for` answers without the database."""
    return _fresh(split_address(address)[1]) is not None


def base_address(address: str) -> str:
    """The address as `MailAccount.address` has it: lower case, without `+anything`, the domain in its ASCII form."""
    local, domain = split_address(address)
    return f"{local.partition('+')[0]}@{domain}"


def split_address(address: str) -> tuple[str, str]:
    """Local part and domain, both in lower case; empty where there is none, or none that could be ours."""
    local, _, domain = address.rpartition("@")
    if not local and domain.lower() == "postmaster":  # the one address that needs no domain
        return "postmaster", settings.STEWARD_DOMAIN
    if local.startswith('"') and local.endswith('"'):
        local = local[1:-1]
    return local.lower(), _ascii(domain)


def forget() -> None:
    """Ask the database anew: addresses were changed in this process."""
    _kept.clear()


def _is_ours(domain: _Domain, local: str, host: str) -> bool:
    if not domain.addresses:
        return False
    names = {f"{local}@{host}", base_address(f"{local}@{host}")}
    return bool(names & domain.addresses) or local == "postmaster" or looks_like_token(local)


def _fresh(host: str) -> _Domain | None:
    kept = _kept.get(host)
    return kept if kept and kept.until > time.monotonic() else None


def _looked_up(host: str) -> _Domain:
    account = base_host_account() if host == settings.STEWARD_DOMAIN else account_at(host)
    until = time.monotonic() + _KEEP
    if account is None or not account.receives_mail:
        found = _Domain(until)
    else:
        with account_scope(account.id):
            rows = MailAccount.objects.values_list("address", "forwarded_to")
            addresses = frozenset(address for row in rows for address in row if address)
        found = _Domain(until, account, frozenset("@".join(split_address(address)) for address in addresses))
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[host] = found
    return found


def _ascii(domain: str) -> str:
    """The IDNA form, as the directory has it."""
    domain = domain.rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
