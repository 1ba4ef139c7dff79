"""Where the data are, who can touch them, and what left: as an owner finds it, and as the gate decides it."""

import csv
import io
import json
import uuid
from datetime import timedelta

import pytest

from steward.console import shield
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.access import actor_of
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import object_to
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector, EgressEvent
from steward.privacy.egress.reading import PAGE
from steward.privacy.egress.terms import bring_into_force, end_terms
from steward.project.places import note_instructions
from steward.tenancy.models import DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry, words_in

ADDRESS = "/console/settings/privacy/places"
LEDGER = "/console/settings/privacy/what-left"


@pytest.fixture
def hosted(northwind, settings):
    """An account of a provider, in a region, under an agreement."""
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE", host="company")
    with account_scope(northwind.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    publish(registry(engagement()))
    return northwind


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def leave(account, **changes):
    """A row of the ledger."""
    usual = {
        "traffic": "S", "engagement": "relay", "purpose": "mail.deliver", "categories": ["user.content"],
        "host": "relay.example", "port": 587, "from_region": "eu", "to_country": "DE", "bytes": 1000,
        "is_allowed": True, "reason_code": "allowed", "at": now(),
    }  # fmt: skip
    with account_scope(account.id):
        return EgressEvent.objects.create(**(usual | changes))


def read(browser, address=ADDRESS):
    answer = browser.get(address)
    assert answer.status_code == 200
    return words_in(answer.content.decode())


def test_an_owner_finds_who_can_see_the_data(hosted, adas):
    words = read(adas)
    assert "Who can see your customers’ data" in words
    assert "Relay GmbH" in words
    assert "Sending e-mail" in words
    assert "Data: Messages and files, E-mail address" in words
    assert "Germany relay.example:587" in words
    assert "in the region Europe" in words
    assert "They have no way into this account" in words
    assert "In force since" in words


def test_agents_do_not_read_it(hosted, client_of, ben):
    for address in (ADDRESS, LEDGER, f"{LEDGER}.csv", f"{LEDGER}.json"):
        assert client_of(ben).get(address).status_code == 403


def test_what_the_account_objected_to_is_off_with_who_and_why(hosted, adas, ada):
    with account_scope(hosted.id):
        object_to("relay", actor=actor_of(ada), reason="We have our own")
    words = read(adas)
    assert "Nothing is sent there: your company objected to this subprocessor." in words
    assert "Ada" in words
    assert "We have our own" in words
    assert "Nothing goes to any." in words


def test_without_an_agreement_the_page_says_what_the_gate_says(hosted, adas):
    assert "Nothing is sent there" not in read(adas)
    with account_scope(hosted.id):
        end_terms(actor=SYSTEM)
    words = read(adas)
    assert "Nothing is sent there: your company has no data processing agreement in force." in words
    assert "None is in force." in words


def test_what_is_announced_stands_with_its_day(hosted, adas):
    wider = engagement(categories=("user.content", "user.contact.email", "user.name"))
    publish(registry(wider))
    words = read(adas)
    assert "What changes soon 1 change is announced, for" in words
    assert "More data Relay GmbH" in words
    assert "Not used for this account before" in words


def test_what_left_is_told_by_destination_with_what_was_refused(hosted, adas):
    leave(hosted)
    leave(hosted, at=now() - timedelta(days=3), bytes=500)
    leave(hosted, is_allowed=False, reason_code="notice_pending", bytes=None)
    words = read(adas)
    assert "1 connection, to Relay GmbH" in words
    assert "1 was refused." in words
    assert "Refused: the subprocessor is announced, and your notice period is not over" in words
    page = adas.get(ADDRESS)
    refused = f'href="{LEDGER}?outcome=refused&amp;since={page.context["today"].day}"'
    assert refused in page.content.decode(), "one press from what was refused to each refusal"
    [lately] = page.context["lately"].destinations
    assert (lately.left, lately.bytes, lately.refused) == (2, 1500, 1)


def test_many_receivers_are_named_in_part(hosted, adas):
    for number in range(5):
        leave(hosted, engagement="", traffic="B", host=f"images-{number}.example", purpose="mail.remote_images")
    words = read(adas)
    assert "5 connections, to images-0.example, images-1.example, images-2.example and others" in words


def test_each_row_says_under_what_it_left(hosted, adas):
    leave(hosted, registry_version=1, vendor_agreement="2025-01")
    page = adas.get(LEDGER).content.decode()
    assert f'href="{ADDRESS}#use-relay"' in page
    assert "Messages and files List version 1 · agreement 2025-01" in words_in(page)


def test_other_accounts_are_not_in_it(hosted, adas, contoso):
    leave(contoso, host="elsewhere.example")
    assert "elsewhere.example" not in read(adas)
    assert "elsewhere.example" not in read(adas, LEDGER)
    assert "elsewhere.example" not in b"".join(adas.get(f"{LEDGER}.csv").streaming_content).decode()


def test_the_ledger_is_read_a_page_at_a_time_without_gap_or_double(hosted, adas):
    at = now()
    rows = [leave(hosted, at=at - timedelta(seconds=number // 3)) for number in range(PAGE * 2 + 7)]
    seen, address = [], LEDGER
    while address:
        page = adas.get(address)
        seen += [one.row.id for one in page.context["passages"]]
        address = LEDGER + page.context["next_url"] if page.context["next_url"] else ""
    assert sorted(seen) == sorted(row.id for row in rows)
    assert len(seen) == len(set(seen)) == PAGE * 2 + 7


@pytest.mark.parametrize(
    ("asked", "hosts"),
    [
        ("outcome=refused", {"refused.example"}),
        ("outcome=left", {"relay.example", "images.example"}),
        ("purpose=mail.remote_images", {"images.example"}),
        ("host=Relay.example", {"relay.example"}),
        ("since=2000-01-01&until=2000-01-02", set()),
    ],
)
def test_it_can_be_narrowed(hosted, adas, asked, hosts):
    leave(hosted)
    leave(hosted, host="images.example", purpose="mail.remote_images", traffic="B", engagement="")
    leave(hosted, host="refused.example", is_allowed=False, reason_code="unknown_host")
    page = adas.get(f"{LEDGER}?{asked}")
    assert {one.row.host for one in page.context["passages"]} == hosts
    [(_, address), _] = page.context["files"]
    rows = csv.DictReader(io.StringIO(b"".join(adas.get(address).streaming_content).decode()))
    assert {row["host"] for row in rows} == hosts


def test_a_wrong_day_and_a_wrong_place_are_refused(hosted, adas):
    for wrong in ("since=tomorrow", "until=9999-12-31", "since=0001-01-01"):
        assert adas.get(f"{LEDGER}?{wrong}").status_code == 422
    assert adas.get(f"{LEDGER}?after=somewhere").status_code == 404
    assert adas.get(f"{LEDGER}.json?since=tomorrow").status_code == 404


def test_the_files_hold_all_columns_and_no_payload(hosted, adas):
    row = leave(hosted)
    answer = adas.get(f"{LEDGER}.json")
    assert "attachment" in answer["Content-Disposition"]
    [told] = json.loads(b"".join(answer.streaming_content))
    assert told["host"] == row.host
    assert told["traffic"] == "subprocessor", "a word, not the letter of its class"
    assert told["bytes"] == 1000
    assert told["categories"] == ["user.content"]


def test_who_runs_steward_for_themselves_reads_that_it_is_theirs(northwind, adas, ada, settings):
    settings.STEWARD_SMTP_RELAY = "smtp://mail.own.example:587"
    settings.STEWARD_OBJECT_STORE = "s3s://key:hidden@files.own.example:9000/steward"
    settings.STEWARD_BACKUPS = "s3s://key:hidden@backups.own.example/steward"
    with account_scope(northwind.id):
        declare_connector(
            Declaration(
                kind=Connector.Kind.IMAP, destination=Destination("imap.own.example", 993), tls=Connector.Tls.IMPLICIT
            ),
            actor=actor_of(ada),
        )
    words = read(adas)
    assert "You run Steward yourself" in words
    assert "mail.own.example:587" in words
    assert "files.own.example:9000 Keeping files" in words
    assert "backups.own.example:443 Keeping backups" in words
    assert "hidden" not in words
    assert "Whoever set the environment of the server" in words
    assert "In use since" not in words, "no process has started with it: nobody knows since when"
    note_instructions()
    settings.STEWARD_BACKUPS = "s3s://key:hidden@elsewhere.example/steward"
    note_instructions()
    words = read(adas)
    assert words.count("In use since") == 3
    assert "No longer used" in words
    assert "backups.own.example:443 Keeping backups: from" in words
    assert "imap.own.example:993" in words
    assert "Data processing agreement" not in words
    assert "Coming changes" not in words
    assert "There is none but you." in words


def test_the_shield_says_to_everybody_what_left_today_without_a_query_for_each_page(hosted, adas, client_of, ben):
    shield.forget()
    assert "Nothing has left today" in read(adas, "/console/")
    leave(hosted)
    leave(hosted, at=now() - timedelta(days=2))
    assert "Nothing has left today" in read(adas, "/console/")  # kept for a minute
    shield.forget()
    page = adas.get("/console/").content.decode()
    assert "1 connection left today" in page
    assert 'href="/console/settings/privacy"' in page
    bens = client_of(ben).get("/console/").content.decode()
    assert "1 connection left today" in bens
    assert "/console/settings/privacy" not in bens


def test_no_cell_of_the_file_is_a_formula(hosted, adas):
    leave(hosted, vendor_agreement="=HYPERLINK(1)", host="-1.example")
    [row] = csv.DictReader(io.StringIO(b"".join(adas.get(f"{LEDGER}.csv").streaming_content).decode()))
    assert (row["vendor_agreement"], row["host"]) == ("'=HYPERLINK(1)", "'-1.example")
    [told] = json.loads(b"".join(adas.get(f"{LEDGER}.json").streaming_content))
    assert told["vendor_agreement"] == "=HYPERLINK(1)"
