"""Contract 13: an account's data stay in its region, and only its own signed order lets them leave it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.lifecycle.moving import (
    NotOrderable,
    open_order,
    order_region_move,
    regions_to_move_to,
    withdraw_region_move,
)
from steward.people.models import Membership
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
