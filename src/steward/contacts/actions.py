"""Finding or making the contact behind an address."""

from collections.abc import Mapping

from steward.contacts.models import Contact, ContactAddress
from steward.lib.clock import now


def fold_email(address: str) -> str:
    """The form an e-mail address is compared in: lower case throughout.

    RFC 5321 section 2.4 lets a host distinguish case in local parts; none does, and people type as they like.
    """
    return address.strip().lower()


def contacts_for(names: Mapping[str, str]) -> dict[str, Contact]:
    """The contacts behind e-mail addresses, made where there are none.

    `names` maps addresses as written to display names; the answer maps folded addresses to contacts. A known contact
    keeps the name it has; one without a name takes the given one, unless what is known of them is only kept.
    """
    wanted = {fold_email(address): (address.strip(), name) for address, name in names.items()}
    found = _known(list(wanted))
    made = {folded: Contact(name=name, created_at=now()) for folded, (_, name) in wanted.items() if folded not in found}
    if made:
        made = _insert({folded: (contact, wanted[folded][0]) for folded, contact in made.items()})
    _name_the_nameless(found, wanted)
    return found | made


def contact_for(address: str, name: str = "") -> Contact:
    """The contact behind one e-mail address, made when there is none."""
    return contacts_for({address: name})[fold_email(address)]


def _insert(made: Mapping[str, tuple[Contact, str]]) -> dict[str, Contact]:
    """Add contacts with their address; where another transaction was first, its contact stays and ours goes."""
    Contact.objects.bulk_create(contact for contact, _ in made.values())
    ContactAddress.objects.bulk_create(
        [ContactAddress(contact=contact, value=value, folded=folded) for folded, (contact, value) in made.items()],
        ignore_conflicts=True,
    )
    kept = _known(list(made))
    lost = {contact.id for contact, _ in made.values()} - {contact.id for contact in kept.values()}
    if lost:
        Contact.objects.filter(pk__in=lost).delete()
    return kept


def _known(folded: list[str]) -> dict[str, Contact]:
    addresses = ContactAddress.objects.filter(kind=ContactAddress.Kind.EMAIL, folded__in=folded)
    return {address.folded: address.contact for address in addresses.select_related("contact")}


def _name_the_nameless(found: Mapping[str, Contact], wanted: Mapping[str, tuple[str, str]]) -> None:
    for folded, contact in found.items():
        name = wanted[folded][1]
        if name and not contact.name and not contact.is_restricted:
            contact.name = name
            contact.save(update_fields=["name"])
