"""Contract 13: an account's data stay in its region, and only its own signed order lets them leave it."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.moving import (
    NotOrderable,
    open_order,
    order_region_move,
    regions_to_move_to,
    withdraw_region_move,
)
from steward.people.models import Membership
from steward.privacy.egress import dns, residency
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.residency import Fault, findings
from steward.project import health
from steward.tenancy.actions import Opening, create_account
from steward.tenancy.models import Account, DataCentre, RegionMoveOrder
from steward.tenancy.residency import (
    NotAPlace,
    NotHere,
    StaysThere,
    add_data_centre,
    add_region,
    centre_for,
    data_centre_here,
    regions_here,
)
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(northwind: Account, contoso: Account) -> None:
    """Two regions; everybody lies in Frankfurt."""
    add_region("eu", name="Europe", countries=["DE", "FR"])
    add_region("us", name="United States", countries=["US"])
    add_data_centre("fra-1", region="eu", country="DE", host="colo")
    add_data_centre("iad-1", region="us", country="US", host="colo")
    Account.objects.update(data_centre_id="fra-1")


# Where an account lies.


def move(account: Account, centre: str) -> None:
    with account_scope(account.id):
        Account.objects.filter(pk=account.pk).update(data_centre_id=centre)


def order(owner: Membership, to: str = "us", factor: str = "totp") -> RegionMoveOrder:
    with account_scope(owner.account_id):
        return order_region_move(to, owner=owner, factor=factor)


def test_without_an_order_the_database_keeps_an_account_in_its_region(places: None, northwind: Account) -> None:
    add_data_centre("fra-2", region="eu", country="DE")
    with pytest.raises(DatabaseError, match="has not ordered a move to region us"):
        move(northwind, "iad-1")
    move(northwind, "fra-2")  # another house of the same region takes no order


def test_with_one_it_may_go_there_and_nowhere_else(places: None, northwind: Account, ada: Membership) -> None:
    add_region("in", name="India", countries=["IN"])
    add_data_centre("bom-1", region="in", country="IN")
    order(ada)
    with pytest.raises(DatabaseError, match="move to region in"):
        move(northwind, "bom-1")
    move(northwind, "iad-1")
    assert Account.objects.get(pk=northwind.pk).data_centre_id == "iad-1"


def test_an_order_moves_nobody_else(places: None, contoso: Account, ada: Membership) -> None:
    order(ada)
    with pytest.raises(DatabaseError, match="has not ordered"):
        move(contoso, "iad-1")


def test_an_order_that_was_withdrawn_or_is_done_counts_no_longer(
    places: None, northwind: Account, ada: Membership
) -> None:
    made = order(ada)
    with account_scope(northwind.id):
        withdraw_region_move(made, actor=SYSTEM)
        withdraw_region_move(made, actor=SYSTEM)
        assert (made.state, open_order()) == ("withdrawn", None)
        assert made.ended_at
    with pytest.raises(DatabaseError, match="has not ordered"):
        move(northwind, "iad-1")
    with account_scope(northwind.id):
        kinds = [event.kind for event in Event.objects.filter(object_type="tenancy.regionmoveorder").order_by("id")]
    assert sorted(kinds) == ["account.move_ordered", "account.move_withdrawn"]


def test_an_order_says_who_agreed_to_what_with_which_factor(places: None, ada: Membership) -> None:
    made = order(ada, factor="passkey")
    said = json.loads(made.document)
    assert made.sha256 == hashlib.sha256(made.document.encode()).hexdigest()
    assert (said["from_region"], said["to_region"], said["ordered_by"]) == ("eu", "us", str(ada.id))
    assert said["account"] == str(ada.account_id)
    assert said["ordered_at"] == made.ordered_at.isoformat()
    assert (made.ordered_by, made.factor, made.state) == (ada.id, "passkey", "ordered")


def test_only_an_owner_orders_it_with_a_second_factor_and_once(places: None, ada: Membership, ben: Membership) -> None:
    for owner, to, factor in (
        (ben, "us", "totp"),
        (ada, "us", "password"),
        (ada, "us", ""),
        (ada, "eu", "totp"),
        (ada, "mars", "totp"),
    ):
        with pytest.raises(NotOrderable):
            order(owner, to, factor)
    with account_scope(ada.account_id):
        assert [region.code for region in regions_to_move_to()] == ["home", "us"]
    order(ada)
    with pytest.raises(NotOrderable, match="already"):
        order(ada)


def test_an_owner_of_another_account_orders_nothing_here(places: None, contoso: Account, ada: Membership) -> None:
    with account_scope(contoso.id), pytest.raises(NotOrderable):
        order_region_move("us", owner=ada, factor="totp")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenancy_regionmoveorder SET to_region = 'in'",
        "UPDATE tenancy_regionmoveorder SET document = 'x'",
        "UPDATE tenancy_regionmoveorder SET state = 'done', sha256 = 'x'",
        "DELETE FROM tenancy_regionmoveorder",
    ],
)
def test_what_was_ordered_stays_as_it_was_ordered(places: None, ada: Membership, statement: str) -> None:
    order(ada)
    refused = pytest.raises(DatabaseError, match="stays as it was ordered")
    with refused, account_scope(ada.account_id), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_data_centre_does_not_move_under_its_accounts(places: None) -> None:
    for changes in ({"region_id": "us"}, {"country": "FR"}, {"country": "ZZ"}):
        with pytest.raises(DatabaseError, match="stays where it is"), transaction.atomic():
            DataCentre.objects.filter(pk="fra-1").update(**changes)
    with pytest.raises(StaysThere):
        add_data_centre("fra-1", region="us", country="US")
    add_data_centre("iad-1", region="eu", country="FR")  # nobody lies there
    add_data_centre("fra-1", region="eu", country="DE", host="other")


def test_what_nobody_has_said_anything_about_can_be_said_to_be_somewhere(northwind: Account) -> None:
    add_region("eu", name="Europe", countries=["DE"])
    (before,) = DataCentre.objects.all()
    assert before.country == "ZZ"
    add_data_centre(before.code, region="eu", country="DE")
    assert Account.objects.get(pk=northwind.pk).data_centre.region_id == "eu"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: add_region("EU", name="Europe", countries=["DE"]),
        lambda: add_region("eu", name="Europe", countries=[]),
        lambda: add_region("eu", name="Europe", countries=["Germany"]),
        lambda: add_region("eu", name="Europe", countries=["ZZ"]),
        lambda: add_data_centre("fra-1", region="nowhere", country="DE"),
        lambda: add_data_centre("fra-3", region="eu", country="US"),
        lambda: add_data_centre("Fra 3", region="eu", country="DE"),
    ],
)
def test_what_is_no_place(places: None, wrong: Callable[[], object]) -> None:
    with pytest.raises(NotAPlace):
        wrong()


# Where new ones are opened.


def test_new_accounts_lie_where_the_installation_stands(places: None, settings: Any) -> None:
    settings.STEWARD_DATA_CENTRE = "iad-1"
    assert [region.code for region in regions_here()] == ["us"]
    account_id = new_id()
    with account_scope(account_id):
        made = create_account("initech", name="Initech", account_id=account_id)
    assert made.data_centre_id == "iad-1"
    with pytest.raises(NotHere):
        centre_for("eu")
    with account_scope(new_id()), pytest.raises(NotHere):
        create_account("hooli", name="Hooli", opening=Opening(region="eu"))


def test_a_data_centre_nobody_made_known_opens_nothing(places: None, settings: Any) -> None:
    settings.STEWARD_DATA_CENTRE = "nowhere"
    for ask in (data_centre_here, regions_here, lambda: centre_for("")):
        with pytest.raises(NotHere):
            ask()


# What is checked at start.


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


def test_every_row_of_an_account_lies_with_its_account() -> None:
    """One database is one data centre's: no table has a place of its own that could differ from the account's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND (column_name LIKE %s OR column_name LIKE %s)",
            ["%data_centre%", "%region%"],
        )
        found = set(cursor.fetchall())
    assert found == {
        ("tenancy_account", "data_centre_id"),
        ("tenancy_datacentre", "region_id"),
        ("tenancy_regionmoveorder", "from_region"),
        ("tenancy_regionmoveorder", "to_region"),
        ("people_signup", "region"),  # what was chosen, before there is an account
        ("egress_egressevent", "from_region"),  # what the ledger says left from
        ("egress_accountterms", "regions"),  # what the agreement admits, and as it was signed:
        ("agreements_agreement", "regions"),
    }
