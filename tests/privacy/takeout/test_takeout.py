"""A copy of everything from its order to its end: what is in it, what is not, and that it is whole."""

import io
import json
import tarfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.channels.email.models import MailAccount
from steward.events.models import Event
from steward.files.actions import read_file
from steward.files.models import File
from steward.files.upkeep import remove_unknown_files, remove_unused_files
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import InstallationMail
from steward.people.access import actor_of
from steward.privacy.erasure.actions import plan_erasure, start_erasure
from steward.privacy.exports.actions import NotThere
from steward.privacy.requests.persons import person_by_address
from steward.privacy.takeout import running
from steward.privacy.takeout.access import has_order_of_owner, newest_copy
from steward.privacy.takeout.actions import (
    BeingMade,
    delete_copy,
    note_copy,
    note_download,
    order_copy,
    reveal_passphrase,
)
from steward.privacy.takeout.building import Making
from steward.privacy.takeout.checking import NotWhole, check_archive
from steward.privacy.takeout.erased import Because
from steward.privacy.takeout.manifest import Miscounted
from steward.privacy.takeout.models import KEPT, AccountCopy
from steward.privacy.takeout.running import run_copy
from steward.privacy.takeout.snapshot import Snapshot
from steward.privacy.takeout.upkeep import GIVEN_UP, accounts_with_copies, expire_copies, overdue_copies
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.archives import export_person, unpacked
from steward.testing.jobs import run_jobs
from steward.testing.letters import receive, written
from steward.testing.tickets import make_message, make_reply, make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

State = AccountCopy.State
SECOND = timedelta(seconds=1)


@pytest.fixture
def ticket(eli):
    return make_ticket(eli, subject="Żółta lampa", attachments=[NewAttachment("bill.txt", b"four lamps", "text/plain")])


def made(account):
    with account_scope(account.id):
        copy = note_copy(actor=SYSTEM)
    finished = run_copy(account.id, copy.pk)
    assert finished
    return finished


def opened(copy):
    with account_scope(copy.account_id):
        passphrase, file = reveal_passphrase(copy, actor=SYSTEM), note_download(copy, actor=SYSTEM)
    return unpacked(b"".join(read_file(file)), passphrase)


def lines(files, label):
    return [json.loads(line) for line in files[f"tables/{label}.jsonl"].splitlines()]


def in_tars(files, prefix):
    found = {}
    for name, content in files.items():
        if name.startswith(prefix):
            with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                found |= {one.name: tar.extractfile(one).read() for one in tar}
    return found


def test_everything_is_in_it(northwind, contoso, ticket, zoe, ada):
    with account_scope(northwind.id):
        address = MailAccount.objects.order_by("pk")[0]
    receive(address, written(address.address, subject="A shade"))
    with account_scope(northwind.id):
        make_reply(ticket, ada)
    run_jobs()
    files = opened(made(northwind))
    manifest, schema = json.loads(files["manifest.json"]), json.loads(files["schema.json"])
    assert (manifest["format"], manifest["version"], manifest["account"]["slug"]) == (
        "steward-account-copy",
        1,
        "northwind",
    )
    assert [one["subject"] for one in lines(files, "tickets.Ticket")] == ["Żółta lampa", "A shade"]
    assert [one["slug"] for one in lines(files, "tenancy.Account")] == ["northwind"]
    with account_scope(northwind.id):
        assert len(lines(files, "tickets.Message")) == Message.objects.count() == 3
        assert len(lines(files, "events.Event")) == manifest["rows_in_the_database"]["events.Event"] > 0
    assert {one["path"] for one in schema["tables"]} == {name for name in files if name.startswith("tables/")}
    assert all(set(one) == {field["name"] for field in fields} for one, fields in _told(files, schema))
    attached = in_tars(files, "files/")
    assert [content for name, content in attached.items() if name.endswith("-bill.txt")] == [b"four lamps"]
    assert manifest["unreadable"] == 0
    assert b"Subject: A shade" in b"".join(in_tars(files, "mails/received").values())
    assert b"It is on its way." in b"".join(in_tars(files, "mails/sent").values())
    assert {part["path"] for part in manifest["parts"]} == files.keys() - {"manifest.json"}
    for part in manifest["parts"]:
        assert (part["bytes"], part["sha256"]) == (len(files[part["path"]]), sha256(files[part["path"]]).hexdigest())
        assert part.get("records", 0) == len(files[part["path"]].splitlines()) * ("records" in part)
    everything = b"".join(files.values())
    assert ada.user.password.encode() not in everything
    assert {"id": str(ada.user.pk), "email": ada.user.email} in lines(files, "people.User")
    assert zoe.user.email.encode() not in everything
    assert str(contoso.id).encode() not in everything


