"""What the fields of the document are called."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.privacy.subprocessors.words import enumeration

LABELS: Mapping[str, Any] = {
    "legal_name": _("Legal name"),
    "known_as": _("Known as"),
    "kind": pgettext_lazy("of subprocessor", "Kind"),
    "parent": _("Engaged by"),
    "address": pgettext_lazy("of a company", "Address"),
    "country": _("Established in"),
    "website": _("Website"),
    "contact": pgettext_lazy("whom to write to", "Contact"),
    "data_protection_contact": _("Contact for data protection"),
    "due_diligence": _("Looked into before"),
    "safeguards": _("Safeguards in the contract"),
    "agreements": _("Agreement with the company"),
    "purposes": pgettext_lazy("of processing", "Purpose"),
    "description": _("What it does"),
    "categories": _("Categories of data"),
    "persons": _("Whose data"),
    "countries": _("Countries"),
    "place": _("Processed in"),
    "regions": _("For customers in"),
    "is_optional": _("Optional"),
    "mechanism": _("What the transfer rests on"),
    "mechanism_reference": _("Where that is written"),
    "retention": _("How long it keeps data"),
    "trains_models": _("Trains models with the data"),
    "endpoints": _("Hosts the system lets data go to"),
    "responsibilities": _("Who is responsible for what"),
    "facility": _("Facilities"),
    "notes": _("What sources say otherwise"),
    "listed_since": _("On the list since"),
    "service": _("Name of the service"),
    "account_address": _("Where accounts answer"),
    "privacy_email": _("Mail address for privacy"),
    "data_protection_officer": _("Data protection officer"),
    "key": _("Short name"),
    "name": pgettext_lazy("of a person or company", "Name"),
    "title": pgettext_lazy("of a text", "Heading"),
    "text": pgettext_lazy("of the page", "Text"),
    "code": pgettext_lazy("of a region", "Code"),
}


def names_of(fields: Iterable[str]) -> str:
    """Several fields in words, once each."""
    return enumeration(dict.fromkeys(str(LABELS.get(one, one)) for one in fields))
