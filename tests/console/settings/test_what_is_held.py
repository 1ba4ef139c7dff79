"""What is held and the records of processing, as an owner reads them: nothing is left out, nothing is made up."""

import json
import re

import pytest

from steward.console.what_is_held import Goes, all_rows, kept_words, rows_of_account
from steward.lib.actor import SYSTEM
from steward.people.models import Membership
from steward.privacy.agreements.inventory_words import PURPOSES, SUBJECTS, category_words
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.inventory import holding_of
from steward.privacy.inventory.places import Place, Until, all_places
from steward.privacy.retention.actions import change_rule, make_rule
from steward.privacy.retention.models import Kind, Since
from steward.tenancy.models import DataCentre, Region, account_owned_models
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry, words_in

ADDRESS = "/console/settings/privacy"
HELD, RECORDS = f"{ADDRESS}/what-is-held", f"{ADDRESS}/records"
PAGES = (HELD, f"{HELD}.json", RECORDS, f"{RECORDS}.json")


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def hosted(northwind, settings):
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE", host="company")
    publish(registry(engagement()))
    return northwind


def read(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return words_in(answer.content.decode())


def file(browser, address):
    answer = browser.get(f"{address}.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="northwind-')
    assert answer.headers["Cache-Control"] == "no-store"
    return json.loads(answer.content)


@pytest.mark.parametrize("address", PAGES)
def test_owners_and_admins_read_it_and_nobody_else(address, client_of, ada, ben, zoe, visitor_at, northwind):
    assert client_of(ada).get(address).status_code == 200
    assert client_of(ben).get(address).status_code == 403
    assert client_of(ada).post(address).status_code == 405
    assert visitor_at(northwind).get(address).status_code == 302
    assert b"Northwind" not in client_of(zoe).get(address).content


def test_every_personal_field_of_the_account_is_in_the_file(adas):
    told = file(adas, HELD)
    found = {(place["name"], field["name"]) for place in told["places"] for field in place["fields"]}
    fields = {
        (model._meta.label, field.column)
        for model in account_owned_models()
        for field in model._meta.local_fields
        if holding_of(field).is_personal
    }
    assert fields
    assert fields <= found
    assert (told["account"], told["data_centre"]) == ("northwind", DataCentre.objects.get().code)


def test_the_file_says_of_keys_inside_json_whose_they_are(adas):
    [messages] = [place for place in file(adas, HELD)["places"] if place["name"] == "tickets.Message"]
    [recipients] = [field for field in messages["fields"] if field["name"] == "recipients"]
    assert {"path": "cc.email", "about": "contact", "category": "user.contact.email"} in recipients["keys"]
    assert (recipients["erase"], messages["goes"], messages["kept"]) == (
        "recompute",
        "deleted",
        {"until": "ticket", "seconds": None},
    )


def test_the_page_has_every_place_of_the_file(adas):
    text, told = read(adas, HELD), file(adas, HELD)
    assert {place["where"] for place in told["places"]} >= {"database", "files", "queue", "log", "browser", "ledger"}
    for place in told["places"]:
        assert place["title"] in text


def test_what_belongs_to_the_installation_alone_is_not_the_accounts():
    names = {row.place.name for row in rows_of_account()}
    assert "people_session" in names
    assert not names & {"people_operatoract", "people_signup", "subprocessors_subscription", "egress_registryversion"}
    assert {row.place.name for row in all_rows()} == {place.name for place in all_places()}


def test_everything_has_words():
    for row in all_rows():
        assert all(one in SUBJECTS for one in row.whose), row.place.name
        assert all(one in PURPOSES for one in row.purposes), row.place.name
        assert not [one for one in row.categories if category_words(one) == one], row.place.name
        assert all((row.kept_words, row.where_words, row.goes_words)), row.place.name


def test_how_something_goes_follows_from_what_erases_it():
    goes = {row.place.name: row.goes for row in all_rows()}
    assert goes["tickets.Ticket"] == goes["files.bytes"] == Goes.DELETED
    assert goes["events.Event"] == Goes.EMPTIED
    assert goes["people_user"] == Goes.MEMBER
    assert goes["people_session"] == Goes.TIME
    assert goes["project.log"] == Goes.HOST


@pytest.mark.parametrize("place", all_places(), ids=lambda place: place.name)
def test_how_long_is_said_with_its_number(place: Place):
    words = kept_words(place.kept)
    assert bool(re.search(r"\d", words)) == (place.kept.period is not None)
    if place.kept.until is Until.PERIOD:
        assert words.startswith("At most")


def test_the_record_of_a_hosted_account_names_both_sides_and_who_gets_data(hosted, adas):
    told = file(adas, RECORDS)
    assert told["controller"]["Controller"] == "Northwind"
    assert "Ada" in told["controller"]["Contact of the controller"]
    assert told["processor"]["Processor"] == registry(engagement()).provider.legal_name
    assert {one["purpose"] for one in told["activities"]} == {*PURPOSES} - {"marketing"}, "which is the host's own"
    assert all(one["limits"] and one["subjects"] and one["categories"] for one in told["activities"])
    [recipient] = told["recipients"]
    assert registry(engagement()).subprocessors[0].legal_name in recipient["who"]
    assert (told["region"], told["list_version"], bool(told["measures"])) == ("Europe", 1, True)
    text = read(adas, RECORDS)
    assert "article 30(1)" in text
    assert "article 30(2)" in text
    assert all(words in text for words in told["measures"])


def test_the_record_tells_what_is_done_only_with_consent(adas, northwind):
    with account_scope(northwind.id):
        add_purpose("news", "newsletter", {"en": {"name": "News", "text": "Monthly."}}, actor=SYSTEM)
    assert file(adas, RECORDS)["consents"] == ["News (News and advertising), version 1 of the words"]
    assert "News (News and advertising)" in adas.get(RECORDS).content.decode()


def test_the_record_tells_the_rules_by_which_data_go(adas, northwind):
    assert "nothing goes by a rule" in read(adas, RECORDS)
    with account_scope(northwind.id):
        change_rule(make_rule(Kind.REQUESTS, days=9, since=Since.CLOSING, actor=SYSTEM), {"is_on": True}, actor=SYSTEM)
        make_rule(Kind.CONTACTS, days=9, since=Since.ALONE, actor=SYSTEM)
    [rule] = file(adas, RECORDS)["rules"]
    assert "Closed privacy requests" in rule
    assert "9 days after the closing" in rule
    assert "9 days after the closing" in read(adas, RECORDS)


def test_who_runs_it_alone_has_no_processor(adas, settings):
    settings.STEWARD_HOSTING = False
    assert file(adas, RECORDS)["processor"] == {}
    text = read(adas, RECORDS)
    assert "article 30(2)" not in text
    assert "You run Steward yourself" in text


def test_both_pages_are_in_the_language_of_the_reader(hosted, client_of, ada):
    with account_scope(hosted.id):
        Membership.objects.filter(pk=ada.pk).update(language="pl")
    reader = client_of(ada)
    assert "Rejestr Twoich czynności przetwarzania" in read(reader, RECORDS)
    assert "Tak długo jak zgłoszenie" in read(reader, HELD)
