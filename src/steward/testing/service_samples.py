"""A service of an account's own, for pages and addresses that show one."""

from uuid import UUID

from steward.lib.actor import SYSTEM
from steward.privacy.egress.own_services import Wanted, declare_service
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def service_of(account: Account) -> UUID:
    """The id of an AI of the account's own, in a country nobody knows, and so perhaps outside its region."""
    wanted = Wanted(
        name="Our AI",
        url="https://api.ai.example/v1",
        purposes=frozenset({"answer.suggest"}),
        key="sk-sample",
        may_leave_region=True,
    )
    with account_scope(account.pk):
        return declare_service(wanted, actor=SYSTEM).pk
