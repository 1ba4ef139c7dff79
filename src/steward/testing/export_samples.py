"""What the parameter of the addresses of exports holds: one whose archive is made."""

from uuid import UUID

from steward.contacts.models import Contact
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import Wanted, note_export
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.requests.persons import person_of
from steward.tenancy.scope import account_scope


def export_of(customer: Contact) -> UUID:
    """An export of a customer."""
    with account_scope(customer.account_id):
        person = person_of(customer.pk)
        assert person
        export = note_export(person, Wanted(Export.Kind.ACCESS), actor=SYSTEM)
    run_export(customer.account_id, export.pk)
    return export.pk
