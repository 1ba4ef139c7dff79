"""The same reasons by other ways: what else can be missing, gone, over, not yet there, or not said."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.authorising import refuse
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.engaged import DAY, SECOND, Case, Listener, publish, refused, registry, relay, send

pytestmark = pytest.mark.django_db(transaction=True)


def told_of(reason: str, name: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        OTHER_WAYS[name] = (reason, function)
        return function

    return keep


OTHER_WAYS: dict[str, tuple[str, Case]] = {}


@told_of("unknown_host", "no list")
def _(hosted: Account, listener: Listener) -> None:
    """Nothing was ever published."""


@told_of("unknown_host", "endpoints not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=None)))


@told_of("unknown_host", "another port")
def _(hosted: Account, listener: Listener) -> None:
    other = doc.Endpoint(host="127.0.0.1", port=listener.destination.port - 1, protocol=doc.Protocol.SMTP)
    publish(registry(relay(listener, endpoints=(other,))))


@told_of("unknown_host", "another name of the same machine")
def _(hosted: Account, listener: Listener) -> None:
    other = doc.Endpoint(host="localhost", port=listener.destination.port, protocol=doc.Protocol.SMTP)
    publish(registry(relay(listener, endpoints=(other,))))


@told_of("not_active", "the host left the engagement")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    publish(registry(relay(listener, endpoints=())))


@told_of("notice_pending", "a company that takes its place")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=())))
    publish(registry(relay(listener), legal_name="Other GmbH"))


@told_of("undeclared_call", "for browsers only")
def _(hosted: Account, listener: Listener) -> None:
    shown = doc.Endpoint(host="127.0.0.1", port=listener.destination.port, protocol=doc.Protocol.BROWSER)
    pictures = {"purposes": ("mail.remote_images",), "categories": ("user.device.ip_address",)}
    publish(registry(relay(listener, endpoints=(shown,), **pictures)))


@told_of("category_not_covered", "categories not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, categories=None)))


@told_of("category_not_covered", "more than the purpose is for")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener, categories=("user.content", "user.health"))))
    return {"categories": ("user.content", "user.health")}


@told_of("undeclared_call", "no category")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"categories": ()}


@told_of("vendor_dpa_not_in_force", "no agreement any more")
def _(hosted: Account, listener: Listener) -> None:
    over = doc.VendorAgreement(version="1", effective_from=now() - DAY, ends_at=now() - SECOND)
    publish(registry(relay(listener), agreements=(over,)))


@told_of("vendor_dpa_not_in_force", "no agreement yet")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener), agreements=(doc.VendorAgreement(version="1", effective_from=now() + DAY),)))


@told_of("not_authorised", "refused")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        refuse("relay", actor=SYSTEM)


@told_of("region_not_served", "regions not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, regions=None)))


@told_of("region_not_served", "a country the agreement does not admit")
def _(hosted: Account, listener: Listener) -> None:
    Region.objects.create(code="fr", name="France", countries=["FR"])
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, regions=["fr"])


@told_of("transfer_without_mechanism", "countries not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, countries=None)))


@told_of("transfer_without_mechanism", "a region that lost a country")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    Region.objects.filter(code="eu").update(countries=["FR"])


@told_of("account_state", "terminated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    for step in (Account.State.SUSPENDED, Account.State.TERMINATED):
        Account.objects.filter(pk=hosted.id).update(state=step)


@told_of("account_state", "of another region")
def _(hosted: Account, listener: Listener) -> None:
    from django.conf import settings

    publish(registry(relay(listener)))
    DataCentre.objects.create(code="iad-1", region=Region.objects.create(code="us", name="US"), country="US")
    settings.STEWARD_DATA_CENTRE = "iad-1"


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_nor_by_any_other_way_in_which_it_can_be_missing(hosted: Account, listener: Listener, way: str) -> None:
    reason, change = OTHER_WAYS[way]
    changes = change(hosted, listener) or {}
    assert refused(hosted, listener, **changes).value == reason
    assert not listener.received


def test_each_of_these_ways_is_open_without_the_change(hosted: Account, listener: Listener) -> None:
    """Else the tests above would prove nothing: one message arrives, whole."""
    publish(registry(relay(listener)))
    send(hosted, listener)
    assert listener.heard_all(6) == b"secret"
