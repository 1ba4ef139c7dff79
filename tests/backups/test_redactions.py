"""A restored database is redacted again before it serves, though the ledger has no words."""

import contextlib
import io

import pytest

from steward.backups.errors import BackupFault
from steward.backups.redactions import redact_again, unfollowed_redactions
from steward.backups.standing import unservable
from steward.events.models import Event
from steward.files.actions import read_file
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.lifecycle.models import STANDARD
from steward.lifecycle.plans import put_on_plan
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.ledger import ledger_path, redactions, write_redaction
from steward.privacy.holds.actions import lift_hold, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.persons import person_by_address
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.actions.redacting import Reason, redact_subject, redact_words
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "4111 1111 1111 1111"
TEXT = f"My card is {CARD}, please hurry."
HTML = f"<p>My card is <b>{CARD}</b>, please hurry.</p>"


@pytest.fixture
def restored(northwind, eli):
    """A card's number was redacted; this database, restored, has it still."""
    with account_scope(northwind.id):
        message = make_ticket(eli).messages.get()
        Message.objects.filter(pk=message.pk).update(body_text=TEXT, body_html=HTML)
        message.refresh_from_db()
        before = {"body_text": TEXT, "body_html": HTML, "findings": message.findings}
        redact_words(message, [CARD], reason=Reason.CARD, actor=SYSTEM)
        Message.objects.filter(pk=message.pk).update(**before)
    return message


def stands(account, message):
    with account_scope(account.id):
        message.refresh_from_db()
        return "4111" in message.body_text + message.body_html


def test_it_serves_only_after_the_words_are_gone_again(restored, northwind, settings):
    lines = ledger_path().read_bytes()
    [trouble] = unservable(settings.STEWARD_DATA)
    assert trouble.is_unservable
    assert redact_again() == 1
    assert not stands(northwind, restored)
    assert unservable(settings.STEWARD_DATA) == []
    assert (redact_again(), ledger_path().read_bytes()) == (0, lines)


def test_a_message_that_is_not_here_any_more_is_none_to_redact(restored, northwind):
    with account_scope(northwind.id):
        Message.objects.filter(pk=restored.pk).delete()
    assert unfollowed_redactions() == []


def test_what_was_rolled_back_and_done_again_is_followed_once(restored, northwind, settings):
    with account_scope(northwind.id):
        write_redaction(northwind.id, new_id(), restored.pk, [CARD], Reason.CARD.value)
    assert redact_again() == 1
    assert not stands(northwind, restored)
    assert unservable(settings.STEWARD_DATA) == []


def test_who_is_erased_later_leaves_nothing_to_redact(northwind, eli, farah, settings):
    shared = make_ticket(farah)
    with account_scope(northwind.id):
        theirs = make_message(shared, sender=eli)
        Message.objects.filter(pk=theirs.pk).update(body_text=TEXT, body_html=HTML)
        theirs.refresh_from_db()
        redact_words(theirs, [CARD], reason=Reason.CARD, actor=SYSTEM)
        erasure = plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
    assert run_erasure(northwind.id, erasure.id).state == "done"
    with account_scope(northwind.id):
        assert Message.objects.filter(pk=theirs.pk, body_text="").exists(), "its place stays"
    assert unservable(settings.STEWARD_DATA) == []
    assert redact_again() == 0


def test_what_a_hold_of_that_time_keeps_waits_for_it(restored, northwind, settings):
    with account_scope(northwind.id):
        hold = place_hold(LegalHold.On.TICKET, restored.ticket_id, basis=LegalHold.Basis.values[0], actor=SYSTEM)
    assert unservable(settings.STEWARD_DATA) == []
    assert redact_again() == 0
    with account_scope(northwind.id):
        lift_hold(hold, actor=SYSTEM)
    assert redact_again() == 1
    assert not stands(northwind, restored)


@pytest.fixture
def with_files(northwind, eli):
    """Of two files of a ticket one had the number, and one, that nobody can read, went; both are back."""
    files = [
        NewAttachment("list.csv", f"number;{CARD}\n".encode(), "text/csv"),
        NewAttachment("scan.png", b"paper", "image/png"),
    ]
    with account_scope(northwind.id):
        message = make_ticket(eli, body="See below, quokka.", attachments=files).messages.get()
        before = [(row, row.file) for row in message.attachments.select_related("file")]
        scan = next(row for row, _file in before if row.name == "scan.png")
        findings = message.findings
        redact_words(message, [CARD], reason=Reason.CARD, actor=SYSTEM, removing=[scan.pk])
        for row, file in before:
            File.objects.get_or_create(pk=file.pk, defaults={field: getattr(file, field) for field in FILE})
            Attachment.objects.update_or_create(
                pk=row.pk, defaults={"message": message, "name": row.name, "file": file}
            )
        Message.objects.filter(pk=message.pk).update(findings=findings)
    return message


FILE = ("storage_key", "size", "sha256", "content_type", "created_at")


