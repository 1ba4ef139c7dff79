"""An account's data go: in turn, whole, proven; and what is left of it is what the certificate says."""

import json
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from steward.backups.key_copies import NOTE, copy_keys
from steward.backups.standing import unservable
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle import closing
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.departing import portions, running
from steward.lifecycle.departing.after_restore import delete_accounts_again
from steward.lifecycle.departing.running import NotWhole, Progress, begin_departure, delete_for_a_while
from steward.lifecycle.departing.tables import (
    STAYS,
    Edge,
    count_rows,
    emptied_in_this_order,
    naming_tables,
    owned_tables,
)
from steward.lifecycle.invoices import Bill, issue_invoice
from steward.lifecycle.models import AccountCertificate, Departure, Standing
from steward.lifecycle.moves import move
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.plans import begin_life
from steward.lifecycle.queries import life_of
from steward.lifecycle.suspension import reopen_account, suspend_account
from steward.outbox.models import InstallationMail
from steward.people.models import OperatorAct, User
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.erasure.ledger import write_departed, write_departure
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.keys.errors import KeyMissing
from steward.privacy.keys.store import account_key, destroy_account_key, key_folder
from steward.project import cli
from steward.project.commands import restore, session
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.tenancy.shared_tables import REASONS
from steward.testing.cast import NOON
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys_come_back(settings):
    """The database is put back after each test; what is overwritten on the disk is not."""
    kept = {path: path.read_bytes() for path in key_folder().glob("*.key")}
    yield
    for path, content in kept.items():
        path.write_bytes(content)
    (key_folder() / NOTE).unlink(missing_ok=True)


@pytest.fixture
def pass_at(stop_clock, run_jobs):
    """`pass_at(account, days, seconds=1)`: the pass as it is at that moment, with its jobs; the state that follows."""

    def go(account, days, seconds=0):
        stop_clock(NOON + timedelta(days=days, seconds=seconds))
        pass_over_accounts()
        for _ in range(4):
            run_jobs("lifecycle.go_on")
            run_jobs("lifecycle.delete")
            run_jobs("lifecycle.end_of_backups")
        account.refresh_from_db()
        return account.state

    return go


@pytest.fixture
def trial(northwind, eli, clock, settings, tmp_path):
    """Northwind, whose trial began at noon, with a ticket and a file."""
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="trial")
    make_ticket(eli, attachments=[NewAttachment("a.txt", b"x", "text/plain")])
    return northwind


def left(account):
    with upkeep_scope(account.id):
        return {table: n for table in [*owned_tables(), *naming_tables()] if (n := count_rows(table, account.id))}


def test_a_trial_to_its_end_to_the_second(trial, pass_at):
    for days, before, after in ((14, "active", "suspended"), (74, "suspended", "terminated"),
                                (104, "terminated", "deleted"), (134, "deleted", "gone")):  # fmt: skip
        assert pass_at(trial, days, -1) == before
        assert pass_at(trial, days) == after
    assert left(trial) == {}


def test_the_certificates_say_what_went_and_what_is_kept(trial, contoso, pass_at, run_jobs):
    with upkeep_scope(trial.id):
        issue_invoice(Bill("2026-7", Decimal("49.00"), "EUR", now() + timedelta(days=300)), actor=SYSTEM)
    others = left(contoso)
    folders = default_storage.listdir("")[0]
    for day in (14, 74, 90, 97, 103, 104):
        pass_at(trial, day)
    first = json.loads(AccountCertificate.objects.get(account=trial).content)
    stores = {one["store"]: one for one in first["stores"]}
    assert stores["tickets_ticket"] == {"store": "tickets_ticket", "before": 1, "erased": 1, "left": 0}
    assert stores["files"]["erased"] == stores["files_file"]["erased"] == 1
    assert stores["identities"]["erased"] == 4
    assert {"events_event", "people_membership", "tenancy_domain", "jobs"} <= set(stores)
    assert [(one["number"], one["issued_to"]) for one in first["invoices_kept_by_law"]] == [("2026-7", "Northwind")]
    assert first["key"]["destroyed_at"] == first["deleted_at"]
    assert first["backups"]["hold_until"] == (NOON + timedelta(days=134)).isoformat()
    assert "the certificates, with the name of the company" in first["stays"]
    assert str(trial.pk) in folders
    assert str(trial.pk) not in default_storage.listdir("")[0]
    with pytest.raises(KeyMissing):
        account_key(trial.pk)
    assert not User.objects.filter(email__endswith="@northwind.example").exists()
    assert left(contoso) == others, "nobody else's"
    pass_at(trial, 134)
    second = json.loads(AccountCertificate.objects.get(account=trial, of="gone").content)
    assert second["first_certificate"]["number"] == first["number"]
    assert second["backups_checked"]["older_than_the_deletion"] == 0
    assert (trial.name, bytes(Departure.objects.get().told)) == ("northwind", b"")
    told = [subject for subject in subjects() if "help desk" in subject]
    assert told[-5:] == [*["Your help desk is about to be deleted"] * 3, "Your help desk is deleted",
                         "Nothing of your help desk is left"]  # fmt: skip


