"""Contract 8 of what is kept: every table with something about a person goes with somebody, or says why it stays."""

from steward.privacy.inventory import holding_of
from steward.privacy.inventory.stores import unanswered
from steward.tenancy.models import account_owned_models

# Goes with the account, or with the membership of the agent it is about; not with a contact.
STAYS = {
    "agreements.Agreement": "signed by a member of the account; kept as long as the agreement binds",
    "egress.Authorisation": "what a member of the account answered",
    "incidents.DpoContact": "whom to reach: named and removed by owners and admins",
    "incidents.Notice": "GDPR article 33(5): the record of a breach is kept",
    "incidents.OwnIncident": "GDPR article 33(5): the record of a breach is kept",
    "lifecycle.ReopeningOrder": "who acted for the account; forgotten once it is open, and deleted with it",
    "people.Invitation": "of an agent",
}


def test_every_table_about_somebody_has_a_store():
    personal = {
        model._meta.label
        for model in account_owned_models()
        if any((holding := holding_of(field)) and holding.is_personal for field in model._meta.local_fields)
    }
    assert unanswered(personal) == sorted(STAYS)