@pytest.fixture
def kept_bytes(monkeypatch):
    """What a file held is there again, as it is on a restored machine."""
    monkeypatch.setattr("django.core.files.storage.default_storage.delete", lambda _key: None)


def test_what_stood_in_a_file_alone_and_files_that_went_are_gone_again(kept_bytes, with_files, northwind, settings):
    assert unservable(settings.STEWARD_DATA)
    assert redact_again() == 1
    with account_scope(northwind.id):
        [left] = Attachment.objects.filter(message=with_files).select_related("file")
        assert left.name == "list.csv"
        assert b"4111" not in b"".join(read_file(left.file))
    assert unservable(settings.STEWARD_DATA) == []


def test_a_subject_is_redacted_again(northwind, eli, settings):
    with account_scope(northwind.id):
        ticket = make_ticket(eli, subject=f"About {CARD}", body="See above.")
        redact_subject(ticket.pk, [CARD], reason=Reason.CARD, actor=SYSTEM)
        assert unfollowed_redactions() == []
        other = make_ticket(eli, subject=f"About {CARD}", body="See above.")
        write_redaction(northwind.id, new_id(), None, [CARD], Reason.CARD.value, ticket_id=other.pk)
    assert unservable(settings.STEWARD_DATA)
    assert redact_again() == 1
    with account_scope(northwind.id):
        assert "4111" not in Ticket.objects.get(pk=other.pk).subject
    assert unservable(settings.STEWARD_DATA) == []


def read_otherwise(account, message, text):
    with account_scope(account.id):
        Message.objects.filter(pk=message.pk).update(body_text=text, body_html=f"<p>{text}</p>")


@pytest.fixture
def steward(monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.main(["redact", *arguments])
        return code, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize("has_it", [True, False])
def test_a_message_that_reads_otherwise_is_for_somebody_to_look_at(restored, northwind, settings, steward, has_it):
    with account_scope(northwind.id):
        place = ("--account", northwind.slug, "--ticket", Ticket.objects.get(pk=restored.ticket_id).code)
    before = "My card is 4111111111111111." if has_it else "something else"
    read_otherwise(northwind, restored, before)
    [line] = redactions()
    with pytest.raises(BackupFault, match=r"redact words --as NUMBER.*redact nothing --as NUMBER") as fault:
        redact_again()
    assert f"{line.redaction} ({' '.join(place)})" in str(fault.value)
    number = ("--as", line.redaction, "--yes")
    if has_it:
        code, said = steward("words", *place, *number, typed="wombat\n")
        assert (code, "not the words that were redacted then" in said) == (1, True)
        assert steward("words", *place, *number, typed=f"{CARD}\n")[0] == 0
        assert not stands(northwind, restored)
    else:
        assert steward("nothing", *place, *number)[0] == 0
    assert unservable(settings.STEWARD_DATA) == []
    assert redact_again() == 0
    ran = ["redact.words"] * 2 if has_it else ["redact.nothing"]
    assert [told.changes for told in commands_run(northwind)] == [{"command": one, "leave": "nobody"} for one in ran]
    with account_scope(northwind.id):  # restored once more
        Message.objects.filter(pk=restored.pk).update(findings={})
    read_otherwise(northwind, restored, before)
    assert redact_again() == has_it
    assert not stands(northwind, restored)


def commands_run(account):
    with account_scope(account.id):
        return list(Event.objects.filter(kind="account.command_run").order_by("at"))


def test_a_number_of_the_ledger_lets_nobody_redact_or_ask_what_it_is_not_about(restored, northwind, steward):
    put_on_plan(northwind, STANDARD, actor=SYSTEM)  # another company's
    with account_scope(northwind.id):
        place = ("--account", northwind.slug, "--ticket", Ticket.objects.get(pk=restored.ticket_id).code)
    [line] = redactions()
    number = ("--as", line.redaction)
    for typed in ("hurry\n", f"{CARD}\nhurry\n"):
        code, said = steward("words", *place, *number, typed=typed)
        assert (code, "not the words that were redacted then" in said) == (1, True)
    assert len(commands_run(northwind)) == 2, "who guesses is recorded"
    assert redact_again() == 1
    for command in ("words", "nothing"):
        code, said = steward(command, *place, *number, "--yes", typed=f"{CARD}\n")
        assert (code, "waits to be followed" in said) == (1, True)
    assert len(commands_run(northwind)) == 2
    assert list(redactions()) == [line]


def test_of_words_that_are_not_all_there_those_that_are_go_at_once(northwind, eli):
    with account_scope(northwind.id):
        message = make_ticket(eli, body=f"Quokka, {CARD}.").messages.get()
        redact_words(message, [CARD, "Quokka"], reason=Reason.CARD, actor=SYSTEM)
        Message.objects.filter(pk=message.pk).update(findings={})
    read_otherwise(northwind, message, f"Wombat, {CARD}.")
    with pytest.raises(BackupFault):
        redact_again()
    assert not stands(northwind, message)
    with pytest.raises(BackupFault):
        redact_again()