def subjects():
    for mail in InstallationMail.objects.filter(purpose="account life").order_by("created_at", "pk"):
        text = decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")).decode()
        yield next(line for line in text.splitlines() if line.startswith("Subject: ")).removeprefix("Subject: ")


def test_nothing_comes_back_by_the_clock_of_the_installation(trial, pass_at, stop_clock):
    for day in (14, 74, 104):
        pass_at(trial, day)
    stop_clock(NOON + timedelta(days=120))
    for each in app.periodic_registry.periodic_tasks.values():
        each.task.func(timestamp=0)
    assert left(trial) == {}


def test_who_leaves_goes_through_every_part_of_its_life_at_once(northwind, ada, clock, pass_at, settings, tmp_path):
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")
    with upkeep_scope(northwind.id):
        begin_life(northwind, plan="standard")
        assert order_deletion(northwind, owner=ada, after=timedelta(days=7))
        assert not order_deletion(northwind, owner=ada)
    assert pass_at(northwind, 6) == pass_at(northwind, 7, -1) == "active"
    assert pass_at(northwind, 7) == "deleted"
    assert pass_at(northwind, 37, -1) == "deleted"
    assert pass_at(northwind, 37) == "gone"
    assert json.loads(AccountCertificate.objects.get(of="deleted").content)["ordered_by_an_owner"]
    assert list(subjects()) == [
        "The deletion of your help desk is ordered", "Your help desk is about to be deleted",
        "Your help desk is deleted", "Nothing of your help desk is left",
    ]  # fmt: skip


def test_an_order_can_be_taken_back_until_it_begins(northwind, ada, clock, pass_at):
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada, after=timedelta(days=7))
        assert withdraw_deletion(northwind, owner=ada)
        assert not withdraw_deletion(northwind, owner=ada)
    assert pass_at(northwind, 400) == "active"


def test_a_legal_hold_stops_it_in_the_middle_and_it_goes_on_afterwards(trial, pass_at, stop_clock, run_jobs):
    for day in (14, 74):
        pass_at(trial, day)
    stop_clock(NOON + timedelta(days=104))
    pass_over_accounts()
    run_jobs("lifecycle.go_on")
    assert delete_for_a_while(trial.id, seconds=0) is Progress.GOES_ON, "it has counted"
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert not reopen_account(trial, actor=SYSTEM), "its deletion has begun"
    assert pass_at(trial, 105) == "terminated"
    with upkeep_scope(trial.id):
        assert life_of(trial).is_stopped
        lift_hold(hold, actor=SYSTEM)
    assert pass_at(trial, 106) == "deleted"


def test_what_goes_by_itself_while_a_hold_stands_is_not_missed_afterwards(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    assert delete_for_a_while(trial.id, seconds=0) is Progress.GOES_ON, "it has counted"
    Departure.objects.update(before={"exports_export": 1})  # which is to expire
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert delete_for_a_while(trial.id, seconds=60) is Progress.HELD
    with upkeep_scope(trial.id):
        lift_hold(hold, actor=SYSTEM)
    assert delete_for_a_while(trial.id, seconds=60) is Progress.DONE
    assert left(trial) == {}


def test_who_opens_it_again_in_the_moment_it_begins_is_too_late(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    Account.objects.filter(pk=trial.pk).update(departing_since=now())
    with upkeep_scope(trial.id):
        assert not move(trial, "terminated", "active", None)
    assert trial.state == "terminated"


def test_who_takes_the_order_back_in_that_moment_is_not_told_that_it_helped(northwind, ada, clock, monkeypatch):
    def begun_while_we_waited():
        Account.objects.filter(pk=northwind.pk).update(departing_since=now())

    monkeypatch.setattr(closing, "locked_standing", begun_while_we_waited)
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada)
        assert not withdraw_deletion(northwind, owner=ada)
        assert life_of(northwind).deletion_ordered_at


def test_who_takes_the_order_back_as_it_is_shut_is_let_in_again(northwind, ada, clock):
    with upkeep_scope(northwind.id):
        begin_life(northwind)
        order_deletion(northwind, owner=ada)
        as_it_was_read = Account.objects.get(pk=northwind.pk)
        suspend_account(northwind, actor=SYSTEM, because=Standing.Reason.OWNER)
        assert withdraw_deletion(as_it_was_read, owner=ada)
    northwind.refresh_from_db()
    assert northwind.state == "active"


def test_steps_by_the_clock_and_by_hand_wait_in_the_same_order(northwind):
    with upkeep_scope(northwind.id), CaptureQueriesContext(connection) as asked:
        assert move(northwind, "active", "suspended", None)
    first = asked[0]["sql"]
    assert 'FROM "lifecycle_standing"' in first
    assert "FOR NO KEY UPDATE" in first


def queued(task):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [task])
        return cursor.fetchone()[0]


