"""What is certified of an account that is deleted, and again when the last backup is gone: counts, times, ids.

Canonical JSON with its SHA-256, as of erasures. Keys are words of ours that do not change; `FORM` counts when they do.
Sentences are in English, for whoever reads the file without us; on paper they are in the language of the account.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from steward.lib.clock import now
from steward.lifecycle.departed_models import AccountCertificate, Departure, KeptInvoice
from steward.privacy.erasure.certifying import NOT_UNDER_THE_KEY, UNDER_THE_KEY, sealed
from steward.tenancy.models import Account

FORM = 1
Of = AccountCertificate.Of
UNREAD = "copies_of_keys_that_could_not_be_read"  # by their names: whether the key is in them, nobody can say

# Said openly: what deleting an account does not reach, and what stays of it.
NOT_COVERED = [
    _("mail that has been delivered: it is with those it was sent to"),
    _("copies that members of the account have taken away, and mailboxes on servers of others"),
    _("what subprocessors and services of the account were sent: they delete it by their own agreements"),
]
STAYS = [
    _("the address of the account, so that it is never given to somebody else"),
    _("on which plan the account was, and when each part of its life began"),
    _("what operators did with the account: ids and codes, no content"),
    _("the certificates, with the name of the company"),
    _("entries in the registers of breaches and of demands by authorities, if it was concerned: ids and numbers"),
    _("a person’s consent to mail about the service, if one was given: until it is withdrawn, five years at most"),
    _("lines of the ledger of erasures and the last anchor of its record: ids and digests, as long as backups live"),
]


def certify(account: Account, departure: Departure, of: str, more: Mapping[str, Any]) -> AccountCertificate:
    """Store the certificate; made once, it stays as it is. The number stands in it, so it is drawn first."""
    made = AccountCertificate.objects.create(account=account, of=of, content="", sha256="", made_at=now())
    first = AccountCertificate.objects.filter(account=account, of=Of.DELETED).exclude(pk=made.pk).first()
    told = _told(account, departure) | {"number": made.number, "certifies": of, "made_at": made.made_at.isoformat()}
    if first is not None:
        told["first_certificate"] = {"number": first.number, "sha256": first.sha256}
    made.content, made.sha256 = sealed(told | dict(more))
    made.save(update_fields=["content", "sha256"])
    return made


def _told(account: Account, departure: Departure) -> dict[str, Any]:
    return {
        "form": FORM,
        "account": {"id": str(account.pk), "slug": account.slug, "name": account.name},
        "language": account.language,
        "ordered_by_an_owner": departure.is_ordered,
        "begun_at": _moment(departure.begun_at),
        "counted_at": _moment(departure.counted_at),
        "deleted_at": _moment(departure.deleted_at),
        "stores": [_store(name, departure) for name in sorted({*departure.before, *departure.erased})],
        "key": {"destroyed_at": _moment(departure.key_destroyed_at), "copies_it_was_taken_from": departure.key_copies},
        "invoices_kept_by_law": _invoices(account),
        "backups": {
            "hold_until": _moment(departure.backups_end_at),
            "under_the_key_of_the_account": UNDER_THE_KEY,
            "not_under_the_key": NOT_UNDER_THE_KEY,
            "after_a_restore": "the account is deleted again from the ledger before anything is served",
        },
        "stays": STAYS,
        "not_covered": NOT_COVERED,
    }


def _store(name: str, departure: Departure) -> dict[str, Any]:
    """Read back at the end: with anything left there is no certificate. What else is missing went by its own clock."""
    before, erased = departure.before.get(name, 0), departure.erased.get(name, 0)
    by_itself = {"went_by_itself": before - erased} if before > erased else {}
    return {"store": name, "before": before, "erased": erased, "left": 0} | by_itself


def _invoices(account: Account) -> list[dict[str, Any]]:
    return [
        {
            "number": each.number,
            "issued_to": each.issued_to,
            "issued_at": each.issued_at.isoformat(),
            "amount": str(each.amount),
            "currency": each.currency,
            "state": each.state,
            "kept_until": each.kept_until.isoformat(),
        }
        for each in KeptInvoice.objects.filter(account=account).order_by("issued_at", "number")
    ]


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
