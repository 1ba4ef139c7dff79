"""Whose a domain is: shown by a TXT record that only its owner can set.

Without that, anybody with an account could receive, or write from, a domain of somebody else. Nothing is asked where
the installation has one account: it is whose machine it is.
"""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings

from steward.privacy.egress.dns import RESOLVE, LookupFailed, texts
from steward.privacy.keys.cipher import derive
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import current_account_id

_PURPOSE = "domain proof"


@dataclass(frozen=True, slots=True)
class Proof:
    """The record that shows it: `value` at `name`."""

    host: str
    name: str
    value: str


def proof_wanted(host: str) -> Proof | None:
    """What the account in scope has to show before a domain is its own; None for one that is, or need not be shown."""
    account_id = current_account_id()
    is_own = Domain.objects.filter(host=host, account_id=account_id).exists()
    if is_own or settings.STEWARD_DEMO or not Account.objects.exclude(pk=account_id).exists():
        return None
    key = derive(account_id, _PURPOSE)
    digest = hmac.new(key, host.encode(), hashlib.sha256).hexdigest()[:32]
    return Proof(host, f"_steward.{host}", f"steward-domain={digest}")


def is_shown(proof: Proof) -> bool:
    """Whether the record is there. Asks the DNS: not in a transaction. No answer is no."""
    try:
        found = texts(proof.name, purpose=RESOLVE)
    except LookupFailed:
        return False
    return proof.value.encode() in found
