"""Accounts whose trial ends, and the clock that takes them there."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from steward.backups.key_copies import NOTE
from steward.lifecycle.departing.tables import count_rows, naming_tables, owned_tables
from steward.lifecycle.passing import pass_over_accounts
from steward.lifecycle.plans import begin_life
from steward.privacy.keys.store import key_folder
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment


@pytest.fixture(autouse=True)
def _keys_come_back():
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


@pytest.fixture
def left():
    """`left(account)`: how many rows it has in each table in which it has any."""

    def counted(account):
        with upkeep_scope(account.id):
            return {table: n for table in [*owned_tables(), *naming_tables()] if (n := count_rows(table, account.id))}

    return counted


@pytest.fixture
def steward(monkeypatch, capsys):
    """A command of `steward`, in this process: its exit code, and what it said."""
    monkeypatch.setattr(session, "at_hand", lambda _data: nullcontext())

    def run(*arguments):
        return cli.main([*arguments]), capsys.readouterr()

    return run
