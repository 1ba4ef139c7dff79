"""What is certified of an erasure that is done: what went from where, when, and what it does not cover.

Counts, times and ids, and nobody's name. Keys of the document are words of ours that do not change; `FORM` counts
when they do. The sentences in it are in English, for whoever reads the file without us; on paper they
are in the language of the account.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as _

from steward.privacy.erasure.ledger import write_certificate
from steward.privacy.erasure.ledger_lines import Certified
from steward.privacy.erasure.models import Erasure
from steward.tenancy.models import Account

FORM = 3

# What the key of an account protects in copies of the data that are older than the erasure, and what it does not.
# In English in the file, and in the language of the account on paper.
UNDER_THE_KEY = [
    _("stored files"),
    _("mails as they came"),
    _("mails as they left"),
    _("stored passwords of mail servers"),
]
NOT_UNDER_THE_KEY = [
    _("texts of messages"),
    _("subjects"),
    _("names"),
    _("addresses"),
    _("search entries"),
    _("events"),
]

# Said openly: what no erasure here can reach, or does not without somebody who looks.
NOT_COVERED = [
    _("mail that has been delivered: it is with those it was sent to"),
    _("what others wrote about the person in their own words and nobody has confirmed"),
    _("drafts and files of others that name the person: only messages and subjects were looked through"),
    _("names of fewer than three letters: they were not looked for in texts of others"),
    _("copies that members of the account have taken away"),
    _("mailboxes of the account on servers of others, where it was not asked for or they were out of reach"),
    _("events: that something happened, when and by whom stays; what it changed is erased"),
]
# What is still needed to tell those who are to be told (GDPR articles 12(3) and 19), of people alone.
OF_A_PERSON = [
    _(
        "letters to recipients of the person’s data: they hold the addresses, and some the name, until the recipient "
        "is told, for 37 days at most"
    ),
    _(
        "requests of the person that are not answered yet: who asked, and in which words, is known until they are "
        "closed"
    ),
]
OF_AN_AGENT = [
    _("what the agent wrote to customers: it stays, under “former agent”"),
    _(
        "agreements the agent signed for the account: name, position and network address stay until the account is "
        "deleted, as proof of the contract (GDPR articles 17(3)(e) and 28(9))"
    ),
    _("copies that members of the account have taken away"),
    _("events: that something happened, when and by whom stays; what it changed is erased"),
]

Section = Callable[[Erasure], Any]
_sections: dict[str, Section] = {}


def section(name: str) -> Callable[[Section], Section]:
    """Register what a package has to say about an erasure that is done, as a JSON value of counts and times."""

    def register(says: Section) -> Section:
        _sections[name] = says
        return says

    return register


def certified(erasure: Erasure) -> tuple[str, str]:
    """The certificate as canonical JSON, and the SHA-256 of its UTF-8 form in hex."""
    return sealed(_certificate(erasure))


def certified_again(
    erasure: Erasure, first: Certified, *, at: datetime, erased: Mapping[str, int], together: int
) -> tuple[str, str]:
    """The same of one that was done again on a restored database: `first` is what is known of the certificate of that
    day, which the backup did not have.

    `erased` is what the repetition found, of as many erasures as were repeated `together`. Sections of packages are in
    the first one alone: what they count was there then.
    """
    told = {name: value for name, value in _certificate(erasure).items() if name not in _sections}
    numbers = sorted(erased.items())
    stores = [{"store": name, "planned": number, "erased": number, "left": 0} for name, number in numbers if number]
    known = {"sha256": first.sha256, "written_down_at": first.at}
    replayed = {"at": _moment(at), "erasures_together": together, "first_certificate": known}
    return sealed(told | {"stores": stores, "replayed": replayed})


def note_in_ledger(erasure: Erasure) -> None:
    """Write down, outside the database, by what its certificate can be known: a restored one has not got it.

    The last thing in its transaction: what is rolled back must not be in the ledger.
    """
    write_certificate(
        erasure.account_id,
        erasure=str(erasure.pk),
        of=erasure.of,
        sha256=erasure.certificate_sha256,
        asked_by_kind=erasure.asked_by_kind,
        asked_by_id=str(erasure.asked_by_id or ""),
        planned_at=_moment(erasure.planned_at) or "",
        started_at=_moment(erasure.started_at) or "",
        live_done_at=_moment(erasure.finished_at) or "",
        backups_end_at=_moment(erasure.backups_end_at) or "",
    )


def sealed(told: dict[str, Any]) -> tuple[str, str]:
    """The canonical JSON of a certificate, and its SHA-256."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text, hashlib.sha256(text.encode()).hexdigest()


def renew(erasure_id: UUID, sections: Collection[str]) -> bool:
    """Make a certificate anew with what sections say now; False before there is one. In the current transaction.

    It counts its versions, and names the SHA-256 of each before it: whoever holds an older one sees that it is of the
    same line. The last thing in its transaction, for the ledger.
    """
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    if not erasure.certificate:
        return False
    told = json.loads(erasure.certificate)
    told |= _said(erasure, sections)
    told["version"] = told.get("version", 1) + 1
    told["versions_before"] = [*told.get("versions_before", []), erasure.certificate_sha256]
    erasure.certificate, erasure.certificate_sha256 = sealed(told)
    erasure.save(update_fields=["certificate", "certificate_sha256"])
    note_in_ledger(erasure)
    return True


def is_genuine(erasure: Erasure) -> bool:
    """Whether the certificate is as it was made."""
    return hashlib.sha256(erasure.certificate.encode()).hexdigest() == erasure.certificate_sha256


def _certificate(erasure: Erasure) -> dict[str, Any]:
    account = Account.objects.get(pk=erasure.account_id)
    return {
        "form": FORM,
        "erasure": str(erasure.id),
        "account": {"id": str(account.id), "slug": account.slug},
        "language": account.language,
        "of": erasure.of,
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
        "not_covered": _not_covered(Erasure.Of(erasure.of)),
        **_said(erasure, _sections),
    }


def _not_covered(of: Erasure.Of) -> list[str]:
    if of == Erasure.Of.AGENT:
        return OF_AN_AGENT
    return [*NOT_COVERED, *OF_A_PERSON] if of in {Erasure.Of.PERSON, Erasure.Of.NAMELESS} else NOT_COVERED


def _said(erasure: Erasure, sections: Collection[str]) -> dict[str, Any]:
    """What the sections say; one that has nothing to say of an erasure is left out."""
    said = {name: _sections[name](erasure) for name in sorted(sections)}
    return {name: words for name, words in said.items() if words is not None}


def _store(name: str, erasure: Erasure) -> dict[str, Any]:
    """Read back after each step: what was left of it then is an erasure that failed, and has no certificate."""
    return {"store": name, "planned": erasure.planned.get(name, 0), "erased": erasure.erased.get(name, 0), "left": 0}


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
