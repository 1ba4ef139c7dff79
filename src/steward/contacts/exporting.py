"""What somebody is given of what we know them by."""

from collections.abc import Iterator

from django.utils.translation import pgettext_lazy

from steward.contacts.models import Contact, ContactAddress
from steward.privacy.inventory.exporting import Part, Record, Section, moment, register


def _contacts(part: Part) -> Iterator[Record]:
    if part.is_first:
        for one in Contact.objects.filter(pk__in=part.contacts).order_by("pk"):
            yield {"id": str(one.pk), "name": one.name, "language": one.language, "since": moment(one.created_at)}


def _addresses(part: Part) -> Iterator[Record]:
    if part.is_first:
        for one in ContactAddress.objects.filter(contact__in=part.contacts).order_by("pk"):
            yield {"contact": str(one.contact_id), "kind": one.kind, "address": one.value}


register(
    Section(
        name="contacts",
        title=pgettext_lazy("export of a person", "Who you are here"),
        fields=frozenset({"contacts.Contact.name", "contacts.Contact.language"}),
        records=_contacts,
        columns={
            "name": pgettext_lazy("export of a person", "Name"),
            "language": pgettext_lazy("export of a person", "Language"),
            "since": pgettext_lazy("export of a person", "Known since"),
        },
        is_given=True,
    ),
    Section(
        name="addresses",
        title=pgettext_lazy("export of a person", "Your addresses"),
        fields=frozenset({"contacts.ContactAddress.value"}),
        records=_addresses,
        columns={"address": pgettext_lazy("export of a person", "Address")},
        is_given=True,
    ),
)
