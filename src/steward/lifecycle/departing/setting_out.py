"""What stands on the certificate of an account on paper, in the language the account had."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language_bidi, gettext, ngettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext as in_words

from steward.lifecycle.departed_models import AccountCertificate
from steward.lifecycle.departing.certifying import UNREAD
from steward.privacy.egress.pdf_child import SECONDS, NotSet, set_by_child
from steward.privacy.erasure.printing import NotPrinted
from steward.privacy.erasure.setting_out import moment, number, section

Told = Mapping[str, Any]

# Tables by how their names begin, in groups that people know. What is in none of them is under the last.
_GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (pgettext_lazy("what is deleted", "Tickets with messages, notes, drafts and search entries"), ("tickets_",)),
    (pgettext_lazy("what is deleted", "Customers and their addresses"), ("contacts_",)),
    (pgettext_lazy("what is deleted", "Stored files"), ("files",)),
    (pgettext_lazy("what is deleted", "Mails in and out, and mail accounts"), ("email_", "outbox_", "maildir")),
    (
        pgettext_lazy("what is deleted", "People who worked there, with sign-ins and notices"),
        ("people_", "identities", "live_", "notifications_"),
    ),
    (pgettext_lazy("what is deleted", "The record of who did what, and who read what"), ("events_", "audit_")),
    (
        pgettext_lazy("what is deleted", "Settings, domains, brand, plan"),
        ("tenancy_", "brand_", "lifecycle_", "procrastinate_", "jobs"),
    ),
)
_OTHER = pgettext_lazy("what is deleted", "Privacy: requests, erasures, agreements, what left, and everything else")


def certificate_pdf(certificate: AccountCertificate, *, seconds: float = SECONDS) -> bytes:
    """The certificate as a PDF, equal bytes each time. Raises `NotPrinted`."""
    content = json.dumps(set_out(json.loads(certificate.content), certificate.sha256))
    at = int(certificate.made_at.timestamp())
    try:
        return set_by_child("steward.privacy.erasure.typesetting", content.encode(), at=at, seconds=seconds)
    except NotSet as error:
        raise NotPrinted(str(error)) from error


def set_out(told: Told, sha256: str) -> dict[str, Any]:
    """The certificate as JSON values for the sheet of certificates."""
    with override(told.get("language", "en")):
        return {
            "language": told.get("language", "en"),
            "is_right_to_left": get_language_bidi(),
            "title": gettext("Certificate of deletion"),
            "subtitle": gettext("Number %(number)s: everything of %(company)s")
            % {"number": told["number"], "company": told["account"]["name"]},
            "foot": gettext("SHA-256 of the certificate as JSON: %(digest)s") % {"digest": sha256},
            "author": told["account"]["slug"],
            "sections": [one for one in _sections(told) if one],
        }


def by_groups(told: Told) -> list[tuple[str, int, int]]:
    """(words, how many there were, how many were erased), for the groups in which there was something."""
    numbers: dict[str, tuple[int, int]] = {}
    for store in told["stores"]:
        words = _group_of(store["store"])
        before, erased = numbers.get(words, (0, 0))
        numbers[words] = before + store["before"], erased + store["erased"]
    order = [str(words) for words, _names in _GROUPS] + [str(_OTHER)]
    return [(words, *numbers[words]) for words in order if words in numbers]


def _group_of(store: str) -> str:
    if store == "files_file":  # the bytes are counted
        return str(_OTHER)
    return next((str(words) for words, names in _GROUPS if store.startswith(names)), str(_OTHER))


def _sections(told: Told) -> list[dict[str, Any] | None]:
    head = [
        pgettext("certificate", "What"), pgettext("how many", "Before"), pgettext("how many", "Erased"),
        pgettext("how many", "Left"),
    ]  # fmt: skip
    rows = [[words, number(before), number(erased), number(0)] for words, before, erased in by_groups(told)]
    return [
        section(gettext("What was deleted, and when"), rows=_when(told), widths="pairs"),
        section(gettext("Where it was, and how much"), head=head, rows=rows, widths="numbers"),
        _by_itself(told),
        _unread(told),
        _again(told),
        _backups(told),
        _invoices(told),
        section(gettext("What stays"), points=[in_words(one) for one in told["stays"]]),
        section(gettext("What deleting does not reach"), points=[in_words(one) for one in told["not_covered"]]),
    ]


def _by_itself(told: Told) -> dict[str, Any] | None:
    count = sum(store.get("went_by_itself", 0) for store in told["stores"])
    if not count:
        return None
    words = ngettext(
        "%(count)s of what was counted before went by its own clock meanwhile, and not by this deletion. It was looked "
        "for at the end, and is not there.",
        "%(count)s of what was counted before went by their own clocks meanwhile, and not by this deletion. They were "
        "looked for at the end, and are not there.",
        count,
    )
    return section(gettext("What went by itself"), text=[words % {"count": number(count)}])


def _unread(told: Told) -> dict[str, Any] | None:
    """Of the first certificate alone: when the second is made such a copy is destroyed by its age."""
    names = told.get(UNREAD)
    if not names:
        return None
    words = gettext(
        "These copies of the keys could not be read, so the key could not be taken out of them: %(names)s. Each is "
        "destroyed when it is seven days old. It opens nothing without the master key, which is in no copy."
    )
    return section(gettext("Copies of the keys that could not be read"), text=[words % {"names": ", ".join(names)}])


def _when(told: Told) -> list[list[str]]:
    rows = [
        [pgettext("certificate", "Account"), f"{told['account']['name']} ({told['account']['slug']})"],
        [pgettext("certificate", "Ordered"), _by_whom(told)],
        [pgettext("certificate", "Begun"), moment(told["begun_at"])],
        [pgettext("certificate", "Gone from all that is in use, and read back"), moment(told["deleted_at"])],
        [pgettext("certificate", "Key of the account destroyed"), moment(told["key"]["destroyed_at"])],
        [pgettext("certificate", "The last backup from before it is gone"), moment(told["backups"]["hold_until"])],
    ]
    if "gone_at" in told:
        rows[-1] = [pgettext("certificate", "No backup from before it is left"), moment(told["gone_at"])]
    return rows


def _by_whom(told: Told) -> str:
    if told["ordered_by_an_owner"]:
        return pgettext("certificate", "by an owner")
    return pgettext("certificate", "by nobody: the time after termination was over")


def _again(told: Told) -> dict[str, Any] | None:
    first = told.get("repeated_after_a_restore")
    if not first:
        return None
    words = gettext(
        "A backup from before the deletion was restored, and the account was deleted again before anything was served. "
        "It had been deleted on %(moment)s; the SHA-256 of the certificate of that day was %(digest)s."
    )
    filled = words % {"moment": moment(first["deleted_at"]), "digest": first["sha256"]}
    return section(gettext("Repeated after a restore"), text=[filled])


def _backups(told: Told) -> dict[str, Any]:
    checked = told.get("backups_checked")
    if checked:
        words = gettext(
            "On %(moment)s the backups were looked through (%(count)s): none of them is from before the deletion, and "
            "no key of an older one is left."
        )
        text = [words % {"moment": moment(checked["at"]), "count": number(checked["backups_there"])}]
        if not checked["place"]:
            text = [gettext("This installation has no place for backups set; no key of an older backup was left.")]
        return section(gettext("Backups"), text=text)
    under = ", ".join(in_words(one) for one in told["backups"]["under_the_key_of_the_account"])
    bare = ", ".join(in_words(one) for one in told["backups"]["not_under_the_key"])
    return section(
        gettext("Until the last backup is gone"),
        text=[
            gettext(
                "Backups from before the deletion hold copies until the date above. In them these are under the key of "
                "the account, which is destroyed: %(under)s. These are not: %(bare)s."
            )
            % {"under": under, "bare": bare},
            gettext(
                "When a backup is restored, the account is deleted again from the ledger before anything is served."
            ),
        ],
    )


def _invoices(told: Told) -> dict[str, Any] | None:
    kept = told["invoices_kept_by_law"]
    if not kept:
        return None
    head = [
        pgettext("of an invoice", "Number"), pgettext("of an invoice", "Issued to"),
        pgettext("of an invoice", "Amount"), pgettext("of an invoice", "Kept until"),
    ]  # fmt: skip
    rows = [
        [f"{one['number']} · {one['issued_at'][:10]}", one["issued_to"], f"{one['amount']} {one['currency']}",
         one["kept_until"][:10]]
        for one in kept
    ]  # fmt: skip
    return section(gettext("Invoices that law wants kept"), head=head, rows=rows, widths="recipients")
