"""Copies of erased mails in a real mailbox: deleted in every folder where it was asked for, and only they."""

import json
from datetime import UTC, datetime

import pytest

from steward.channels.email.models import MailboxCopies
from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.privacy.erasure.actions import run_erasure, start_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import PATIENCE
from steward.privacy.requests.actions import plan_erasure_of
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued
from steward.testing.letters import receive, written

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def box(dovecot, settings, northwind, support_mail):
    """The mailbox behind support@northwind, on a server of others."""
    server = dovecot()
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{server.port}"]
    settings.STEWARD_CA_FILE = str(server.certificate)
    declared = Declaration(
        kind=Connector.Kind.IMAP,
        destination=Destination.of("127.0.0.1", server.port),
        tls=Connector.Tls.IMPLICIT,
        username="eva",
        password="secret",
    )
    with account_scope(northwind.id):
        support_mail.imap = declare_connector(declared, actor=SYSTEM)
        support_mail.save()
    return server


def came(box, mail_account, sender, message_id):
    """A mail that was fetched, and still lies in the mailbox."""
    raw = written(mail_account.address, sender=sender, message_id=message_id)
    box.deliver(raw)
    receive(mail_account, raw)


def lying(box):
    return [path.read_bytes() for part in ("new", "cur") for path in box.maildir.rglob(f"{part}/*")]


def planned(account, *, in_mailboxes):
    with account_scope(account.id):
        erasure = plan_erasure_of(person_by_address("eli@example.org"), actor=SYSTEM, in_mailboxes=in_mailboxes)
        start_erasure(erasure, actor=SYSTEM)
    return erasure


def test_they_are_deleted_in_every_folder_and_nothing_else_is(northwind, box, support_mail):
    came(box, support_mail, "Eli <eli@example.org>", "one@example.org")
    came(box, support_mail, "Farah <farah@example.net>", "hers@example.net")
    archive = box.maildir / ".Archive"
    for part in ("new", "cur", "tmp"):
        (archive / part).mkdir(parents=True)
    box._hand_over(archive)
    box.deliver(written(support_mail.address, sender="Eli <eli@example.org>", message_id="one@example.org"))
    moved = sorted((box.maildir / "new").iterdir())[-1]
    moved.rename(archive / "new" / moved.name)
    done = run_erasure(northwind.id, planned(northwind, in_mailboxes=True).pk)
    assert done.state == Erasure.State.DONE
    [told] = json.loads(done.certificate)["mailboxes"]
    assert told == {"mailbox": support_mail.address, "asked": 1, "erased": 2, "left": 0, "outcome": "gone"}
    [left] = lying(box)
    assert b"hers@example.net" in left
    with account_scope(northwind.id):
        assert not MailboxCopies.objects.exists()


def test_without_being_asked_for_they_stay(northwind, box, support_mail):
    came(box, support_mail, "Eli <eli@example.org>", "one@example.org")
    done = run_erasure(northwind.id, planned(northwind, in_mailboxes=False).pk)
    assert done.state == Erasure.State.DONE
    assert json.loads(done.certificate)["mailboxes"] == []
    assert len(lying(box)) == 1


def test_a_mailbox_out_of_reach_is_tried_again_and_then_named(northwind, box, support_mail, stop_clock):
    stop_clock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    came(box, support_mail, "Eli <eli@example.org>", "one@example.org")
    erasure = planned(northwind, in_mailboxes=True)
    box.stop()
    waits = run_erasure(northwind.id, erasure.pk)
    assert waits.state == Erasure.State.RUNNING
    assert len(queued("erasure.run")) == 2, "the order, and one more try"
    with account_scope(northwind.id):
        assert person_by_address("eli@example.org") is None, "what is here does not wait for it"
    stop_clock(waits.started_at + PATIENCE)
    done = run_erasure(northwind.id, erasure.pk)
    assert done.state == Erasure.State.DONE
    [told] = json.loads(done.certificate)["mailboxes"]
    assert (told["outcome"], told["erased"]) == ("out_of_reach", 0)


def test_a_mailbox_that_comes_back_is_cleared(northwind, box, support_mail):
    came(box, support_mail, "Eli <eli@example.org>", "one@example.org")
    erasure = planned(northwind, in_mailboxes=True)
    box.stop()
    assert run_erasure(northwind.id, erasure.pk).state == Erasure.State.RUNNING
    box.start()
    done = run_erasure(northwind.id, erasure.pk)
    assert json.loads(done.certificate)["mailboxes"][0]["outcome"] == "gone"
    assert lying(box) == []
