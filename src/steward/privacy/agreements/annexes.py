"""Annexes III and IV: the measures that hold in this installation, and the subprocessors of the list."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from steward.privacy.agreements.inventory_words import category_words
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import data_of, is_outside, services_in_use
from steward.privacy.egress.registry.changes import Change
from steward.privacy.egress.registry.document import Engagement, Mechanism, Subprocessor
from steward.privacy.subprocessors.listing import Coming, Row
from steward.privacy.subprocessors.words import (
    MECHANISMS,
    NOT_STATED,
    PURPOSE_WORDS,
    country_name,
    enumeration,
    in_language,
)
from steward.tenancy.models import Account
from steward.tenancy.scope import account_in_scope


def apart(name: str) -> str:
    """A name inside a sentence of a language that is read from the right: it keeps its own direction."""
    return f"\u2068{name}\u2069" if get_language_bidi() else name


def with_country(address: str | None, country: str | None) -> tuple[str, ...]:
    """An address and its country; the country once where the address names it already, in English or as it reads."""
    if not country:
        return (address,) if address else ()
    name, said = country_name(country), (address or "").casefold()
    is_named = any(said.endswith(one.casefold()) for one in (name, country_name(country, "en")))
    return tuple(filter(None, (address, "" if is_named else name)))


def together(*texts: str) -> str:
    """Several texts in one line, with the comma of the language; empty for none."""
    found = [text for text in texts if text]
    return enumeration(found) if found else ""


def measures() -> tuple[str, ...]:
    """What protects data in this installation, as it is set up now."""
    return (*_always(), *_as_set_up())


def _always() -> tuple[str, ...]:
    return (
        _("Files, mail as it came in, and stored passwords of other systems are encrypted with a key of the account."),
        _("The database itself separates accounts: a program that forgets to ask for one account gets no row."),
        _("Passwords are stored with Argon2id; second factors are offered, and owners can require them of everybody."),
        _("Tries to sign in are counted and slowed down; sessions end by time, and can be ended by hand."),
        _("Roles and departments decide who reads which ticket; the server decides it anew for each request."),
        _("Every change of a ticket or a setting is recorded with its author, in a chain that shows later changes."),
        _("What leaves the installation passes one gate, which refuses what is not declared and keeps a ledger of it."),
        _(
            "Mail is read in a process of its own with limits of time and memory; its HTML is cleaned before "
            "anybody sees it."
        ),
        _("Operators sign in with a second factor, and what they read or do across accounts is recorded."),
    )


def _as_set_up() -> Iterator[str]:
    if settings.SESSION_COOKIE_SECURE:
        yield _("Pages are served over TLS only.")
    if settings.STEWARD_PASSWORD_LIST:
        yield _("Passwords known from breaches are refused.")
    kept = settings.STEWARD_OPERATOR_LOG_DAYS
    words = ngettext(
        "The record of what operators did is kept for %(count)d day.",
        "The record of what operators did is kept for %(count)d days.",
        kept,
    )
    yield words % {"count": kept}


def subprocessor_rows(rows: Iterable[Row]) -> tuple[tuple[str, ...], ...]:
    """Who with address and contact; what for with which data; where with the basis of a transfer; for what."""
    return tuple(_row(row.subprocessor, row.engagement) for row in rows)


def own_recipients(account: Account) -> tuple[str, ...]:
    """The services the account itself has data sent to, one sentence each; none before it is there."""
    if account_in_scope() != account.pk:
        return ()
    region = account.data_centre.region
    return tuple(service_words(one, is_outside=is_outside(one.country, region)) for one in services_in_use())


def service_words(service: Connector, *, is_outside: bool) -> str:
    """A service of the account's own: what it is called, where it is, what for and with which data."""
    told = {
        "name": apart(service.name),
        "address": apart(f"{service.host}:{service.port}"),
        "purposes": enumeration(PURPOSE_WORDS.get(key, key) for key in service.purposes),
        "data": enumeration(sorted(map(category_words, data_of(service.purposes)))),
        "country": country_name(service.country) if service.country else _("country not known"),
    }
    if is_outside:
        return _("%(name)s (%(address)s), %(country)s, outside the region: %(purposes)s. Data: %(data)s") % told
    return _("%(name)s (%(address)s), %(country)s: %(purposes)s. Data: %(data)s") % told


def coming_points(coming: Iterable[Coming]) -> tuple[str, ...]:
    """Announced changes, one sentence each."""
    return tuple(map(_announced, coming))


def _row(company: Subprocessor, engagement: Engagement) -> tuple[str, ...]:
    contact = company.contact
    person = together(contact.name, contact.position, contact.email) if contact else ""
    return (
        _lines(company.legal_name, *with_country(company.address, company.country), person),
        _lines(_purposes(engagement), enumeration(map(category_words, engagement.categories or ()))),
        _lines(_where(engagement), _mechanism(engagement)),
        in_language(engagement.responsibilities) or str(NOT_STATED),
    )


def _announced(one: Coming) -> str:
    row = one.row or one.before
    told = {
        "name": apart(row.subprocessor.legal_name if row else one.key),
        "what": _purposes(row.engagement) if row else "",
        "date": apart(format_date(one.stands_from, "Y-m-d")),
    }
    if Change.REMOVE in one.changes:
        return _("%(name)s (%(what)s): not used any more from %(date)s") % told
    return _("%(name)s (%(what)s): used from %(date)s at the earliest") % told


def _purposes(engagement: Engagement) -> str:
    words = in_language(engagement.description)
    return words or enumeration(PURPOSE_WORDS.get(key, key) for key in engagement.purposes)


def _where(engagement: Engagement) -> str:
    place = in_language(engagement.place)
    return place or enumeration(map(country_name, engagement.countries or ()))


def _mechanism(engagement: Engagement) -> str:
    if engagement.mechanism is None:
        return ""
    if engagement.mechanism == Mechanism.NONE:
        return _("No transfer to a third country is provided for.")
    return ", ".join(filter(None, (str(MECHANISMS[engagement.mechanism]), engagement.mechanism_reference)))


def _lines(*texts: str | None) -> str:
    return "\n".join(text for text in texts if text)
