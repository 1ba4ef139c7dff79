"""Whoever left a marker everywhere is given all of it, and nothing of anybody else."""

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.inventory.exporting import all_sections
from steward.privacy.requests.actions import NewRequest, open_request
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.scope import account_scope
from steward.testing.archives import data_of, export_person, opened
from steward.testing.markers import ADDRESSES, NAME, NAMED, SAID, plant
from steward.tickets.actions import add_note
from steward.tickets.actions.replying import Writing
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = ("farah", "omar@example.com", "lamps@example.net")


@pytest.fixture
def anna(northwind, child_processes):
    """She left something everywhere, has three addresses, and takes part in a ticket of Farah's."""
    contact = plant()
    with account_scope(northwind.id):
        asked = NewRequest(PrivacyRequest.Type.ACCESS, PrivacyRequest.Channel.AGENT, now(), subject=contact,
                           name=NAME, address=ADDRESSES[0], words=f"All of {SAID}.")  # fmt: skip
        open_request(asked, actor=SYSTEM)
        ben = Membership.objects.get(name="Ben")
        own = Ticket.objects.filter(requester=contact).order_by("pk").first()
        add_note(own, Writing("<p>Farah Nasser zqhidden told me.</p>"), author=ben, actor=actor_of(ben))
        add_note(own, Writing("<p>Ask boss@zqhidden.example.</p>"), author=ben, actor=actor_of(ben))
        add_note(own, Writing("<p>Nice zqnoted person.</p>"), author=ben, actor=actor_of(ben))
        farahs = Ticket.objects.get(requester__name="Farah Nasser")
        add_note(farahs, Writing(f"<p>zqhidden of {NAMED}</p>"), author=ben, actor=actor_of(ben))
    return contact


def text_of(files):
    return "\n".join(content.decode("utf-8", "replace") for content in files.values())


def test_every_section_gives_something_with_a_marker(northwind, anna):
    told = data_of(opened(export_person(northwind, ADDRESSES[1])))
    assert set(told["sections"]) == {section.name for section in all_sections()}
    for name, records in told["sections"].items():
        marked = [one for one in records if NAMED in str(one).lower() or SAID in str(one).lower()]
        assert marked or name == "events", name
    assert told["sections"]["events"]


def test_every_field_that_is_given_is_in_the_file_with_its_value(northwind, anna):
    sections = data_of(opened(export_person(northwind, ADDRESSES[0])))["sections"]
    assert sections["contacts"][0]["name"] == NAME
    assert [one["address"] for one in sections["addresses"]] == list(ADDRESSES)
    own = next(one for one in sections["tickets"] if one["is_yours"] and SAID in one["subject"])
    first = own["messages"][0]
    assert (first["sender_name"], first["sender_email"], first["way"]) == (NAME, ADDRESSES[0], "from_you")
    assert NAMED in first["internet_id"]
    assert SAID in first["html"]
    assert first["files"][0]["name"] == f"{SAID}.txt"
    answer = next(one for one in own["messages"] if one["way"] == "to_you" and not one["is_automatic"])
    assert answer["recipients"]["to"] == [{"name": NAME, "email": ADDRESSES[0]}]
    received = sections["mails_received"][0]
    assert (received["from"], received["network_address"]) == (ADDRESSES[0], "203.0.113.77")
    assert received["server"] == "zqnamedhelo.example"
    assert any(NAMED in one["server_words"] and one["to"] and one["internet_id"] for one in sections["mails_sent"])
    drafts = sections["drafts"]
    assert any(one["file_names"] == [f"{SAID}-draft.txt"] and NAMED in one["cc"].lower() for one in drafts)
    assert any(one["subject"] == f"New {SAID}" and NAMED in one["to"].lower() for one in drafts)
    [asked] = sections["requests"]
    assert (asked["name"], asked["address"], asked["words"]) == (NAME, ADDRESSES[0], f"All of {SAID}.")


def test_files_come_as_they_came(northwind, anna):
    files = opened(export_person(northwind, ADDRESSES[0]))
    own = [one for one in data_of(files)["sections"]["tickets"] if one["is_yours"]]
    [path] = [one["path"] for ticket in own for message in ticket["messages"] for one in message["files"]]
    assert files[path] == f"{SAID} in a file".encode()
    assert any(name.startswith("files/mails/") and name.endswith(".eml") for name in files), "what waits to be read"


def test_nothing_of_anybody_else_is_in_it(northwind, anna):
    files = opened(export_person(northwind, ADDRESSES[0]))
    given = {name: text for name, content in files.items() if (text := content.decode("utf-8", "replace").lower())}
    for name, text in given.items():
        for other in OTHERS:
            assert other not in text, (name, other, text[max(0, text.find(other) - 200) :][:300])
        assert "zqhidden" not in text, name
    assert "zqnoted" in given["data.json"]
    assert "zqnoted" in given["index.html"]


def test_what_was_said_to_them_in_a_ticket_of_somebody_else_is_given(northwind, anna):
    told = data_of(opened(export_person(northwind, ADDRESSES[0])))
    [farahs] = [one for one in told["sections"]["tickets"] if not one["is_yours"]]
    ways = [one["way"] for one in farahs["messages"]]
    assert "from_you" in ways
    said = " ".join(one["html"] for one in farahs["messages"])
    assert "Both lamps are broken" in said, "she was copied in"
    assert "New lamps come" in said
    assert "They came." not in said, "that was to Farah alone"
    assert farahs["status"] is None


def test_what_is_left_out_is_counted(northwind, anna):
    told = data_of(opened(export_person(northwind, ADDRESSES[0])))
    assert sum(one["notes_left_out"] for one in told["sections"]["tickets"]) == 2
    without = opened(export_person(northwind, ADDRESSES[0], with_notes=False))
    assert "zqnoted" not in text_of(without)


def test_portability_has_what_they_gave_alone(northwind, anna):
    files = opened(export_person(northwind, ADDRESSES[0], kind="portability"))
    told = data_of(files)
    assert set(told["sections"]) == {"contacts", "addresses", "tickets", "requests", "consents"}
    ways = {message["way"] for ticket in told["sections"]["tickets"] for message in ticket["messages"]}
    assert ways == {"from_you"}
    assert "zqnoted" not in text_of(files)
    assert "Both lamps" not in text_of({"index.html": files["index.html"]})


def test_the_pages_need_no_network_and_run_nothing(northwind, anna):
    page = opened(export_person(northwind, ADDRESSES[0]))["index.html"].decode()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert ' src="http' not in page
    assert "Article 15" in page
    assert NAME in page


@pytest.mark.parametrize(("language", "word", "direction"), [("pl", 'lang="pl"', "ltr"), ("ar", 'lang="ar"', "rtl")])
def test_the_pages_are_in_the_language_that_was_chosen(northwind, anna, language, word, direction):
    page = opened(export_person(northwind, ADDRESSES[0], language=language))["index.html"].decode()
    assert word in page
    assert f'dir="{direction}"' in page
    assert "What is held about you" not in page
