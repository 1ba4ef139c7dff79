"""The inventory of personal data: every field says, where it is defined, what it holds.

    name = personal(models.TextField(), Whose.CONTACT, "user.name", purpose="support", erase=Erase.DELETE_ROW)
    state = impersonal(models.TextField())

    found = impersonal(models.JSONField(default=dict), keys=("warnings", "authentication.spf"))

Categories are fideslang keys. A field of an account-owned model that says nothing fails the build by name.
"""

from steward.privacy.inventory.declarations import (
    Erase,
    Holding,
    Key,
    Whose,
    holding_of,
    impersonal,
    personal,
    undeclared_fields,
)

__all__ = ["Erase", "Holding", "Key", "Whose", "holding_of", "impersonal", "personal", "undeclared_fields"]
