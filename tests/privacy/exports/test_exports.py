"""An export from its beginning to its end: the passphrase, downloads, expiry, what stands in its way and what not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from steward.contacts.actions import contact_for
from steward.contacts.models import Contact, ContactAddress
from steward.contacts.restriction import restrict_contact
from steward.events.models import Event
from steward.files.actions import read_file
from steward.files.models import File
from steward.files.upkeep import remove_unknown_files, remove_unused_files
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.people.access import actor_of
from steward.privacy.erasure.actions import plan_erasure, run_erasure, start_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.exports import building, parting
from steward.privacy.exports.actions import (
    NotThere,
    Wanted,
    delete_export,
    fail_export,
    note_download,
    note_export,
    reveal_passphrase,
    start_export,
)
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.exports.tasks import make
from steward.privacy.exports.upkeep import GIVEN_UP, expire_exports, overdue_exports
from steward.privacy.exports.withdrawing import withdraw_exports
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.archives import data_of, export_person, opened
from steward.testing.jobs import run_jobs
from steward.testing.queries import queries_of
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.actions import Reason, purge_tickets, redact_words
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ELI = "eli@example.org"
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(stop_clock):
    stop_clock(datetime(2026, 3, 10, 12, tzinfo=UTC))
    return stop_clock


@pytest.fixture
def ticket(eli):
    return make_ticket(eli)


def fresh(export):
    with account_scope(export.account_id):
        return Export.objects.select_related("file").get(pk=export.pk)


def key_of(export):
    return fresh(export).file.storage_key


def test_it_is_made_in_the_background(northwind, ticket):
    with account_scope(northwind.id):
        export = start_export(person_by_address(ELI), kind="access", actor=SYSTEM)
        assert not export.is_there()
        with pytest.raises(NotThere):
            reveal_passphrase(export, actor=SYSTEM)
    run_jobs()
    made = fresh(export)
    assert (made.state, made.days, made.done) == (Export.State.READY, 7, made.steps)
    assert made.expires_at == made.finished_at + timedelta(days=7)
    with account_scope(northwind.id):
        kinds = list(Event.objects.filter(object_id=export.pk).order_by("position").values_list("kind", flat=True))
    assert kinds == ["export.asked", "export.made"]
    assert set(opened(made)) == {"index.html", "data.json"}


def test_the_passphrase_is_shown_once(northwind, ticket):
    export = export_person(northwind, ELI)
    with account_scope(northwind.id):
        words = reveal_passphrase(export, actor=SYSTEM)
        assert len(words) == 35
        with pytest.raises(NotThere):
            reveal_passphrase(export, actor=SYSTEM)
        assert not fresh(export).passphrase


def test_the_archive_lies_encrypted_twice(northwind, ticket):
    export = export_person(northwind, ELI)
    with default_storage.open(key_of(export), "rb") as stored:
        assert b"index.html" not in stored.read()
    with account_scope(northwind.id):
        found = Export.objects.get(pk=export.pk).file
    archive = b"".join(read_file(found))
    assert b"index.html" in archive
    assert b"Eli" not in archive


def test_it_expires_at_the_second(northwind, clock, ticket):
    export = export_person(northwind, ELI)
    key, ends = key_of(export), fresh(export).expires_at
    clock(ends - SECOND)
    assert expire_exports() == 0
    with account_scope(northwind.id):
        assert note_download(export, actor=SYSTEM)
    clock(ends)
    with account_scope(northwind.id), pytest.raises(NotThere):
        note_download(export, actor=SYSTEM)
    assert default_storage.exists(key)
    assert expire_exports() == 1
    assert not default_storage.exists(key)
    gone = fresh(export)
    assert (gone.state, gone.file, bool(gone.passphrase), gone.downloads) == (Export.State.EXPIRED, None, False, 1)
    with account_scope(northwind.id):
        assert not File.objects.filter(storage_key=key).exists()
        assert Event.objects.filter(object_id=export.pk, kind="export.expired").count() == 1
    assert expire_exports() == 0


def test_one_that_should_be_gone_is_told_of(northwind, clock, ticket):
    ends = fresh(export_person(northwind, ELI)).expires_at
    clock(ends + timedelta(hours=1))
    assert overdue_exports() == 0
    clock(ends + timedelta(hours=2))
    assert overdue_exports() == 1


def test_the_upkeep_of_files_leaves_it_alone(northwind, clock, ticket):
    export = export_person(northwind, ELI)
    key = key_of(export)
    clock(now() + timedelta(days=2))
    remove_unused_files()
    remove_unknown_files()
    assert default_storage.exists(key)


def test_it_goes_with_the_person(northwind, ticket):
    export = export_person(northwind, ELI)
    key = key_of(export)
    with account_scope(northwind.id):
        planned = plan_erasure(person_by_address(ELI).extent, actor=SYSTEM)
    done = run_erasure(northwind.id, planned.pk)
    assert (done.state, done.left) == ("done", {})
    assert (done.erased["exports.exports"], done.erased["exports.archives"]) == (1, 1)
    assert not default_storage.exists(key)


def test_a_legal_hold_does_not_stand_in_the_way(northwind, ticket):
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, ticket.requester_id, basis="a claim", actor=SYSTEM)
    assert fresh(export_person(northwind, ELI)).state == Export.State.READY


def test_what_a_process_left_is_made_anew(northwind, ticket, monkeypatch):
    with account_scope(northwind.id):
        export = note_export(person_by_address(ELI), Wanted(Export.Kind.ACCESS), actor=SYSTEM)

    def dies(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(building, "store_stream", dies)
        with pytest.raises(KeyboardInterrupt):
            run_export(northwind.id, export.pk)
    assert fresh(export).state == Export.State.RUNNING
    run_export(northwind.id, export.pk)
    first = key_of(export)
    run_export(northwind.id, export.pk)
    assert key_of(export) == first, "what is made is not made again"
    assert "tickets" in data_of(opened(fresh(export)))["sections"]


def test_one_that_is_taken_back_while_it_is_made_leaves_nothing(northwind, ticket, monkeypatch):
    with account_scope(northwind.id):
        export = note_export(person_by_address(ELI), Wanted(Export.Kind.ACCESS), actor=SYSTEM)
    real, stored = building.store_stream, []

    def slow(*args, **more):
        file = real(*args, **more)
        stored.append(file.storage_key)
        with account_scope(northwind.id):
            delete_export(export)
        return file

    monkeypatch.setattr(building, "store_stream", slow)
    run_export(northwind.id, export.pk)
    assert fresh(export).state == Export.State.EXPIRED
    assert not default_storage.exists(stored[0])


def test_one_that_does_not_get_made_is_given_up(northwind, clock, ticket):
    with account_scope(northwind.id):
        export = note_export(person_by_address(ELI), Wanted(Export.Kind.ACCESS), actor=SYSTEM)
    clock(now() + GIVEN_UP + SECOND)
    assert expire_exports() == 1
    assert (fresh(export).state, bool(fresh(export).passphrase)) == (Export.State.FAILED, False)


def test_one_that_is_made_in_the_moment_it_would_be_given_up_stays(northwind, ticket):
    with account_scope(northwind.id):
        export = note_export(person_by_address(ELI), Wanted(Export.Kind.ACCESS), actor=SYSTEM)

    def give_up() -> None:
        try:
            with account_scope(northwind.id):
                fail_export(export.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with account_scope(northwind.id):
            Export.objects.select_for_update(no_key=True).get(pk=export.pk)  # as who makes it does at the end
            failing = other.submit(give_up)
            with pytest.raises(TimeoutError):
                failing.result(0.3)
            Export.objects.filter(pk=export.pk).update(state=Export.State.READY)
        failing.result(30)
    with account_scope(northwind.id):
        assert Export.objects.get(pk=export.pk).state == Export.State.READY
        assert not Event.objects.filter(kind="export.failed").exists()


def test_days_are_bounded(northwind, ticket):
    with account_scope(northwind.id):
        person = person_by_address(ELI)
        for days in (0, 31):
            with pytest.raises(ValueError, match="1 to 30"):
                start_export(person, kind="access", actor=SYSTEM, wanted=Wanted(Export.Kind.ACCESS, days=days))


def test_a_restriction_does_not_stand_in_the_way(northwind, ticket):
    with account_scope(northwind.id):
        restrict_contact(ticket.requester, Contact.Ground.CONTESTED, actor=SYSTEM)
    assert fresh(export_person(northwind, ELI)).state == Export.State.READY


def test_many_tickets_come_in_pages(northwind, eli, monkeypatch):
    monkeypatch.setattr(parting, "PART", 2)
    codes = {make_ticket(eli, subject=f"Lamp {number}").code for number in range(5)}
    files = opened(export_person(northwind, ELI))
    assert set(files) == {"index.html", "page-002.html", "page-003.html", "data.json"}
    told = [one["code"] for one in data_of(files)["sections"]["tickets"]]
    assert set(told) == codes
    assert len(told) == len(codes)
    assert b'href="page-002.html"' in files["index.html"]
    assert b"Page 3 of 3" in files["page-003.html"]
    assert data_of(files)["sections"]["contacts"], "what is in no ticket comes once"
    assert len(data_of(files)["sections"]["addresses"]) == 1


def test_one_file_under_two_names_is_there_twice(northwind, eli):
    lamp = NewAttachment("../lamp.txt", b"a lamp", "text/plain")
    make_ticket(eli, attachments=[lamp, lamp])
    files = opened(export_person(northwind, ELI))
    paths = [name for name in files if name.startswith("files/")]
    assert len(paths) == 2
    assert all(name.endswith("-lamp.txt") and ".." not in name for name in paths)
    page = files["index.html"].decode()
    assert all(f'href="{name}"' in page for name in paths)


@pytest.fixture
def ordered(northwind, ada, eli, farah):
    """Archives about Eli, who asked, about Farah, who answered him, and about Gus, who has nothing to do with it."""
    ticket = make_ticket(eli, body="Quokka 4111.")
    with account_scope(northwind.id):
        gus = Contact.objects.create(name="Gus", created_at=now())
        ContactAddress.objects.create(contact=gus, kind="email", value="gus@example.org", folded="gus@example.org")
    make_message(ticket, sender=farah)
    make_ticket(gus)
    exports = {}
    with account_scope(northwind.id):
        for address in (ELI, "farah@example.net", "gus@example.org"):
            wanted = start_export(person_by_address(address), kind="access", actor=actor_of(ada))
            exports[address] = wanted
    run_jobs()
    assert all(fresh(each).is_there() for each in exports.values())
    return ticket, list(exports.values())


def gone(exports):
    return [bool(fresh(each).withdrawn_at) and not fresh(each).is_there() for each in exports]


@pytest.mark.parametrize("how", ["purged", "redacted"])
def test_what_is_purged_or_redacted_ends_the_archives_that_have_it(northwind, ada, client_of, ordered, how):
    ticket, exports = ordered
    keys = [key_of(each) for each in exports]
    with account_scope(northwind.id):
        if how == "redacted":
            redact_words(ticket.messages.order_by("at").first(), ["Quokka"], reason=Reason.OTHER, actor=SYSTEM)
        else:
            purge_tickets([ticket.pk], actor=SYSTEM, among=Ticket.objects.all())
    assert gone(exports) == [True, True, False]
    assert [default_storage.exists(key) for key in keys] == [False, False, True]
    with account_scope(northwind.id):
        mails = OutgoingMail.objects.filter(purpose="export withdrawn")
        assert [mail.envelope_to for mail in mails] == [[ada.user.email]] * 2
        assert Event.objects.filter(kind="export.withdrawn").count() == 2
    page = client_of(ada).get(f"/console/settings/privacy/exports/{exports[0].pk}")
    assert "the archive was withdrawn on" in page.content.decode()


def test_messages_are_read_once_however_many_archives_there_are(northwind, ordered):
    with account_scope(northwind.id):
        other = contact_for("hana@example.org")
        keys = [make_ticket(other).pk]
        asked = queries_of(lambda: withdraw_exports(keys))
    assert sum('FROM "tickets_message"' in sql for sql in asked) == 2, "who wrote, and to whom"
    assert gone(ordered[1]) == [False, False, False]


def test_none_is_made_while_something_is_erased(northwind, ticket, farah):
    make_ticket(farah)
    with account_scope(northwind.id):
        erasure = plan_erasure(person_by_address("farah@example.net").extent, actor=SYSTEM)
        Erasure.objects.filter(pk=erasure.pk).update(state=Erasure.State.RUNNING, started_at=now())
        export = start_export(person_by_address(ELI), kind="access", actor=SYSTEM)
    make(account=str(northwind.id), export=str(export.pk))
    assert fresh(export).state == Export.State.WAITING
    run_erasure(northwind.id, erasure.id)
    make(account=str(northwind.id), export=str(export.pk))
    assert fresh(export).is_there()


def test_who_is_erased_ends_the_archives_of_those_they_wrote_to(northwind, ordered):
    _ticket, exports = ordered
    with account_scope(northwind.id):
        erasure = plan_erasure(person_by_address("farah@example.net").extent, actor=SYSTEM)
        start_erasure(erasure, actor=SYSTEM)
        assert fresh(exports[0]).withdrawn_at
    assert run_erasure(northwind.id, erasure.id).state == "done"
    with account_scope(northwind.id):
        assert [Export.objects.filter(pk=each.pk).exists() for each in exports] == [True, False, True]
        assert fresh(exports[2]).is_there()