def _told(files, schema):
    for table in schema["tables"]:
        for line in files[table["path"]].splitlines():
            yield json.loads(line), table["fields"]


def test_archives_of_persons_and_earlier_copies_are_not(northwind, ticket):
    export_person(northwind, "eli@example.org")
    first = made(northwind)
    with account_scope(northwind.id):
        assert File.objects.count() == 3
        delete_copy(first)
    assert len(in_tars(opened(made(northwind)), "files/")) == 1


def test_a_row_that_is_lost_on_the_way_is_noticed(northwind, ticket, monkeypatch):
    real, before = Snapshot.count, stored(northwind)
    monkeypatch.setattr(Snapshot, "count", lambda self, table: real(self, table) + (table.name == "tickets.Ticket"))
    with pytest.raises(Miscounted, match=r"tickets\.Ticket: 1 lines of 2 rows"):
        made(northwind)
    assert stored(northwind) == before


def test_an_archive_that_cannot_be_read_back_is_not_offered(northwind, ticket, monkeypatch):
    before = stored(northwind)
    with monkeypatch.context() as spoiling:
        spoiling.setattr(running, "read_file", lambda file: _spoilt(read_file(file)))
        with pytest.raises(NotWhole):
            made(northwind)
    assert stored(northwind) == before
    with account_scope(northwind.id):
        copy = newest_copy()
    assert copy.state == State.RUNNING
    assert run_copy(northwind.id, copy.pk).state == State.READY, "begun anew"


def _spoilt(chunks):
    content = bytearray(b"".join(chunks))
    content[-1] ^= 1  # in the directory at the end, which is passed over where parts are read one by one
    yield bytes(content)


def stored(account):
    """Everything in the account's store, whether a row names it or not."""
    folders = default_storage.listdir(str(account.id))[0]
    return {(each, name) for each in folders for name in default_storage.listdir(f"{account.id}/{each}")[1]}


