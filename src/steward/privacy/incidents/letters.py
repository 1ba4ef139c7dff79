"""Mails about incidents and disclosures, to owners and the data protection officer of an account.

They are mails of the installation, so that a suspended account is told as well. The account is in scope.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from steward.lib.clock import now
from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.incidents.clocks import authority_due
from steward.privacy.incidents.models import DisclosureNotice, DpoContact, Letter, Notice
from steward.privacy.incidents.words import foreign_words, told_in
from steward.tenancy.hosts import base_url
from steward.tenancy.languages import spoken
from steward.tenancy.models import Account
from steward.ui.ages import full_day, full_moment

PURPOSE = "incident"
logger = logging.getLogger(__name__)

_SUBJECTS: dict[str, Any] = {
    Notice.About.TOLD: gettext_lazy("An incident concerns data of %(company)s"),
    Notice.About.UPDATED: gettext_lazy("More about the incident that concerns data of %(company)s"),
    Notice.About.CLOSED: gettext_lazy("The incident that concerned data of %(company)s is over"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told. `membership` is None for the data protection officer."""

    address: str
    language: str
    membership: UUID | None = None


def readers_of(account: Account) -> list[Reader]:
    """Its owners, and its data protection officer. An officer who is an owner gets one mail."""
    owners = Membership.objects.select_related("user").filter(role=Role.OWNER).order_by("pk")
    found = [Reader(one.user.email, language_of(one, account), one.pk) for one in owners]
    known = {one.address.lower() for one in found}
    officers = [one.email for one in DpoContact.objects.all() if one.email.lower() not in known]
    return found + [Reader(address, spoken(account.language)) for address in officers]


def tell_of_incident(account: Account, notice: Notice) -> int:
    """Mail to everybody who is to be told; returns to how many."""

    def said() -> tuple[str, str]:
        subject = str(_SUBJECTS[notice.about]) % {"company": account.name}
        return subject, "\n\n".join(paragraphs(account, notice)) + "\n"

    return _post(account, notice.incident_id, notice.pk, said)


def tell_of_disclosure(account: Account, notice: DisclosureNotice) -> int:
    """The same for what the law made the installation hand over."""

    def said() -> tuple[str, str]:
        subject = _("An authority demanded data of %(company)s") % {"company": account.name}
        return subject, "\n\n".join(_paragraphs_of_disclosure(account, notice)) + "\n"

    return _post(account, notice.disclosure_id, notice.pk, said)


def paragraphs(account: Account, notice: Notice) -> Iterator[str]:
    """What a mail says of an incident, in the language that is active."""
    language = get_language() or notice.language
    yield notice.said("title", language)[0]
    yield _(
        "Whoever runs the installation tells you, as the law asks (GDPR article 33(2)), of an incident that concerns "
        "personal data of %(company)s. This is all that is known now."
    ) % {"company": account.name}
    yield _("Detected: %(moment)s") % {"moment": _moment(account, notice.detected_at)}
    if foreign := foreign_words(notice, language):
        yield foreign
    yield from (f"{row.label}\n{row.words}" for row in told_in(notice, language))
    if notice.unknown and notice.about != Notice.About.CLOSED:
        yield _("Not everything is known yet. You are told more within 24 hours.")
    if notice.about == Notice.About.TOLD:
        yield _(
            "You answer for these data. If the incident is a risk to people, your authority has to be told by "
            "%(moment)s (%(zone)s), 72 hours after you were told (GDPR article 33(1))."
        ) % {"moment": _moment(account, authority_due(notice.first_at)), "zone": account.time_zone}
    yield _("In the settings: %(link)s") % {"link": f"{base_url(account.slug)}/console/settings/privacy/incidents"}


def _paragraphs_of_disclosure(account: Account, notice: DisclosureNotice) -> Iterator[str]:
    yield _("The law made whoever runs the installation answer a demand for data of %(company)s.") % {
        "company": account.name
    }
    told = [(str(label), words) for label, words in disclosure_rows(notice)]
    yield "\n".join(f"{label}: {words}" for label, words in told)
    yield _("In the settings: %(link)s") % {"link": f"{base_url(account.slug)}/console/settings/privacy/incidents"}


def disclosure_rows(notice: Any) -> list[tuple[str, str]]:
    """A disclosure, or the notice of one, as pairs of label and words."""
    rows = [
        (_("Authority"), notice.authority),
        (_("Legal basis"), notice.legal_basis),
        (_("Demanded on"), full_day(notice.demanded_on)),
        (_("What was asked for"), notice.asked),
        (_("What was given"), notice.given or _("Nothing was given.")),
    ]
    counts = [(_("Of about how many people"), "persons"), (_("About how many records"), "records")]
    numbers = [(label, getattr(notice, name, None)) for label, name in counts]
    return rows + [(label, number_format(value, force_grouping=True)) for label, value in numbers if value is not None]


def _moment(account: Account, at: Any) -> str:
    with timezone.override(ZoneInfo(account.time_zone)):
        return full_moment(at)


def _post(account: Account, about_id: UUID, notice_id: UUID, said: Callable[[], tuple[str, str]]) -> int:
    readers = readers_of(account)
    for reader in readers:
        with override(reader.language):
            subject, text = said()
        try:
            mail = put_in_installation_outbox(
                purpose=PURPOSE, to=reader.address, subject=subject, text=text, is_watched=True
            )
        except Unsendable:
            logger.warning("an account could not be told of an incident: no mail can be sent to that address")
            continue
        Letter.objects.create(
            about_id=about_id, account_id=account.pk, notice_id=notice_id, membership_id=reader.membership,
            mail_id=mail.pk, at=now(),
        )  # fmt: skip
    return len(readers)
