"""What the parameter of the addresses of exports holds: one whose archive is made."""

from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import Wanted, note_export, offer_link
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.requests.persons import person_of
from steward.tenancy.scope import account_scope


def samples_of_exports(customer: Contact) -> dict[str, object]:
    """By the name of the parameter, and by route."""
    export = export_of(customer)
    with account_scope(customer.account_id):
        token = offer_link(Export.objects.get(pk=export), actor=SYSTEM)
    return {"export_id": export, "exports/<token> token": token, "exports/<token>/archive token": token}


def export_of(customer: Contact) -> UUID:
    """An export of a customer."""
    with account_scope(customer.account_id):
        person = person_of(customer.pk)
        assert person
        export = note_export(person, Wanted(Export.Kind.ACCESS), actor=SYSTEM)
    run_export(customer.account_id, export.pk)
    return export.pk