def test_what_the_checker_knows(northwind, ticket):
    with account_scope(northwind.id):
        account = type(northwind).objects.select_related("data_centre").get(pk=northwind.pk)
    making = Making(account, "x" * 30, lambda _done, _steps: None)
    archive = b"".join(making.archive())
    check_archive([archive], "x" * 30, making.manifest)
    with pytest.raises(NotWhole):
        check_archive([archive], "y" * 30, making.manifest)
    with pytest.raises(NotWhole):
        check_archive([archive[: len(archive) // 2]], "x" * 30, making.manifest)
    making.manifest.parts[2].sha256 = "0" * 64
    with pytest.raises(NotWhole):
        check_archive([archive], "x" * 30, making.manifest)


def test_a_file_whose_bytes_are_gone_is_named(northwind, ticket):
    with account_scope(northwind.id):
        file = File.objects.get()
    default_storage.delete(file.storage_key)
    copy = made(northwind)
    manifest = json.loads(opened(copy)["manifest.json"])
    assert copy.unreadable == manifest["unreadable"] == 1
    assert manifest["unreadable_named"] == [
        {"table": "files.File", "id": str(file.pk), "why": "its bytes are not there"}
    ]


def test_it_is_made_in_the_background_and_told(northwind, ticket, ada):
    with account_scope(northwind.id):
        copy = order_copy(actor=actor_of(ada))
        assert has_order_of_owner()
        with pytest.raises(BeingMade):
            order_copy(actor=actor_of(ada))
    run_jobs("takeout.make")
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert (copy.state, copy.is_there(), copy.done) == (State.READY, True, copy.steps)
        kinds = list(Event.objects.filter(object_id=copy.pk).order_by("position").values_list("kind", flat=True))
        assert kinds == ["account_copy.asked", "account_copy.made"]
    assert InstallationMail.objects.filter(purpose="copy of everything").count() == 1
    remove_unused_files()
    remove_unknown_files()
    assert opened(copy)["README.txt"]


def test_the_passphrase_is_shown_once(northwind, ticket):
    copy = made(northwind)
    with account_scope(northwind.id):
        assert len(reveal_passphrase(copy, actor=SYSTEM)) == 35
        with pytest.raises(NotThere):
            reveal_passphrase(copy, actor=SYSTEM)


def test_it_ends_to_the_second(northwind, ticket, stop_clock):
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    stop_clock(at)
    copy = made(northwind)
    key = File.objects
    stop_clock(at + KEPT - SECOND)
    assert expire_copies() == 0
    with account_scope(northwind.id):
        key = note_download(copy, actor=SYSTEM).storage_key
    stop_clock(at + KEPT)
    with account_scope(northwind.id), pytest.raises(NotThere):
        note_download(copy, actor=SYSTEM)
    stop_clock(at + KEPT + timedelta(hours=3))
    assert overdue_copies() == 1
    assert expire_copies() == 1
    assert not default_storage.exists(key)
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert (copy.state, copy.file, copy.downloads) == (State.EXPIRED, None, 1)


def test_the_clock_looks_only_at_accounts_that_have_one(northwind, contoso, ada, ticket):
    assert accounts_with_copies() == []
    with account_scope(northwind.id):
        order_copy(actor=actor_of(ada))
    assert accounts_with_copies() == [northwind.id]
    run_jobs("takeout.make")
    assert accounts_with_copies() == [northwind.id]
    with CaptureQueriesContext(connection) as asked:
        assert expire_copies() == 0
    assert not [one for one in asked if str(contoso.id) in one["sql"]], "no other scope is entered"
    with account_scope(northwind.id):
        delete_copy(newest_copy())
    assert accounts_with_copies() == []


def test_one_that_is_not_getting_made_is_given_up(northwind, ada, stop_clock):
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    stop_clock(at)
    with account_scope(northwind.id):
        copy = order_copy(actor=actor_of(ada))
    stop_clock(at + GIVEN_UP)
    assert expire_copies() == 0
    stop_clock(at + GIVEN_UP + SECOND)
    assert expire_copies() == 1
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert copy.state == State.FAILED
        assert order_copy(actor=actor_of(ada))


def test_who_is_erased_is_in_no_copy(northwind, ticket, ada):
    copy = made(northwind)
    with account_scope(northwind.id):
        erasure = plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
        start_erasure(erasure, actor=SYSTEM)
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert (copy.state, copy.file) == (State.EXPIRED, None)
        assert copy.withdrawn_at
        waiting = order_copy(actor=actor_of(ada))
    run_jobs("takeout.make")
    with account_scope(northwind.id):
        waiting.refresh_from_db()
        assert waiting.state == State.WAITING, "not while somebody is being erased"


def test_one_that_is_made_meanwhile_is_not_finished(northwind, ticket, monkeypatch):
    real, before = Snapshot.files, stored(northwind)

    def files(self):
        with account_scope(northwind.id):
            assert delete_copy(newest_copy(), because=Because.ERASED)
        return real(self)

    monkeypatch.setattr(Snapshot, "files", files)
    with account_scope(northwind.id):
        copy = note_copy(actor=SYSTEM)
    assert run_copy(northwind.id, copy.pk) is None
    assert stored(northwind) == before


def test_whoever_is_erased_while_it_is_begun_is_in_none(northwind, ticket, monkeypatch):
    """The two looked past each other: what is not withdrawn by the erasure is not finished."""
    real = Snapshot.files

    def files(self):
        with account_scope(northwind.id):
            erasure = plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
            type(erasure).objects.filter(pk=erasure.pk).update(state="running", started_at=now())
        return real(self)

    monkeypatch.setattr(Snapshot, "files", files)
    with account_scope(northwind.id):
        copy = note_copy(actor=SYSTEM)
    assert run_copy(northwind.id, copy.pk) is None
    with account_scope(northwind.id):
        copy.refresh_from_db()
        assert (copy.state, copy.file, bool(copy.withdrawn_at)) == (State.EXPIRED, None, True)


def test_it_is_of_one_moment(northwind, eli, ticket, monkeypatch):
    real = Snapshot.rows

    def rows(self, table):
        if table.name == "tickets.Ticket":
            make_ticket(eli, subject="Later")
        return real(self, table)

    monkeypatch.setattr(Snapshot, "rows", rows)
    files = opened(made(northwind))
    assert [one["subject"] for one in lines(files, "tickets.Ticket")] == ["Żółta lampa"]
    with account_scope(northwind.id):
        assert Ticket.objects.count() == 2


def test_many_small_files_are_bundled(northwind, eli, monkeypatch):
    ticket = make_ticket(eli)
    for number in range(5):
        make_message(ticket, attachments=[NewAttachment(f"{number}.txt", b"x" * 1000, "text/plain")])
    monkeypatch.setattr("steward.privacy.takeout.tarring.MOST", 1500)
    files = opened(made(northwind))
    assert len(in_tars(files, "files/")) == 5


def test_of_an_account_that_is_being_deleted_there_is_no_half_copy(northwind):
    with account_scope(northwind.id):
        copy = note_copy(actor=SYSTEM)
    Account.objects.filter(pk=northwind.pk).update(departing_since=now())
    assert run_copy(northwind.id, copy.pk) is None
