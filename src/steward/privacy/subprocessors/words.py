"""The codes of the registry in words, in the reader's language. What is not stated is said to be that."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from steward.privacy.egress.decision import Reason
from steward.privacy.egress.registry.changes import Change
from steward.privacy.egress.registry.document import Area, Kind, Measure, Mechanism, Safeguard, Standard, Words
from steward.privacy.egress.registry.faults import PREVAILING

NOT_STATED = pgettext_lazy("of a subprocessor", "Not stated")

KINDS: Mapping[Kind, Any] = {
    Kind.INFRASTRUCTURE: pgettext_lazy("kind of subprocessor", "Infrastructure"),
    Kind.SERVICE: pgettext_lazy("kind of subprocessor", "Service"),
    Kind.SUBCONTRACTOR: pgettext_lazy("kind of subprocessor", "Subcontractor"),
    Kind.GROUP_ENTITY: pgettext_lazy("kind of subprocessor", "Group entity"),
}
# Names of standards are the same in every language.
STANDARDS: Mapping[Standard, str] = {
    Standard.TIER_3_PLUS: "Tier III+",
    Standard.TIER_4: "Tier IV",
    Standard.PCI_DSS: "PCI DSS",
    Standard.SSAE_16: "SSAE-16",
    Standard.SOC_1: "SOC 1",
    Standard.SOC_2: "SOC 2",
    Standard.ISO_27001: "ISO 27001",
}
MEASURES: Mapping[Measure, Any] = {
    Measure.REDUNDANT_POWER: gettext_lazy("redundant power"),
    Measure.UPS: gettext_lazy("uninterruptible power supply (UPS)"),
    Measure.BACKUP_GENERATORS: gettext_lazy("backup generators"),
}
SAFEGUARDS: Mapping[Safeguard, Any] = {
    Safeguard.INSTRUCTIONS: gettext_lazy("processes personal data only on documented instructions"),
    Safeguard.PERSONNEL: gettext_lazy("employs reliable people who are bound to confidentiality"),
    Safeguard.TRAINING: gettext_lazy("trains those with access regularly in security and data protection"),
    Safeguard.MEASURES: gettext_lazy("keeps up appropriate technical and organisational measures"),
    Safeguard.BREACH_NOTICE: gettext_lazy("reports actual and possible security breaches at once"),
    Safeguard.COOPERATION: gettext_lazy("helps to answer controllers, data subjects and authorities"),
}
AREAS: Mapping[Area, Any] = {
    Area.SECURITY: pgettext_lazy("what is looked into", "Security"),
    Area.PRIVACY: pgettext_lazy("what is looked into", "Privacy"),
    Area.CONFIDENTIALITY: pgettext_lazy("what is looked into", "Confidentiality"),
}
MECHANISMS: Mapping[Mechanism, Any] = {
    Mechanism.NONE: pgettext_lazy("data transfer", "None"),
    Mechanism.ADEQUACY: gettext_lazy("adequacy decision (GDPR article 45)"),
    Mechanism.CLAUSES: gettext_lazy("standard contractual clauses, module 3 (GDPR article 46)"),
    Mechanism.BINDING_RULES: gettext_lazy("binding corporate rules (GDPR article 47)"),
}
PURPOSE_WORDS: Mapping[str, Any] = {
    "mail.deliver": pgettext_lazy("purpose of processing", "Sending e-mail"),
    "mail.fetch": pgettext_lazy("purpose of processing", "Fetching e-mail from a mailbox"),
    "mail.try": pgettext_lazy("purpose of processing", "Trying out a mail server"),
    "service.try": pgettext_lazy("purpose of processing", "Trying out a service of your own"),
    "mail.authenticate": pgettext_lazy("purpose of processing", "Checking who an e-mail is from"),
    "mail.remote_images": pgettext_lazy("purpose of processing", "Showing pictures of an e-mail"),
    "dns.resolve": pgettext_lazy("purpose of processing", "Looking up names of hosts"),
    "data.host": pgettext_lazy("purpose of processing", "Hosting the servers that keep the data"),
    "data.keep": pgettext_lazy("purpose of processing", "Keeping files and backups"),
    "service.deliver": pgettext_lazy("purpose of processing", "Delivering the service"),
    "support.cover": pgettext_lazy("purpose of processing", "Support around the clock"),
    "call.carry": pgettext_lazy("purpose of processing", "Telephone calls over the internet (VoIP)"),
    "answer.suggest": pgettext_lazy("purpose of processing", "Suggesting better answers (AI)"),
}
CATEGORIES: Mapping[str, Any] = {
    "user.name": pgettext_lazy("category of data", "Name"),
    "user.contact": pgettext_lazy("category of data", "Contact details"),
    "user.contact.email": pgettext_lazy("category of data", "E-mail address"),
    "user.contact.phone_number": pgettext_lazy("category of data", "Telephone number"),
    "user.contact.address": pgettext_lazy("category of data", "Postal address"),
    "user.device.ip_address": pgettext_lazy("category of data", "IP address"),
    "user.device.cookie_id": pgettext_lazy("category of data", "Cookies"),
    "user.behavior": pgettext_lazy("category of data", "Times of activity"),
    "user.account.username": pgettext_lazy("category of data", "User name"),
    "user.content": pgettext_lazy("category of data", "Messages and files"),
    "system.operations": pgettext_lazy("category of data", "Names of servers"),
}
PERSONS: Mapping[str, Any] = {
    "customers": pgettext_lazy("whose data", "Customers who write or call"),
    "visitors": pgettext_lazy("whose data", "Visitors of a website"),
    "agents": pgettext_lazy("whose data", "People who work in the account"),
}
CHANGES: Mapping[Change, Any] = {
    Change.ADD: pgettext_lazy("change of the list", "New"),
    Change.REPLACE: pgettext_lazy("change of the list", "Another company"),
    Change.WIDEN_PURPOSE: pgettext_lazy("change of the list", "Used for more"),
    Change.WIDEN_DATA: pgettext_lazy("change of the list", "More data"),
    Change.WIDEN_LOCATION: pgettext_lazy("change of the list", "More places"),
    Change.NARROW: pgettext_lazy("change of the list", "Used for less"),
    Change.REMOVE: pgettext_lazy("change of the list", "Removed"),
    Change.CORRECT: pgettext_lazy("change of the list", "Corrected"),
}
REASONS: Mapping[Reason, Any] = {
    Reason.ALLOWED: pgettext_lazy("what left", "allowed"),
    Reason.UNDECLARED_CALL: gettext_lazy("nobody declared that such data leave for this purpose"),
    Reason.UNKNOWN_HOST: gettext_lazy("the host is neither yours nor that of a subprocessor on the list"),
    Reason.PRIVATE_ADDRESS: gettext_lazy("the host has an address in a private network"),
    Reason.NOT_ACTIVE: gettext_lazy("the host is no longer in use"),
    Reason.NOTICE_PENDING: gettext_lazy("the subprocessor is announced, and your notice period is not over"),
    Reason.PURPOSE_NOT_COVERED: gettext_lazy("the subprocessor is not engaged for this purpose"),
    Reason.CATEGORY_NOT_COVERED: gettext_lazy("the subprocessor is not engaged for such data"),
    Reason.VENDOR_DPA_NOT_IN_FORCE: gettext_lazy("there is no agreement in force with the subprocessor"),
    Reason.TENANT_DPA_NOT_IN_FORCE: gettext_lazy("your company has no data processing agreement in force"),
    Reason.TENANT_OBJECTED: gettext_lazy("your company objected to this subprocessor"),
    Reason.NOT_AUTHORISED: gettext_lazy("your company has not agreed to it"),
    Reason.REGION_NOT_SERVED: gettext_lazy("the subprocessor does not serve your region"),
    Reason.TRANSFER_WITHOUT_MECHANISM: gettext_lazy("the data would leave your region without a legal basis"),
    Reason.SUBJECT_RESTRICTED: gettext_lazy("the person asked that their data be kept and not used"),
    Reason.ACCOUNT_STATE: gettext_lazy("the account is not active"),
}

# The same of what the account itself instructs (classes T and P): there is no subprocessor then.
_OF_OWN: Mapping[Reason, Any] = {
    Reason.NOT_ACTIVE: gettext_lazy("your company does not use it any more"),
    Reason.PURPOSE_NOT_COVERED: gettext_lazy("your company has not set it up for this purpose"),
    Reason.CATEGORY_NOT_COVERED: gettext_lazy("your company has not set it up for such data"),
}

_IN_OWN_HANDS = frozenset({Reason.TENANT_OBJECTED, Reason.NOT_AUTHORISED, Reason.TENANT_DPA_NOT_IN_FORCE})


def in_language(words: Words, language: str | None = None) -> str:
    """A text of the registry in the reader's language, else in English, which prevails; empty when not stated."""
    return words.get(language or get_language() or PREVAILING) or words.get(PREVAILING, "")


