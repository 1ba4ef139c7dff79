"""What is certified, on paper too; and the alarm when it takes too long."""

import hashlib
import json
from datetime import timedelta

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure, run_erasure, start_erasure
from steward.privacy.erasure.certifying import is_genuine
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import PATIENCE
from steward.privacy.erasure.printing import NotPrinted, certificate_pdf
from steward.privacy.erasure.setting_out import set_out
from steward.privacy.erasure.watching import PROMISED, watch_erasures
from steward.privacy.requests.persons import person_by_address
from steward.project.commands import person
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued
from steward.testing.tickets import make_ticket
from steward.tickets.models import Message


@pytest.fixture
def planned(northwind, eli):
    make_ticket(eli)
    with account_scope(northwind.id):
        return plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)


@pytest.fixture
def done(northwind, planned):
    return run_erasure(northwind.id, planned.id)


@pytest.mark.django_db(transaction=True)
def test_it_names_stores_times_and_nobody(northwind, eli, done):
    told = json.loads(done.certificate)
    assert told["of"] == "person"
    stores = {each["store"]: (each["planned"], each["erased"], each["left"]) for each in told["stores"]}
    assert stores["tickets.tickets"] == stores["contacts.contacts"] == (1, 1, 0)
    assert told["live_done_at"] == done.finished_at.isoformat()
    assert done.backups_end_at == done.finished_at + timedelta(days=30)
    assert told["backups_end_at"] == done.backups_end_at.isoformat()
    assert hashlib.sha256(done.certificate.encode()).hexdigest() == done.certificate_sha256
    assert "eli" not in done.certificate.lower().replace("deli", "")
    assert done.extent is None
    waiting = [one.partition(" ")[0] for one in told["not_covered"] if "until" in one]
    assert waiting == ["letters", "requests"], "what is kept for a while to tell those who are to be told is not hidden"


@pytest.mark.django_db(transaction=True)
def test_a_changed_certificate_is_not_genuine(done):
    assert is_genuine(done)
    done.certificate = done.certificate.replace('"person"', '"tickets"')
    assert not is_genuine(done)


@pytest.mark.django_db(transaction=True)
def test_it_is_the_same_paper_each_time(done):
    paper = certificate_pdf(done)
    assert paper.startswith(b"%PDF-")
    assert certificate_pdf(done) == paper


@pytest.mark.django_db(transaction=True)
def test_what_is_not_done_has_no_paper(planned):
    with pytest.raises(NotPrinted):
        certificate_pdf(planned)


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_the_plan_then_the_certificate(northwind, eli, capsys, monkeypatch, tmp_path):
    make_ticket(eli)
    monkeypatch.setattr("builtins.input", lambda _words: "eli@example.org")
    asked = ["erase", "--account", "northwind", "--email", "eli@example.org", "--pdf", str(tmp_path / "it.pdf")]
    assert person.main(asked) == 0
    plan, certificate = read_all(capsys.readouterr().out)
    assert plan["plan"]["tickets"] == 1
    assert len(certificate["certificate"]["sha256"]) == 64
    assert (tmp_path / "it.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.django_db(transaction=True)
def test_the_command_lists_mentions_and_redacts_them_where_it_is_told_to(northwind, eli, farah, capsys):
    make_ticket(eli)
    theirs = make_ticket(farah, body="Please ask eli@example.org.")
    asked = ["erase", "--account", "northwind", "--email", "eli@example.org", "--yes", "--redact-mentions"]
    assert person.main(asked) == 0
    plan, certificate = read_all(capsys.readouterr().out)
    assert plan["plan"]["mentions"] == [{"ticket": theirs.code, "text": "Please ask eli@example.org."}]
    assert certificate["certificate"]["mentions"]["redacted"] == 1
    with account_scope(northwind.id):
        assert "eli@" not in Message.objects.get(ticket=theirs).body_text


def read_all(text):
    """The JSON values in what was printed."""
    decoder, values, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        value, end = decoder.raw_decode(text[at:].lstrip())
        at += len(text[at:]) - len(text[at:].lstrip()) + end
        values.append(value)
    return values


@pytest.mark.django_db(transaction=True)
def test_the_alarm_is_raised_once_and_not_a_second_too_early(northwind, planned, stop_clock):
    begun = planned.planned_at
    stop_clock(begun)
    with account_scope(northwind.id):
        start_erasure(planned, actor=SYSTEM)
    stop_clock(begun + PROMISED - timedelta(seconds=1))
    assert watch_erasures() == 0
    stop_clock(begun + PROMISED + timedelta(seconds=1))
    assert (watch_erasures(), watch_erasures()) == (1, 0)
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="erasure.late", object_id=planned.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_stopped_is_gone_on_with(northwind, planned, stop_clock):
    begun = planned.planned_at
    with account_scope(northwind.id):
        Erasure.objects.filter(pk=planned.pk).update(state=Erasure.State.RUNNING, started_at=begun)
    stop_clock(begun + timedelta(minutes=59))
    watch_erasures()
    assert queued("erasure.run") == []
    stop_clock(begun + timedelta(minutes=61))
    watch_erasures()
    assert [job["erasure"] for job in queued("erasure.run")] == [str(planned.pk)]


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_a_mailbox_is_not_queued_each_hour_too(northwind, planned, stop_clock):
    begun = planned.planned_at
    with account_scope(northwind.id):
        waiting = {"state": Erasure.State.RUNNING, "started_at": begun, "extent": {**planned.extent, "taken": True}}
        Erasure.objects.filter(pk=planned.pk).update(**waiting)
    stop_clock(begun + timedelta(hours=2))
    watch_erasures()
    assert queued("erasure.run") == []
    stop_clock(begun + PATIENCE + timedelta(minutes=61))  # the job of the last try was lost
    watch_erasures()
    assert [job["erasure"] for job in queued("erasure.run")] == [str(planned.pk)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["en", "pl", "vi", "ar", "da", "lv"])
def test_it_is_in_the_language_of_the_account(northwind, eli, planned, language):
    Account.objects.filter(pk=northwind.pk).update(language=language)
    done = run_erasure(northwind.id, planned.id)
    told = json.loads(done.certificate)
    paper = set_out(told, done.certificate_sha256)
    said = json.dumps(paper, ensure_ascii=False)
    assert (told["language"], paper["is_right_to_left"]) == (language, language == "ar")
    assert ("Until the last backup is gone" in said) == (language == "en")
    assert f"{done.backups_end_at:%Y-%m-%d}" in said, "when the last older backup is gone"
    assert ("stored files" in said) == (language == "en"), "what the key of the account protects is said in it, too"
    assert certificate_pdf(done).startswith(b"%PDF-")
