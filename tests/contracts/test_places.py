"""Contract 5 for time and place: whatever is held about people is somewhere, and ends some time."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.utils.functional import Promise

from steward.console.held import COPIES_KEPT
from steward.people import throttling
from steward.privacy.inventory import Whose, holding_of
from steward.privacy.inventory.places import Kept, Place, Until, Where, all_places, held, unplaced
from steward.privacy.inventory.stores import unanswered
from steward.tenancy.models import account_owned_models
from steward.tenancy.shared_columns import TABLES

PLACES = all_places()
each_place = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


def tables_about_people():
    yield from (table for table, shared in TABLES.items() if shared.personal)
    for model in account_owned_models():
        if any((holding := holding_of(field)) and holding.is_personal for field in model._meta.local_fields):
            yield model._meta.label


def test_every_table_about_people_says_how_long_it_is_kept():
    assert unplaced(tables_about_people()) == []


def test_a_table_that_says_nothing_is_named():
    assert unplaced(["tickets.Ticket", "tickets.Unheard"]) == ["tickets.Unheard"]


def test_places_are_there_that_are_no_column():
    kinds = {Where.FILES, Where.QUEUE, Where.LOG, Where.CACHE, Where.BROWSER, Where.BACKUP, Where.LEDGER}
    assert kinds <= {place.where for place in PLACES}


@each_place
def test_a_place_is_a_table_about_people_or_says_itself_what_it_holds(place):
    assert isinstance(place.title, Promise)
    if place.is_table:
        assert place.name in set(tables_about_people())
        assert (place.whose, place.categories, place.purpose) == ((), (), ""), "its fields say that"
    elif place.categories:
        assert all(isinstance(whose, Whose) for whose in place.whose)
        assert place.purpose
        assert all(re.fullmatch(r"user(\.[a-z_]+)*", category) for category in place.categories)
    if place.with_rows:
        apps.get_model(place.with_rows)
        assert unanswered([place.with_rows]) == [], "nothing erases the rows it is said to go with"


@each_place
def test_what_ends_by_time_says_when(place):
    assert (place.kept.period is not None) or place.kept.until is not Until.PERIOD
    if place.kept.period is not None:
        assert place.kept.period > timedelta(0)


def test_a_place_is_named_once():
    with pytest.raises(ValueError, match=r"tickets\.Ticket"):
        held(Place("tickets.Ticket", "again", Kept(Until.TICKET)))


def test_no_try_is_counted_longer_than_is_said():
    windows = [limit.window for limit in vars(throttling).values() if isinstance(limit, throttling.Limit)]
    assert max(windows) == throttling.LONGEST_WINDOW


def test_browsers_keep_copies_as_long_as_is_said():
    script = Path(apps.get_app_config("ui").path) / "static" / "steward" / "js" / "copies.js"
    assert f"KEPT = {COPIES_KEPT.days} * 24 * 3600 * 1000" in script.read_text()
