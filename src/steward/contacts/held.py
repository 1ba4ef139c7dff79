"""How long what is known of customers is kept."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory.places import CONTACT, Place, held

held(
    Place("contacts.Contact", pgettext_lazy("what is held", "Contacts"), CONTACT),
    Place("contacts.ContactAddress", pgettext_lazy("what is held", "Addresses of contacts"), CONTACT),
)
