"""Contract 13, the checks at start: every server is registered for the region, or nothing is served."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from steward.lib.clock import now
from steward.lifecycle.moving import (
    order_region_move,
)
from steward.people.models import Membership
from steward.privacy.egress import dns, residency
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.residency import Fault, findings
from steward.project import health
from steward.tenancy.models import Account, DataCentre, RegionMoveOrder
from steward.tenancy.residency import (
    add_data_centre,
)
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db


def order(owner: Membership, to: str = "us", factor: str = "totp") -> RegionMoveOrder:
    with account_scope(owner.account_id):
        return order_region_move(to, owner=owner, factor=factor)


def move(account: Account, centre: str) -> None:
    with account_scope(account.id):
        Account.objects.filter(pk=account.pk).update(data_centre_id=centre)


def registered(**changes: Any) -> None:
    """The list: a house in Germany, the database and the resolver in it, the relay."""
    usual: dict[str, Any] = {
        "purposes": ("data.host", "dns.resolve", "mail.deliver"),
        "categories": ("user.content", "user.contact.email", "system.operations"),
        "countries": ("DE",),
        "regions": ("eu",),
        "endpoints": tuple(
            doc.Endpoint(host=host, port=port, protocol=doc.Protocol.HTTPS)
            for host, port in (("db.colo.example", 5432), ("9.9.9.9", 53), ("smtp.colo.example", 465))
        ),
        "agreements": (doc.VendorAgreement(version="1", effective_from=now() - timedelta(days=1)),),
        "key": "colo",
    } | changes
    company = {name: usual.pop(name) for name in ("agreements", "key")}
    content = doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=(
            doc.Subprocessor(
                legal_name="Colo GmbH",
                kind=doc.Kind.INFRASTRUCTURE,
                engagements=(doc.Engagement(key="house", **usual),),
                **company,
            ),
        ),
        prose=(),
    )
    number, text = RegistryVersion.objects.count() + 1, doc.canonical(content)
    RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=now(),
        effective_at=now(),
        binds_notice=number > 1,
    )


@pytest.fixture
def hosting(places: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.STEWARD_HOSTING, settings.STEWARD_DATA_CENTRE = True, "fra-1"
    settings.STEWARD_RESOLVER, settings.STEWARD_SMTP_RELAY = "9.9.9.9", "smtps://smtp.colo.example:465"
    configured = {"HOST": "db.colo.example", "PORT": "5432", "OPTIONS": {"hostaddr": "198.100.0.1"}}
    monkeypatch.setattr(residency, "connection", type("Connection", (), {"settings_dict": configured}))
    dns.forget_answers()
    yield settings
    dns.forget_answers()


def faults() -> set[Fault]:
    return {one.fault for one in findings()}


def test_with_everything_registered_there_is_nothing_to_say(hosting: Any) -> None:
    registered()
    assert findings() == []


def test_a_house_that_is_only_announced_is_not_the_house_yet(hosting: Any) -> None:
    registered()
    registered(key="another")
    assert findings() == []
    add_data_centre("fra-1", region="eu", country="DE", host="another")
    assert Fault.HOST in faults()


SERVERS = {Fault.HOST, Fault.DATABASE, Fault.RESOLVER, Fault.RELAY}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": "another"}, {Fault.HOST}),
        ({"purposes": ("data.host", "mail.deliver")}, {Fault.RESOLVER}),
        ({"purposes": ("dns.resolve", "mail.deliver")}, {Fault.HOST, Fault.DATABASE}),
        ({"purposes": ("dns.resolve", "data.host")}, {Fault.RELAY}),
        ({"regions": ("us",)}, SERVERS - {Fault.RELAY}),
        ({"regions": None}, SERVERS - {Fault.RELAY}),
        ({"countries": ("US",)}, SERVERS - {Fault.RELAY}),
        ({"countries": None}, SERVERS - {Fault.RELAY}),
        ({"endpoints": ()}, SERVERS - {Fault.HOST}),
        ({"agreements": None}, SERVERS),
    ],
)
def test_each_server_that_is_not_registered_for_the_region_is_named(
    hosting: Any, changes: dict[str, Any], expected: set[Fault]
) -> None:
    registered(**changes)
    assert faults() == expected
    assert all(one.is_error for one in findings())
    is_told_otherwise = "key" in changes  # of another house; the other lists only say too little
    assert {one.is_unservable for one in findings()} == {is_told_otherwise}


def test_a_database_server_in_the_place_of_the_one_that_is_listed_keeps_all_from_being_served(hosting: Any) -> None:
    registered()
    residency.connection.settings_dict.update(HOST="db.elsewhere.example", OPTIONS={"hostaddr": "198.100.9.9"})
    (found,) = findings()
    assert (found.fault, found.what, found.is_unservable) == (Fault.DATABASE, "db.elsewhere.example:5432", True)
    answer = health.readyz(RequestFactory().get("/readyz"))
    assert answer.status_code == 503


BUCKET = {
    "STEWARD_OBJECT_STORE": "s3s://k:hidden@s3.colo.example/files",
    "STEWARD_BACKUPS": "s3s://k:s@198.100.7.7/bbb",
}


@pytest.mark.parametrize(("name", "url"), BUCKET.items())
def test_an_object_store_that_nobody_was_told_of_keeps_all_from_being_served(hosting: Any, name: str, url: str) -> None:
    registered()
    setattr(hosting, name, url)
    (found,) = findings()
    host = url.partition("@")[2].partition("/")[0]
    assert (found.fault, found.what, found.is_unservable) == (Fault.BUCKET, f"{host}:443", True)
    assert name in found.words
    assert "hidden" not in found.words
    assert health.readyz(RequestFactory().get("/readyz")).status_code == 503


def test_an_object_store_that_is_registered_for_the_region_or_ones_own_is_used(hosting: Any) -> None:
    hosting.STEWARD_OBJECT_STORE = BUCKET["STEWARD_OBJECT_STORE"]
    places = (("db.colo.example", 5432), ("9.9.9.9", 53), ("smtp.colo.example", 465), ("s3.colo.example", 443))
    hosts = tuple(doc.Endpoint(host=host, port=port, protocol=doc.Protocol.HTTPS) for host, port in places)
    registered(endpoints=hosts)
    assert findings() == []
    hosting.STEWARD_OBJECT_STORE = "s3s://k:s@10.0.0.5:9000/files"
    assert findings() == []


def test_an_object_store_that_is_registered_for_another_region_is_not_used(hosting: Any) -> None:
    hosting.STEWARD_OBJECT_STORE = BUCKET["STEWARD_OBJECT_STORE"]
    hosts = (doc.Endpoint(host="s3.colo.example", port=443, protocol=doc.Protocol.HTTPS),)
    registered(endpoints=hosts, regions=("us",))
    assert Fault.BUCKET in faults()


def test_an_agreement_that_is_over_is_an_error_and_nobody_is_locked_out(hosting: Any) -> None:
    """Who renews it does so in the back office, which has to be served for that."""
    over = doc.VendorAgreement(version="1", effective_from=now() - timedelta(days=9), ends_at=now())
    registered(agreements=(over,))
    assert faults() == SERVERS
    assert not any(one.is_unservable for one in findings())


def test_without_any_list_all_of_them_are_missing_and_the_words_say_which(hosting: Any) -> None:
    assert faults() == SERVERS
    assert not any(one.is_unservable for one in findings())
    said = " ".join(one.words for one in findings())
    assert all(name in said for name in ("fra-1", "db.colo.example:5432", "9.9.9.9:53", "smtp.colo.example:465"))


def test_servers_of_the_machine_and_of_ones_own_network_are_the_house(hosting: Any) -> None:
    hosting.STEWARD_RESOLVER, hosting.STEWARD_SMTP_RELAY = "10.0.0.2", ""
    dns.forget_answers()
    registered(endpoints=())
    for host, address in (("", ""), ("/run/postgresql", ""), ("127.0.0.1", ""), ("db.internal", "10.0.0.7")):
        residency.connection.settings_dict.update(HOST=host, OPTIONS={"hostaddr": address} if address else {})
        assert findings() == []


def test_an_account_of_another_region_is_not_served_from_here(hosting: Any, ada: Membership) -> None:
    registered()
    order(ada)
    move(Account.objects.get(pk=ada.account_id), "iad-1")
    (found,) = findings()
    assert (found.fault, found.is_unservable) == (Fault.ACCOUNTS_ELSEWHERE, True)
    assert "northwind" in found.words
    hosting.STEWARD_HOSTING = False
    assert Fault.ACCOUNTS_ELSEWHERE in faults()


def test_a_place_that_is_not_named_not_known_or_nowhere(hosting: Any) -> None:
    registered()
    hosting.STEWARD_DATA_CENTRE = ""
    assert faults() == {Fault.NOT_NAMED}
    hosting.STEWARD_DATA_CENTRE = "nowhere"
    assert faults() == {Fault.UNKNOWN}
    DataCentre.objects.create(code="dim-1", region_id="eu", country="ZZ", host="colo")
    hosting.STEWARD_DATA_CENTRE = "dim-1"
    assert faults() == {Fault.NOT_SAID, Fault.HOST}


def test_who_serves_their_own_company_is_told_so_and_nothing_else(hosting: Any) -> None:
    hosting.STEWARD_HOSTING = False
    (found,) = findings()
    assert (found.fault, found.is_error) == (Fault.OWN, False)
    hosting.STEWARD_DEMO = True
    assert findings() == []


def test_readiness_waits_for_what_is_missing(hosting: Any, rf: Any) -> None:
    answer = health.readyz(rf.get("/readyz"))
    assert answer.status_code == 503
    assert json.loads(answer.content)["residency"] == sorted(fault.value for fault in SERVERS)
    registered()
    assert health.readyz(rf.get("/readyz")).status_code == 200
