"""A process that dies while it makes an archive leaves nothing behind, and the next one makes it anew."""

import signal
import subprocess
import sys
from threading import Thread

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.privacy.exports.actions import Wanted, delete_export, note_export
from steward.privacy.exports.building import run_export
from steward.privacy.exports.models import Export
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.archives import data_of, opened
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment

pytestmark = pytest.mark.django_db(transaction=True)

_CHILD = """
import os, signal, sys
import django; django.setup()
from steward.privacy.exports import building, parting
parting.PART = 2
name = sys.argv[3]
def dies(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(building._Making if hasattr(building._Making, name) else building, name, dies)
from uuid import UUID
building.run_export(UUID(sys.argv[1]), UUID(sys.argv[2]))
"""


@pytest.fixture
def export(northwind, eli):
    """Of Eli with four tickets and a file in each, asked for."""
    for _ in range(4):
        make_ticket(eli, attachments=[NewAttachment("bill.txt", b"four lamps", "text/plain")])
    with account_scope(northwind.id):
        return note_export(person_by_address("eli@example.org"), Wanted(Export.Kind.ACCESS), actor=SYSTEM)


def stored(account):
    """How many files lie below the account's folder."""
    return sum(path.is_file() for path in (settings.STEWARD_DATA / "files" / str(account.id)).rglob("*"))


@pytest.mark.parametrize("where", ["_files", "_conclude"])
def test_what_was_begun_is_made_anew(northwind, export, child_processes, where):
    before = stored(northwind)
    loose = set(settings.STEWARD_DATA.iterdir())
    command = [sys.executable, "-c", _CHILD, str(northwind.id), str(export.pk), where]
    died = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with account_scope(northwind.id):
        export.refresh_from_db()
        assert (export.state, export.file) == (Export.State.RUNNING, None)
        assert File.objects.count() == 4
    assert set(settings.STEWARD_DATA.iterdir()) == loose, "what is written meanwhile has no name"
    # Bytes without a row go by the upkeep of files; before the end there are none.
    assert stored(northwind) == before + (where == "_conclude")
    made = run_export(northwind.id, export.pk)
    assert made.state == Export.State.READY
    assert default_storage.exists(made.file.storage_key)
    files = opened(made)
    assert sum(content == b"four lamps" for content in files.values()) == 4
    assert len(data_of(files)["sections"]["tickets"]) == 4


def test_what_is_taken_back_in_the_moment_it_is_begun_is_not_made(northwind, export):
    def make():
        run_export(northwind.id, export.pk)
        connection.close()

    making = Thread(target=make)
    with account_scope(northwind.id):
        assert delete_export(export)
        making.start()
        making.join(0.5)
    making.join()
    with account_scope(northwind.id):
        export.refresh_from_db()
        assert (export.state, export.file) == (Export.State.EXPIRED, None)
        assert File.objects.count() == 4