def country_name(code: str, language: str | None = None) -> str:
    """The name of a country (ISO 3166-1 alpha-2) in the reader's language; the code where there is none."""
    return str(_locale(language).territories.get(code, code))


def refusal(reason: str, *, is_own: bool = False) -> str:
    """Why the gate refused, in words that a team lead understands; the code itself where there are none.

    `is_own`: of a server or service that the account itself chose.
    """
    try:
        found = Reason(reason)
    except ValueError:
        return reason
    return str((is_own and _OF_OWN.get(found)) or REASONS[found])


def next_step(reason: str) -> str:
    """What can be done about a refusal, and by whom."""
    if reason == Reason.NOTICE_PENDING:
        return gettext("It may leave once the notice is over. The privacy page says when that is.")
    if reason in _IN_OWN_HANDS:
        return gettext("An owner or admin of your company can change that on the privacy page.")
    return gettext("Whoever runs this installation has to put that right. The privacy page shows what was refused.")


def enumeration(words: Iterable[Any]) -> str:
    """Several words as a list in the reader's language; "Not stated" for none."""
    # Not by CLDR: Babel has its lists of Vietnamese without their beginning, and says "and" twice in Arabic.
    comma = "، " if (get_language() or PREVAILING).partition("-")[0] == "ar" else ", "
    return comma.join(str(word) for word in words) or str(NOT_STATED)


def _locale(language: str | None = None) -> Locale:
    return _parsed(language or get_language() or PREVAILING)


@lru_cache(maxsize=32)
def _parsed(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(PREVAILING)
