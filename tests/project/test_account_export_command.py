"""`steward account export`: whose leave it needs, and a file that opens."""

import contextlib
import io
import json

import pytest
from django.db import connection

from steward.files.actions import read_file
from steward.lib.actor import SYSTEM
from steward.lifecycle.leave import By, Leave, NoLeave, leave_for
from steward.lifecycle.plans import put_on_plan
from steward.lifecycle.suspension import suspend_account, terminate_account
from steward.outbox.models import InstallationMail
from steward.people.access import actor_of
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import offer_access
from steward.privacy.support_access.queries import seen_under
from steward.privacy.takeout.access import newest_copy
from steward.privacy.takeout.actions import begin_copy, delete_copy, note_download, order_copy, reveal_passphrase
from steward.privacy.takeout.models import AccountCopy
from steward.project import cli
from steward.project.commands import account_export, session
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.archives import unpacked
from steward.testing.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.main(["account", "export", *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture
def hosted(northwind):
    with account_scope(northwind.id):
        put_on_plan(northwind, "standard", actor=SYSTEM)
    return northwind


def test_the_company_that_runs_it_writes_its_own_account(export, northwind, tmp_path):
    code, out, _err = export("northwind", "--to", str(tmp_path))
    told = json.loads(out)
    (place,) = tmp_path.iterdir()
    assert (code, told["leave"], told["bytes"]) == (0, "own", place.stat().st_size)
    assert place.stat().st_mode & 0o777 == 0o600
    assert b"northwind" in unpacked(place.read_bytes(), told["passphrase"])["manifest.json"]
    with account_scope(northwind.id):
        copy = newest_copy()
        assert (copy.state, copy.file, bool(copy.passphrase)) == (AccountCopy.State.HANDED_OUT, None, False)
    assert InstallationMail.objects.filter(purpose="copy of everything").count() == 1
    code, _out, err = export("northwind", "--to", str(place))
    assert (code, "already" in err) == (1, True)


def test_the_passphrase_may_be_ones_own(export, northwind, tmp_path):
    place = tmp_path / "x.zip"
    assert export("northwind", "--to", str(place), "--passphrase", typed="short\n")[0] == 1
    assert not place.exists()
    code, out, _err = export("northwind", "--to", str(place), "--passphrase", typed="correct horse battery staple\n")
    assert (code, "passphrase" in json.loads(out)) == (0, False)
    assert unpacked(place.read_bytes(), "correct horse battery staple")["README.txt"]


def test_the_account_of_another_company_takes_an_owners_order(export, hosted, ada, tmp_path):
    place = tmp_path / "x.zip"
    code, out, err = export("northwind", "--to", str(place))
    assert (code, out, place.exists()) == (1, "", False)
    assert "on an owner's order only" in err
    assert "steward grant ask" in err
    with account_scope(hosted.id):
        order_copy(actor=actor_of(ada))
    code, out, _err = export("northwind", "--to", str(place))
    told = json.loads(out)
    assert (code, told["leave"]) == (0, "order")
    with account_scope(hosted.id):
        passphrase = reveal_passphrase(newest_copy(), actor=actor_of(ada))
    assert passphrase not in out
    assert unpacked(place.read_bytes(), passphrase)["README.txt"]
    with account_scope(hosted.id):
        delete_copy(newest_copy())
    with pytest.raises(NoLeave):
        leave_for(hosted, area="export")


def test_what_an_owner_ordered_is_made_although_the_command_fails(export, hosted, ada, tmp_path, monkeypatch):
    def killed(*_copy):
        with upkeep_scope(hosted.id):
            begin_copy(newest_copy().pk)
        raise RuntimeError("killed")

    with account_scope(hosted.id):
        order_copy(actor=actor_of(ada))
    with connection.cursor() as cursor:  # it was overtaken, and is done
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'takeout.make'")
    monkeypatch.setattr(account_export, "run_copy", killed)
    with pytest.raises(RuntimeError, match="killed"):
        export("northwind", "--to", str(tmp_path / "x.zip"))
    assert run_jobs("takeout.make") == 1
    with account_scope(hosted.id):
        assert newest_copy().state == AccountCopy.State.READY


def test_what_is_taken_by_a_grant_stands_in_its_report(export, hosted, ada, tmp_path):
    with account_scope(hosted.id):
        grant = offer_access(by=Granter(ada), reason="Make a copy.", areas=["export"])
    code, out, _err = export("northwind", "--to", str(tmp_path / "x.zip"))
    assert (code, json.loads(out)["leave"]) == (0, "grant")
    with account_scope(hosted.id):
        assert [one.kind for one in seen_under(grant)] == ["account.command_run"]


def test_who_serves_others_needs_leave_whatever_the_plan(northwind, settings):
    assert leave_for(northwind, area="export") == Leave(By.OWN)
    settings.STEWARD_HOSTING = True
    with pytest.raises(NoLeave):
        leave_for(northwind, area="export")


def test_leave_for_an_account_that_is_shut(hosted, ada):
    suspend_account(hosted, actor=SYSTEM)
    terminate_account(hosted, actor=SYSTEM)
    account = Account.objects.get(pk=hosted.pk)
    for area in ("export", "move"):
        with pytest.raises(NoLeave):
            leave_for(account, area=area, for_owners=True)
    with upkeep_scope(hosted.id):
        order_copy(actor=actor_of(ada))
    assert leave_for(account, area="export", for_owners=True) == Leave(By.ORDER)
    run_jobs("takeout.make")
    with upkeep_scope(hosted.id):
        copy = newest_copy()
        passphrase, file = reveal_passphrase(copy, actor=actor_of(ada)), note_download(copy, actor=actor_of(ada))
    assert b'"state":"terminated"' in unpacked(b"".join(read_file(file)), passphrase)["tables/tenancy.Account.jsonl"]
    with pytest.raises(NoLeave):
        leave_for(account, area="move")
    with pytest.raises(ValueError, match="tickets_of_others"):
        leave_for(account, area="tickets_of_others")


def test_the_format_is_printed_without_a_database_full_of_data(export):
    code, out, _err = export("--describe")
    assert (code, "## `tables/tickets.Ticket.jsonl`" in out) == (0, True)
