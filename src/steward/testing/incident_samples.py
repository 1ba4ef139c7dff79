"""Incidents and disclosures that are there: for tests, and for what the parameters of addresses hold."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.models import Operator
from steward.privacy.incidents.disclosures import Demand, note_disclosure
from steward.privacy.incidents.models import Disclosure, Incident, State
from steward.privacy.incidents.own import note_own
from steward.privacy.incidents.register import Count, affect, move_on, open_incident, order_notices, write_facts
from steward.privacy.incidents.telling import tell_what_is_ordered
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

FACTS = {
    "nature": "A backup lay open for an hour.",
    "persons_about": "Customers",
    "data_about": "Names and addresses",
    "contact": "Olga, privacy@host.example",
    "consequences": "Unwanted mail.",
    "measures": "The backup was closed.",
}


def known_incident(accounts: Iterable[Account], *, count: Count | None = None, **facts: str) -> Incident:
    """A confirmed incident that concerns these accounts; it has been known since now."""
    one = open_incident("A backup lay open", detected_at=now(), kinds=["confidentiality"], operator_id=None)
    write_facts(one, facts, operator_id=None)
    move_on(one, State.CONFIRMED, operator_id=None)
    affect(one, [account.pk for account in accounts], count or Count(), operator_id=None)
    return one


def demanded_of(account: Account, *, is_secret: bool = False, **more: Any) -> Disclosure:
    """A court demanded data of this account."""
    demand = Demand(
        "District Court", "§ 100 of the code", now().date(), "Who wrote a message", "One name",
        is_secret=is_secret, **more,
    )  # fmt: skip
    return note_disclosure(demand, [account.pk], Count(1, 1), operator_id=None)


def samples_of_incidents(operator: Operator, account: Account) -> dict[str, Any]:
    """By the name of the parameter: one that the account was told of, one of its own, a disclosure."""
    incident = known_incident([account], count=Count(12, 40), **FACTS)
    order_notices(incident, operator_id=operator.user_id)
    untold = new_id()  # of an account that is gone: it can still be taken off
    affect(incident, [untold], Count(), operator_id=operator.user_id)
    disclosure = demanded_of(account, is_secret=True, secret_until=now() + timedelta(days=90))
    with account_scope(account.pk):
        tell_what_is_ordered(account.pk)
        begun = {"title": "A lost laptop", "kinds": ["availability"], "detected_at": now(), "aware_at": now()}
        own = note_own(begun | {"detected_at": now() - timedelta(hours=1)}, actor=SYSTEM)
    return {
        "incident_id": incident.pk,
        "told_id": incident.pk,
        "language": "pl",
        "own_id": own.pk,
        "disclosure_id": disclosure.pk,
        "operator/incidents/<uuid:incident_id>/accounts/<uuid:account_id>/removal account_id": untold,
    }
