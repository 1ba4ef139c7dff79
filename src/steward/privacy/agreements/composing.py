"""Writing an agreement of our form: the options of the clauses, and the four annexes from what is true here.

The clauses themselves are those in the annex of Commission Implementing Decision (EU) 2021/915, by reference. Each
text is written in English and in the account's language; the English one prevails.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import get_language_bidi, ngettext, override, pgettext
from django.utils.translation import gettext as _

from steward.privacy.agreements.access import region_name
from steward.privacy.agreements.annexes import (
    apart,
    coming_points,
    measures,
    own_recipients,
    subprocessor_rows,
    together,
    with_country,
)
from steward.privacy.agreements.content import Content, Part, Section, Signature, Table
from steward.privacy.agreements.inventory_words import inventory_digest, inventory_rows
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry.document import Provider
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS, Bound
from steward.privacy.egress.registry.versions import Published
from steward.privacy.subprocessors.listing import Listing, listing_at
from steward.privacy.subprocessors.words import NOT_STATED
from steward.tenancy.models import Account

FORM = "2026-11.3"  # the version of the texts below
PREVAILING = "en"
_BREACH_HOURS = 24


class NothingToSign(LookupError):
    """The registry has no version that says who provides the service."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the text depends on."""

    account: Account
    provider: Provider
    list_: Listing
    reference: str
    signature: Signature | None

    @property
    def host(self) -> str:
        """Where the account answers."""
        return f"{self.account.slug}.{settings.STEWARD_DOMAIN}"

    @property
    def company(self) -> str:
        """The controller: as whoever signed says, else as the account is called."""
        return (self.signature.company if self.signature else "") or self.account.name

    @property
    def region(self) -> str:
        """The name of the region in which the account's data lie."""
        return region_name(self.account.data_centre.region)


def compose(
    account: Account, list_: Published, *, at: datetime, language: str, reference: str, signature: Signature | None
) -> Content:
    """The agreement as it is at a moment. Raises `NothingToSign` while nobody has said who provides the service."""
    # A new account has at once what others are still waiting for.
    bound = Bound(opened_at=account.created_at or at)
    listing = listing_at(list_, at, bound, region=account.data_centre.region_id)
    if listing.version is None or not listing.version.registry.provider.legal_name:
        raise NothingToSign
    facts = Facts(account, listing.version.registry.provider, listing, reference, signature)
    languages = [PREVAILING] if language == PREVAILING else [language, PREVAILING]
    return Content(
        reference=reference,
        form=FORM,
        notice_days=LEAST_NOTICE_DAYS,
        mode=AccountTerms.Mode.GENERAL.value,
        regions=(),
        registry_version=listing.version.number,
        registry_sha256=listing.version.sha256,
        inventory_digest=inventory_digest(),
        parts=tuple(_part(facts, one, is_alone=len(languages) == 1) for one in languages),
        signature=signature,
    )


def _part(facts: Facts, language: str, *, is_alone: bool) -> Part:
    with override(language):
        sections = (_parties(facts), _clauses(facts, is_alone), _annex_1(facts), _annex_2(facts), _annex_3())
        return Part(
            language=language,
            is_right_to_left=get_language_bidi(),
            title=_("Data processing agreement"),
            subtitle=_("%(customer)s and %(provider)s") % _names(facts),
            sections=(*sections, _annex_4(facts), _signatures(facts)),
            foot=_("Reference %(reference)s, form %(form)s")
            % {"reference": apart(facts.reference), "form": apart(FORM)},
        )


def _names(facts: Facts) -> dict[str, str]:
    return {"customer": apart(facts.company), "provider": apart(facts.provider.legal_name)}


def _parties(facts: Facts) -> Section:
    words = _(
        "%(customer)s (the controller) has %(provider)s (the processor) process personal data on its behalf by means "
        "of the service %(service)s. This agreement says how (GDPR article 28)."
    )
    return Section(
        title=pgettext("heading of an agreement", "What this is about"),
        text=(words % (_names(facts) | {"service": apart(facts.provider.service)}),),
    )


def _clauses(facts: Facts, is_alone: bool) -> Section:
    words = _(
        "The clauses in the annex of Commission Implementing Decision (EU) 2021/915 of 4 June 2021 (OJ L 199, "
        "7.6.2021, page 18) apply between the parties and are part of this agreement by reference. The options and "
        "annexes below complete them; where these texts differ, the clauses of the decision have precedence."
    )
    prevails = _("This agreement is in two languages. The English text, which is the second part, prevails.")
    return Section(
        title=pgettext("heading of an agreement", "Clauses"),
        text=(words,) if is_alone else (words, prevails),
        points=(*_options(facts), *_more_options()),
    )


