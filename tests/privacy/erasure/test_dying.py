"""A process that dies in the middle of an erasure leaves nothing half done, and the next one goes on."""

import signal
import subprocess
import sys

import pytest
from django.core.files.storage import default_storage

from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.ledger import certificates, lines
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import all_stores
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

_CHILD = """
import os, signal, sys
import django; django.setup()
from steward.privacy.erasure.actions import planning, running
from steward.privacy.erasure import actions
planning.STEP = 2
name, after = sys.argv[3], int(sys.argv[4])
real, calls = getattr(running, name), 0
def dying(*given):
    global calls
    calls += 1
    if calls > after and name == "_prove":
        os.kill(os.getpid(), signal.SIGKILL)  # what was erased is committed, and its bytes still lie there
    answer = real(*given)
    if calls > after:
        os.kill(os.getpid(), signal.SIGKILL)  # all is erased, and nothing of it committed
    return answer
setattr(running, name, dying)
from uuid import UUID
running.run_erasure(UUID(sys.argv[1]), UUID(sys.argv[2]))
"""


@pytest.fixture
def erasure(northwind, eli, farah):
    """Of Eli with six tickets and a file in each, planned."""
    for _ in range(6):
        make_ticket(eli, attachments=[NewAttachment("bill.txt", b"four lamps", "text/plain")])
    make_ticket(farah)
    with account_scope(northwind.id):
        return plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)


@pytest.mark.parametrize(("where", "after"), [("_prove", 2), ("erase_step", 1), ("_conclude", 0)])
def test_what_was_begun_is_gone_on_with(northwind, farah, erasure, child_processes, where, after):
    with account_scope(northwind.id):
        keys = list(File.objects.values_list("storage_key", flat=True))
    command = [sys.executable, "-c", _CHILD, str(northwind.id), str(erasure.id), where, str(after)]
    died = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with account_scope(northwind.id):
        erasure.refresh_from_db()
        assert (erasure.state, erasure.finished_at) == (Erasure.State.RUNNING, None)
        assert 1 <= Ticket.objects.count() < 7 if where != "_erase" else Ticket.objects.count() == 5
    done = run_erasure(northwind.id, erasure.id)
    assert (done.state, done.left) == (Erasure.State.DONE, {})
    assert done.erased == {name: number for name, number in erasure.planned.items() if number}
    with account_scope(northwind.id):
        assert Ticket.objects.get().requester_id == farah.pk
        assert Message.objects.count() == 1
    assert not any(default_storage.exists(key) for key in keys)
    assert [line.number for line in lines()] == list(range(1, len(list(lines())) + 1))
    assert certificates()[erasure.pk].sha256 == done.certificate_sha256


def test_every_store_says_what_it_is(northwind):
    assert all(store.name.count(".") == 1 and store.models for store in all_stores())
