"""Class S through the whole gate: a listener on this machine receives nothing unless every condition holds."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.authorising import object_to
from steward.privacy.egress.decision import Reason
from steward.privacy.egress.models import AccountTerms, EgressEvent, InstallationEgress
from steward.privacy.egress.terms import bring_into_force, end_terms
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.engaged import Case, Listener, publish, refused, registry, relay, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_with_every_condition_it_arrives_and_stands_in_the_ledger(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    send(hosted, listener)
    with account_scope(hosted.id):
        row = EgressEvent.objects.get()
    assert (row.traffic, row.engagement, row.to_country, row.from_region) == ("S", "relay", "DE", "eu")
    assert (row.is_allowed, row.reason_code, row.registry_version, row.vendor_agreement) == (True, "allowed", 1, "1")
    assert row.agreement_id is not None
    assert row.bytes == 6


def test_what_leaves_for_no_account_says_under_which_engagement_too(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    send(None, listener)
    row = InstallationEgress.objects.get()
    assert (row.traffic, row.engagement, row.registry_version, row.bytes) == ("S", "relay", 1, 6)


def case(name: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        CASES[name] = function
        return function

    return keep


CASES: dict[str, Case] = {}


@case("unknown_host")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=())))


@case("not_active")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    publish(registry())


@case("notice_pending")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry())
    publish(registry(relay(listener)))


@case("purpose_not_covered")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, purposes=("answer.suggest",))))


@case("category_not_covered")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, categories=("user.name",))))


@case("vendor_dpa_not_in_force")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener), agreements=None))


@case("tenant_dpa_not_in_force")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        end_terms(actor=SYSTEM)


@case("tenant_objected")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        object_to("relay", actor=SYSTEM)


@case("not_authorised")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)


@case("region_not_served")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, regions=("us",))))


@case("transfer_without_mechanism")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, countries=("DE", "US"))))


@case("subject_restricted")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"is_restricted": True}


@case("undeclared_call")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"purpose": "mail.advertise"}


@case("account_state")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    Account.objects.filter(pk=hosted.id).update(state=Account.State.SUSPENDED)


@case("private_address")
def _(hosted: Account, listener: Listener) -> None:
    from django.conf import settings

    settings.STEWARD_EGRESS_ALLOW = ()
    publish(registry(relay(listener)))


@pytest.mark.parametrize("reason", [*(reason.value for reason in Reason if reason is not Reason.ALLOWED)])
def test_without_one_condition_not_a_byte_arrives(hosted: Account, listener: Listener, reason: str) -> None:
    changes = CASES[reason](hosted, listener) or {}
    assert refused(hosted, listener, **changes).value == reason
    assert not listener.received
    with account_scope(hosted.id):
        row = EgressEvent.objects.latest("at")
    assert (row.is_allowed, row.reason_code, row.bytes) == (False, reason, None)
