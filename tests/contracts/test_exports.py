"""What a field says of itself is true: what is called exported is given to the person, and nothing else is."""

from steward.privacy.inventory import Whose, holding_of
from steward.privacy.inventory.exporting import all_sections, ungiven
from steward.tenancy.models import account_owned_models

# About people who work in the account: no customer is given it.
ELSEWHERE = {
    "agreements.Agreement": "signed by a member of the account",
    "egress.Authorisation": "what a member of the account answered",
}


def exported_fields():
    for model in account_owned_models():
        for field in model._meta.local_fields:
            holding = holding_of(field)
            is_customers = holding and holding.whose in {Whose.CONTACT, Whose.ANYBODY}
            if is_customers and holding.is_exported and model._meta.label not in ELSEWHERE:
                yield f"{model._meta.label}.{field.name}"


def test_everything_that_is_called_exported_is_given():
    assert ungiven(exported_fields()) == []


def test_nothing_else_is_given():
    assert {label for section in all_sections() for label in section.fields} <= set(exported_fields())


def test_a_field_that_nobody_gives_is_named():
    assert ungiven(["tickets.Ticket.untold", "tickets.Ticket.subject"]) == ["tickets.Ticket.untold"]