def _options(facts: Facts) -> tuple[str, ...]:
    notice = ngettext(
        "Clause 7.7, option 2, general written authorisation: the processor tells the controller of a new or replaced "
        "subprocessor, or of a wider use, at least %(count)d day before, in the product and by e-mail. The controller "
        "can object; what it objects to is not used for it.",
        "Clause 7.7, option 2, general written authorisation: the processor tells the controller of a new or replaced "
        "subprocessor, or of a wider use, at least %(count)d days before, in the product and by e-mail. The controller "
        "can object; what it objects to is not used for it.",
        LEAST_NOTICE_DAYS,
    )
    place = _(
        "Clause 7.8: the data lie in the region %(region)s. They leave it only to a subprocessor of Annex IV for which "
        "another country is named there, with the basis of the transfer."
    )
    return (
        _("Clauses 1 and 2: Regulation (EU) 2016/679 (GDPR), article 28(3) and (4), applies."),
        _("Clause 5 (docking clause) is not used."),
        _(
            "Clause 7.1: the instructions are this agreement and what the controller’s people do and set in the "
            "account. What is wanted beyond that is asked for in writing."
        ),
        _(
            "Clause 7.4: whoever works on the data for the processor is bound to confidentiality; Annex III says how "
            "the data are protected."
        ),
        _(
            "Clause 7.6: the processor answers questions about this agreement, shows what proves that it is kept, and "
            "admits audits by the controller or an auditor the controller appoints. What left and the versions of the "
            "list of subprocessors can be read in the account at any time."
        ),
        notice % {"count": LEAST_NOTICE_DAYS},
        place % {"region": apart(facts.region)},
    )


def _more_options() -> tuple[str, ...]:
    breach = ngettext(
        "Clause 9.2: the processor tells the controller of a personal data breach without undue delay, at the latest "
        "%(count)d hour after it has become aware of it.",
        "Clause 9.2: the processor tells the controller of a personal data breach without undue delay, at the latest "
        "%(count)d hours after it has become aware of it.",
        _BREACH_HOURS,
    )
    return (
        _(
            "Clause 8: the processor passes requests of data subjects on to the controller and does not answer itself. "
            "It helps with them, with impact assessments and with consulting the supervisory authority."
        ),
        breach % {"count": _BREACH_HOURS},
        _("Clause 10: at the end the controller chooses whether the data are deleted or returned to it."),
    )


def _annex_1(facts: Facts) -> Section:
    provider, signed = facts.provider, facts.signature
    where = together(*with_country(provider.address, provider.country))
    person = together(signed.name, signed.position, signed.email) if signed else ""
    unstated = str(NOT_STATED)
    rows = (
        (_("Controller"), facts.company),
        (_("Address of the controller"), (signed.company_address if signed else "") or unstated),
        (pgettext("annex of an agreement", "Account"), facts.host),
        (_("Contact of the controller"), person or unstated),
        (_("Processor"), provider.legal_name),
        (_("Address of the processor"), where or unstated),
        (_("Contact of the processor"), provider.privacy_email or unstated),
        (_("Data protection officer of the processor"), provider.data_protection_officer or unstated),
    )
    return Section(title=_("Annex I: parties"), table=Table(rows=rows))


def _annex_2(facts: Facts) -> Section:
    head = (_("Data subjects"), _("Categories of data"), pgettext("annex of an agreement", "What for"))
    points = (
        _("Nature: receiving, storing, showing, searching, answering, forwarding and deleting messages and files."),
        _("Purpose: answering the people who turn to the controller, by means of %(service)s.")
        % {"service": apart(facts.provider.service)},
        _(
            "Sensitive data: none is asked for. Messages and files can contain such data when people write them; all "
            "of Annex III applies to them."
        ),
        _("Duration: as long as the account exists."),
        _(
            "Recipients of the controller’s own choice: mail servers and services that it sets up in the account get, "
            "by its instruction, what it sets them up for. Whoever runs them works for the controller and is no "
            "subprocessor of the processor."
        ),
        *own_recipients(facts.account),
    )
    return Section(
        title=_("Annex II: description of the processing"),
        points=points,
        table=Table(head=head, rows=inventory_rows()),
    )


def _annex_3() -> Section:
    return Section(title=_("Annex III: technical and organisational measures"), points=measures())


def _annex_4(facts: Facts) -> Section:
    rows, coming = subprocessor_rows(facts.list_.rows), coming_points(facts.list_.coming)
    version = facts.list_.version
    of = _("Version %(number)d of the processor’s list of subprocessors (SHA-256 %(sha256)s).") % {
        "number": version.number if version else 0,
        "sha256": apart(version.sha256) if version else "",
    }
    none = () if rows else (_("No subprocessor is engaged."),)
    announced = (_("Announced, and not used before the date given:"),) if coming else ()
    head = (
        _("Subprocessor"),
        _("What for, with which data"),
        pgettext("annex of an agreement", "Where"),
        _("Responsible for"),
    )
    return Section(
        title=_("Annex IV: subprocessors"),
        text=(of, *none, *announced),
        points=coming,
        table=Table(head=head, rows=rows) if rows else None,
    )


def _signatures(facts: Facts) -> Section:
    title, signed = pgettext("heading of an agreement", "Signatures"), facts.signature
    if signed is None:
        return Section(title=title, text=(_("Draft: nobody has signed this."),))
    words = _(
        "The processor offers this agreement to every account. The controller has concluded it electronically; "
        "the file is signed by what is written here, and by the hash of all it was made of."
    )
    rows = (
        (_("Signed for the controller by"), together(signed.name, signed.position)),
        (pgettext("annex of an agreement", "Time"), f"{signed.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        (_("From the network address"), signed.address or str(NOT_STATED)),
        (pgettext("annex of an agreement", "Reference"), facts.reference),
    )
    return Section(title=title, text=(words,), table=Table(rows=rows))
