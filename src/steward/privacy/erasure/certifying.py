"""What is certified of an erasure that is done: what went from where, when, and what it does not cover.

Counts, times and ids, and nobody's name. Keys of the document are words of ours that do not change; `FORM` counts
when they do. The sentences in it are in English, for whoever reads the file without us.
"""

import hashlib
import json
from typing import Any

from steward.privacy.erasure.models import Erasure
from steward.tenancy.models import Account

FORM = 1

# What the key of an account protects in copies of the data that are older than the erasure, and what it does not.
UNDER_THE_KEY = ["stored files", "mails as they came", "mails as they left", "stored passwords of mail servers"]
NOT_UNDER_THE_KEY = ["texts of messages", "subjects", "names", "addresses", "search entries", "events"]

# Said openly: what no erasure here can reach, or does not without somebody who looks.
NOT_COVERED = [
    "mail that has been delivered: it is with those it was sent to",
    "what others wrote about the person in their own words",
    "copies that members of the account have taken away",
    "mailboxes of the account on servers of others",
    "events: that something happened, when and by whom stays; what it changed is erased",
]


def certified(erasure: Erasure) -> tuple[str, str]:
    """The certificate as canonical JSON, and the SHA-256 of its UTF-8 form in hex."""
    text = json.dumps(_certificate(erasure), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text, hashlib.sha256(text.encode()).hexdigest()


def is_genuine(erasure: Erasure) -> bool:
    """Whether the certificate is as it was made."""
    return hashlib.sha256(erasure.certificate.encode()).hexdigest() == erasure.certificate_sha256


def _certificate(erasure: Erasure) -> dict[str, Any]:
    account = Account.objects.get(pk=erasure.account_id)
    return {
        "form": FORM,
        "erasure": str(erasure.id),
        "account": {"id": str(account.id), "slug": account.slug},
        "of": _kind(erasure.extent or {}),
        "asked_by": {"kind": erasure.asked_by_kind, "id": str(erasure.asked_by_id) if erasure.asked_by_id else None},
        "planned_at": _moment(erasure.planned_at),
        "started_at": _moment(erasure.started_at),
        "live_done_at": _moment(erasure.finished_at),
        "backups_end_at": _moment(erasure.backups_end_at),
        "stores": [_store(name, erasure) for name in sorted({*erasure.planned, *erasure.erased})],
        "backups": {
            "under_the_key_of_the_account": UNDER_THE_KEY,
            "not_under_the_key": NOT_UNDER_THE_KEY,
            "after_a_restore": "the erasure is repeated from the ledger before anything is served",
        },
        "not_covered": NOT_COVERED,
    }


def _kind(extent: dict[str, Any]) -> str:
    if not extent.get("contacts") and not extent.get("addresses"):
        return "tickets"
    return "person_without_tickets" if extent.get("keeps_tickets") else "person"


def _store(name: str, erasure: Erasure) -> dict[str, Any]:
    """Read back after each step: what was left of it then is an erasure that failed, and has no certificate."""
    return {"store": name, "planned": erasure.planned.get(name, 0), "erased": erasure.erased.get(name, 0), "left": 0}


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
