"""What stands on a certificate, in the language of the account: headings, tables and sentences, ready to be set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi, gettext, ngettext, override, pgettext
from django.utils.translation import gettext as in_words

from steward.privacy.erasure.wording import WORDS, by_group

Certificate = Mapping[str, Any]
Rows = list[list[str]]


def set_out(certificate: Certificate, sha256: str, purposes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The certificate as JSON values for `paper/certificate.typ`; `purposes` are words for what left was for."""
    with override(certificate.get("language", "en")):
        return {
            "language": certificate.get("language", "en"),
            "is_right_to_left": get_language_bidi(),
            "title": gettext("Certificate of erasure"),
            "subtitle": gettext("Account %(slug)s, erasure %(number)s")
            % {"slug": certificate["account"]["slug"], "number": certificate["erasure"]},
            "foot": gettext("SHA-256 of the certificate as JSON: %(digest)s") % {"digest": sha256},
            "author": certificate["account"]["slug"],
            "sections": [one for one in _sections(certificate, purposes or {}) if one],
        }


def _sections(told: Certificate, purposes: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    return [
        section(gettext("What was erased, and when"), rows=_when(told), widths="pairs"),
        section(gettext("Where it was, and how much"), head=_head(), rows=_stores(told), widths="numbers"),
        _replayed(told),
        _mentions(told),
        _mailboxes(told),
        _recipients(told, purposes),
        _backups(told),
        section(gettext("What no erasure here reaches"), points=[in_words(one) for one in told["not_covered"]]),
    ]


def section(
    title: str, *, text: Sequence[str] = (), points: Sequence[str] = (), head: Sequence[str] = (),
    rows: Rows | None = None, widths: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One part of a certificate, as the sheet takes it."""
    return {
        "title": title, "text": list(text), "points": list(points), "head": list(head), "rows": rows or [],
        "widths": widths,
    }  # fmt: skip


def _when(told: Certificate) -> Rows:
    kinds = {
        "person": gettext("a person, with their tickets"),
        "person_without_tickets": gettext("a person; their tickets stay without a name"),
        "tickets": gettext("tickets, with everything in them"),
        "agent": gettext("an agent’s profile"),
        "customers": gettext("customers of whom nothing else was here, by a rule of retention"),
    }
    return [
        [pgettext("certificate", "What"), kinds[told["of"]]],
        [pgettext("certificate", "Planned"), moment(told["planned_at"])],
        [pgettext("certificate", "Begun"), moment(told["started_at"])],
        [pgettext("certificate", "Gone from all that is in use, and read back"), moment(told["live_done_at"])],
        [pgettext("certificate", "The last backup from before it is gone"), moment(told["backups_end_at"])],
        *([[pgettext("certificate", "Version"), number(told["version"])]] if "version" in told else []),
    ]


def _head() -> list[str]:
    return [
        pgettext("certificate", "What"),
        pgettext("how many", "Planned"),
        pgettext("how many", "Erased"),
        pgettext("how many", "Left"),
    ]


def _stores(told: Certificate) -> Rows:
    """By the groups that people know; the file for machines names every store."""
    planned = by_group({one["store"]: one["planned"] for one in told["stores"]})
    erased = by_group({one["store"]: one["erased"] for one in told["stores"]})
    return [
        [str(words), number(planned.get(group, 0)), number(erased.get(group, 0)), number(0)]
        for group, words in WORDS.items()
        if group in planned or group in erased
    ]


def _replayed(told: Certificate) -> dict[str, Any] | None:
    again = told.get("replayed")
    if not again:
        return None
    together = again["erasures_together"]
    text = [
        gettext(
            "A backup from before the erasure was restored, and the erasure was repeated on %(moment)s, before "
            "anything was served. The first certificate was not in that backup; its SHA-256 was %(digest)s."
        )
        % {"moment": moment(again["at"]), "digest": again["first_certificate"]["sha256"]},
        ngettext(
            "The table says what the repetition found.",
            "The table says what the repetition found, for %(n)s erasures that were repeated together.",
            together,
        )
        % _n(together),
    ]
    return section(gettext("Repeated after a restore"), text=text)


def _mentions(told: Certificate) -> dict[str, Any] | None:
    found = told.get("mentions")
    if not found or not found["found"]:
        return None
    points = [
        ngettext("%(n)s place was found.", "%(n)s places were found.", found["found"]) % _n(found["found"]),
        ngettext(
            "%(n)s was confirmed by an agent, and made unreadable.",
            "%(n)s were confirmed by an agent, and made unreadable.",
            found["redacted"],
        )
        % _n(found["redacted"]),
        ngettext("%(n)s was not confirmed, and stays.", "%(n)s were not confirmed, and stay.", found["not_confirmed"])
        % _n(found["not_confirmed"]),
    ]
    if held := found["under_a_legal_hold"]:
        words = ngettext(
            "%(n)s was confirmed, and stays as long as a legal hold keeps it.",
            "%(n)s were confirmed, and stay as long as a legal hold keeps them.",
            held,
        )
        points.append(words % _n(held))
    return section(gettext("Mentions of the person in texts of others"), points=points)


def _mailboxes(told: Certificate) -> dict[str, Any] | None:
    boxes = told.get("mailboxes")
    if not boxes:
        return None
    rows = [[one["mailbox"], number(one["asked"]), number(one["erased"]), _outcome(one["outcome"])] for one in boxes]
    head = [
        pgettext("certificate", "Mailbox"), pgettext("certificate", "Mails looked for"),
        pgettext("how many", "Erased"), pgettext("certificate", "Outcome"),
    ]  # fmt: skip
    return section(gettext("Copies in mailboxes of the account"), head=head, rows=rows, widths="numbers")


def _outcome(code: str) -> str:
    words = {
        "gone": pgettext("mailbox", "none is left"),
        "left": pgettext("mailbox", "some are left"),
        "out_of_reach": pgettext("mailbox", "out of reach"),
    }
    return words[code]


def _recipients(told: Certificate, purposes: Mapping[str, Any]) -> dict[str, Any] | None:
    recipients, people = told.get("recipients"), told.get("correspondents")
    if recipients is None:
        return None
    text = [
        gettext(
            "These got data of this account, for which purposes is known; of which persons is not. They are to be told "
            "of the erasure (GDPR article 19) where they had something of the person."
        )
        if recipients
        else gettext("No subprocessor and no service of the account got any data of it.")
    ]
    if people:
        text.append(
            ngettext(
                "%(n)s person got the same mails as the one who was erased; told: %(told)s.",
                "%(n)s people got the same mails as the one who was erased; told: %(told)s.",
                people["found"],
            )
            % {"n": number(people["found"]), "told": number(people["told"])}
        )
    rows = [
        [
            one.get("name") or one["host"],
            ", ".join(str(purposes.get(each, each)) for each in one["purposes"]),
            moment(one["last_at"]),
            _told(one),
        ]
        for one in recipients
    ]
    head = [
        pgettext("certificate", "Recipient"), pgettext("certificate", "What for"),
        pgettext("certificate", "Last"), pgettext("certificate", "Told"),
    ]  # fmt: skip
    return section(gettext("Recipients"), text=text, head=head, rows=rows, widths="recipients")


def _told(one: Mapping[str, Any]) -> str:
    """When and how a recipient was told, or why not."""
    hows = {
        "mail": pgettext("how a recipient was told", "by e-mail"),
        "itself": pgettext("how a recipient was told", "by e-mail, by itself"),
        "otherwise": pgettext("how a recipient was told", "in another way"),
    }
    reasons = {
        "nothing": pgettext("why a recipient is not told", "They had nothing of this person"),
        "impossible": pgettext("why a recipient is not told", "They cannot be told: it is impossible"),
        "effort": pgettext("why a recipient is not told", "It would take effort out of proportion"),
    }
    if not one.get("told_at"):
        return reasons.get(one.get("not_told_because", ""), "–")
    return " · ".join(filter(None, (moment(one["told_at"]), hows.get(one.get("told_how", ""), ""))))


def _backups(told: Certificate) -> dict[str, Any]:
    under = ", ".join(in_words(one) for one in told["backups"]["under_the_key_of_the_account"])
    bare = ", ".join(in_words(one) for one in told["backups"]["not_under_the_key"])
    return section(
        gettext("Until the last backup is gone"),
        text=[
            gettext(
                "Backups from before the erasure hold copies until the date above. In them these are under the key of "
                "the account: %(under)s. These are not: %(bare)s."
            )
            % {"under": under, "bare": bare},
            gettext("When a backup is restored, the erasure is repeated from the ledger before anything is served."),
        ],
    )


def moment(at: str | None) -> str:
    """A moment (ISO 8601) as certificates say it."""
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M} UTC" if at else "–"


def number(value: int) -> str:
    """A number as the language writes it."""
    return str(number_format(value, use_l10n=True, force_grouping=True))


def _n(count: int) -> dict[str, str]:
    return {"n": number(count)}
