"""What the parameters of the pages of access by support hold: a request that waits. Support may look meanwhile."""

from typing import Any
from uuid import UUID

from steward.contacts.models import Contact
from steward.people.models import Membership, Role
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import ask_for_access, offer_access
from steward.privacy.support_access.models import Area
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def samples_of_support(account: Account, operator_id: UUID) -> dict[str, Any]:
    """By the name of the parameter. The account lets everybody of support look at everything, and leave notes."""
    asked = ask_for_access(account.pk, operator_id, reason="Mail is late", areas=["tickets", "settings"])
    with account_scope(account.pk):
        owner = Membership.objects.filter(role=Role.OWNER).order_by("id")[0]
        offer_access(by=Granter(owner), reason="Look at the slow list", areas=Area.values, may_write=True, hours=168)
        return {"grant_id": asked.pk, "customer_id": Contact.objects.order_by("id")[0].pk}
