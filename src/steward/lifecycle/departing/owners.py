"""Who owned the account when its deletion began: kept to mail them the certificates, until the second has left.

The account will know nobody by then. Addresses and languages, and the name of who ordered it, are under the key of the
installation.
"""

import hashlib
import hmac
import json
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.lifecycle.departed_models import ADDRESSES, Departure
from steward.lifecycle.ending import Ending, ending_of
from steward.lifecycle.letters import put_letter
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.keys.cipher import decrypt_for_installation, derive_installation, encrypt_for_installation
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account


class News(Enum):
    DELETED = "deleted"
    GONE = "gone"


_SUBJECTS: dict[News, Any] = {
    News.DELETED: _("Your help desk is deleted"),
    News.GONE: _("Nothing of your help desk is left"),
}
_TEXTS: dict[News, Any] = {
    News.DELETED: _(
        "Everything that the help desk of %(company)s held is deleted, and its key is destroyed. Backups from before "
        "hold some of it until they expire; nobody works with them. The certificate says what went, and until when the "
        "backups are kept:\n%(link)s\n\n"
        "The link needs no account. Once the last backup is gone you get a second certificate. Your address is kept "
        "until then, for that mail alone.\n"
    ),
    News.GONE: _(
        "The last backup that could hold anything of the help desk of %(company)s is gone. Both certificates:\n"
        "%(link)s\n\nThis is the last mail about it: your address is forgotten with it.\n"
    ),
}


def owners_now(account: Account) -> bytes:
    """The owners of the account in scope, and by whom or what it ended, as a departure keeps them."""
    owners = Membership.objects.select_related("user").filter(role=Role.OWNER).order_by("pk")
    told = {
        "owners": [[owner.user.email, language_of(owner, account)] for owner in owners],
        "ending": ending_of(account).stored_form(),
    }
    return encrypt_for_installation(json.dumps(told).encode(), context=_context(account.pk))


def tell_former_owners(news: News, account: Account, departure: Departure) -> int:
    """Mail to each of them, in the current transaction; returns how many."""
    if not departure.told:
        return 0
    told = json.loads(decrypt_for_installation(bytes(departure.told), context=_context(account.pk)))
    filled = {"company": account.name, "link": certificates_url(account.pk)}
    if isinstance(told, list):  # of a deletion that began before it was kept by whom
        told = {"owners": told, "ending": None}
    ending = Ending.read(told["ending"]) if told["ending"] else None
    for address, language in told["owners"]:
        with override(language):
            parts = [str(_TEXTS[news]) % filled, *([ending.in_words(account.time_zone)] if ending else [])]
            put_letter(address, str(_SUBJECTS[news]), "\n".join(parts))
    return len(told["owners"])


def certificates_url(account_id: UUID) -> str:
    """Where whoever has the link reads the certificates of an account."""
    return f"{base_url()}/certificates/{account_id}/{token_of(account_id)}"


def token_of(account_id: UUID) -> str:
    """What proves that somebody was told: nothing of it is stored, and nobody without the key can make one."""
    key = derive_installation("certificates of accounts")
    return hmac.new(key, account_id.bytes, hashlib.sha256).hexdigest()[:40]


def is_token_of(token: str, account_id: UUID) -> bool:
    return constant_time_compare(token, token_of(account_id))


def _context(account_id: UUID) -> str:
    return f"{ADDRESSES}|{account_id}"