def test_it_goes_on_in_one_job_at_a_time_and_misses_none_that_was_done(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    for _hour in range(3):
        with upkeep_scope(trial.id):
            begin_departure(trial)
    assert queued("lifecycle.delete") == 1
    counting = [Departure.objects.get(), Departure.objects.get()]
    running._count_all(counting[0])
    before = Departure.objects.get().before
    assert before["jobs"] >= 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    running._count_all(counting[1])
    assert Departure.objects.get().before == before, "what there was is counted once"
    with upkeep_scope(trial.id):
        begin_departure(trial)
    assert queued("lifecycle.delete") == 1, "one that was lost is asked for again"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert delete_for_a_while(trial.id, seconds=60) is Progress.DONE


def test_a_store_that_does_not_answer_is_said_after_a_restore(steward, monkeypatch):
    def silent():
        raise StoreFault("the bucket does not answer")

    monkeypatch.setattr(restore, "delete_accounts_again", silent)
    code, said = steward("restore", "--replay")
    assert (code, "the bucket does not answer" in said.err) == (1, True)


def test_a_store_of_which_nothing_was_found_is_no_deletion(trial, pass_at):
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    running._count_all(Departure.objects.get())
    Departure.objects.update(before={"tickets_ticket": 3, "webhooks_webhook": 2})
    with pytest.raises(NotWhole, match="webhooks_webhook"):
        delete_for_a_while(trial.id, seconds=60)
    assert Departure.objects.get().fault == "webhooks_webhook"
    assert account_key(trial.pk), "what is not whole keeps its key"


def test_rows_go_by_that_function_alone_and_only_of_an_account_that_leaves(northwind, contoso):
    refused = pytest.raises(DatabaseError, match="not being deleted")
    with upkeep_scope(northwind.id), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM lifecycle_delete_rows('tickets_ticket', %s, 10)", [UUID(int=0)])


def test_references_are_emptied_before_what_they_refer_to():
    edges = [Edge("message", "ticket", False), Edge("ticket", "contact", False), Edge("ticket", "message", True)]
    assert emptied_in_this_order(["contact", "message", "ticket"], edges) == ["message", "ticket", "contact"]
    with pytest.raises(RuntimeError):
        emptied_in_this_order(["a", "b"], [Edge("a", "b", False), Edge("b", "a", False)])


def test_every_table_that_names_an_account_goes_or_says_why_it_stays():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'account_id' "
                       "AND table_schema = 'public'")  # fmt: skip
        named = {name for (name,) in cursor.fetchall()}
    assert set(STAYS) <= named
    assert named == {*owned_tables(), *naming_tables(), *STAYS}
    assert set(REASONS).isdisjoint(owned_tables())


def test_a_backup_that_brings_an_account_back_serves_nothing_before_it_is_gone_again(
    trial, pass_at, stop_clock, settings
):
    write_departure(trial.id, is_ordered=True, begun_at="2026-02-01T10:00:00+00:00")
    write_departed(trial.id, deleted_at="2026-02-01T10:05:00+00:00", sha256="ab" * 32)
    destroy_account_key(trial.pk)  # as it was when it was deleted
    settings.STEWARD_DATA_CENTRE = ""
    assert any("deleted" in trouble.words for trouble in unservable(settings.STEWARD_DATA))
    assert delete_accounts_again() == (1, 0)
    assert unservable(settings.STEWARD_DATA) == []
    assert left(trial) == {}
    told = json.loads(AccountCertificate.objects.get().content)
    assert told["repeated_after_a_restore"]["sha256"] == "ab" * 32
    assert told["begun_at"] == "2026-02-01T10:00:00+00:00"
    assert delete_accounts_again() == (0, 0)


def test_a_hold_of_that_time_keeps_what_a_backup_brought_back(trial, settings):
    with upkeep_scope(trial.id):
        place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    write_departure(trial.id, is_ordered=False, begun_at="2026-02-01T10:00:00+00:00")
    assert delete_accounts_again() == (0, 1)
    assert left(trial)["tickets_ticket"] == 1


def test_it_is_not_gone_while_a_backup_from_before_is_there(trial, pass_at, settings, tmp_path, caplog):
    for day in (14, 74, 104):
        pass_at(trial, day)
    settings.STEWARD_BACKUPS = str(tmp_path / "backups")
    old = tmp_path / "backups" / f"{NOON + timedelta(days=103):%Y%m%dT%H%M%SZ}-0123abcd"
    old.mkdir(parents=True)
    assert pass_at(trial, 134) == "deleted"
    assert old.name in caplog.text
    old.rmdir()
    assert pass_at(trial, 134, 3601) == "gone"


def test_the_key_goes_from_copies_of_the_keys_too(trial, pass_at, tmp_path):
    kept = copy_keys(tmp_path / "keys")
    assert str(trial.id) in kept.read_text()
    for day in (14, 74, 104):
        pass_at(trial, day)
    assert str(trial.id) not in kept.read_text()
    assert json.loads(AccountCertificate.objects.get().content)["key"]["copies_it_was_taken_from"] == 1


@pytest.fixture
def steward(monkeypatch, capsys):
    """A command of `steward`, in this process: its exit code, and what it said."""
    monkeypatch.setattr(session, "at_hand", lambda _data: nullcontext())

    def run(*arguments):
        return cli.main([*arguments]), capsys.readouterr()

    return run


def test_at_the_terminal_one_deletes_ones_own_account_by_typing_its_address(trial, steward, settings):
    assert steward("account", "delete", "northwind")[0] == 2
    code, said = steward("account", "delete", "northwind", "--yes")
    assert (code, "--typed northwind" in said.err) == (1, True)
    assert steward("account", "delete", "northwind", "--yes", "--typed", "contoso")[0] == 2
    settings.STEWARD_HOSTING = True
    assert steward("account", "delete", "northwind", "--yes", "--typed", "northwind")[0] == 1, "accounts of others"
    settings.STEWARD_HOSTING = False
    assert steward("account", "certificate", "northwind")[0] == 1
    with upkeep_scope(trial.id):
        hold = place_hold(LegalHold.On.ACCOUNT, trial.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    assert steward("account", "delete", "northwind", "--yes", "--typed", "northwind")[0] == 1
    with upkeep_scope(trial.id):
        assert life_of(trial).leaves_at is None, "nothing that would be done when the hold is over"
        lift_hold(hold, actor=SYSTEM)
    code, said = steward("account", "delete", "northwind", "--yes", "--typed", "northwind")
    assert code == 0, said.err
    assert left(trial) == {}
    assert json.loads(steward("account", "certificate", "northwind")[1].out)["certifies"] == "deleted"
    assert json.loads(steward("account", "certificate", str(trial.pk))[1].out)["account"]["slug"] == "northwind"
    assert steward("account", "delete", "northwind", "--yes")[0] == 1, "it is deleted"


# References that no index finds. Each is from a table of which an account has a handful of rows: what refers to a
# ticket, a message or a file has to be found by an index, or deleting an account of many takes hours.
_SMALL = {
    "agreements_agreement", "brand_brand", "email_mailaccount", "people_departmentmembership", "people_invitation",
    "subprocessors_noticedelivery", "support_access_supportgrant", "tickets_draft",
}  # fmt: skip
_WITHOUT_INDEX = """
SELECT DISTINCT k.conrelid::regclass::text FROM pg_constraint k
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'account_id'
 WHERE k.contype = 'f' AND cardinality(k.conkey) = 2 AND NOT EXISTS (
   SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = a.attnum
      AND i.indkey[1] = ANY (k.conkey) AND i.indkey[1] <> a.attnum)
"""


def test_what_refers_to_much_is_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_INDEX)
        assert {name for (name,) in cursor.fetchall()} <= _SMALL


def test_it_goes_on_where_it_was_row_by_row(trial, pass_at, monkeypatch):
    """As small as portions can be, and each in a job of its own: what is killed in between is nothing else."""
    monkeypatch.setattr(portions, "AT_ONCE", 1)
    for day in (14, 74):
        pass_at(trial, day)
    with upkeep_scope(trial.id):
        begin_departure(trial)
    said = Progress.GOES_ON
    for _job in range(500):
        if said is not Progress.GOES_ON:
            break
        said = delete_for_a_while(trial.id, seconds=0.05, rest=0)
    assert said is Progress.DONE
    assert left(trial) == {}
    stores = {one["store"]: one for one in json.loads(AccountCertificate.objects.get().content)["stores"]}
    assert stores["people_membership"]["erased"] == stores["identities"]["erased"] == 4


def test_the_owner_of_a_suspended_account_waits_for_nothing(trial, ada, pass_at):
    assert pass_at(trial, 20) == "suspended"
    with upkeep_scope(trial.id):
        trial.refresh_from_db()
        order_deletion(trial, owner=ada)
    assert pass_at(trial, 20) == "deleted"
    kinds = list(OperatorAct.objects.filter(account_id=trial.pk).values_list("act", flat=True))
    assert kinds == ["account.deleted"]
