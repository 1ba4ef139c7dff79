"""Mail that belongs to no account: stored encrypted, sent by the installation's relay, gone when it has left."""

import email
from email.policy import default as modern

import pytest
from django.db import transaction

from steward.outbox import maildir
from steward.outbox.installation import (
    Unsendable,
    forget_installation_mail,
    put_in_installation_outbox,
    try_held_installation_mail,
)
from steward.outbox.models import InstallationMail, State
from steward.privacy.egress.models import InstallationEgress
from steward.privacy.egress.replies import DeliveryResult, Outcome, Stage
from steward.privacy.egress.smtp import Envelope
from steward.privacy.keys.cipher import decrypt_for_installation, encrypt
from steward.privacy.keys.errors import Tampered
from steward.testing.jobs import queued

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def no_relay(settings):
    settings.STEWARD_SMTP_RELAY = ""
    settings.STEWARD_DEMO = False


def put(*, to="ada@northwind.example", subject="Your password", text="Open the link.\n"):
    return put_in_installation_outbox(purpose="password reset", to=to, subject=subject, text=text)


def message_of(mail):
    content = decrypt_for_installation(mail.content, context=mail.context_of("content"))
    return email.message_from_bytes(content, policy=modern)


@pytest.fixture
def deliveries(monkeypatch, settings):
    """A relay that answers what `deliveries.answer` says; the list of envelopes it was given."""

    class Deliveries(list):
        answer = DeliveryResult(Outcome.SENT, Stage.TEXT, 250, "ok", ("ada@northwind.example",), {})

    given = Deliveries()

    def deliver(route, envelope):
        given.append((route, envelope))
        return given.answer

    settings.STEWARD_SMTP_RELAY = "smtps://user:secret@relay.example:465"
    monkeypatch.setattr("steward.outbox.installation_delivery.deliver", deliver)
    return given


def test_it_is_written_by_the_installation(db):
    mail = put(text="Żółw: https://northwind.localhost/console/reset\n")
    message = message_of(mail)
    assert message["From"] == "Steward <no-reply@localhost>"
    assert message["To"] == "ada@northwind.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{mail.id}@localhost>"
    assert "Żółw: https://northwind.localhost/console/reset" in message.get_content()


def test_nobody_reads_it_in_the_database(db):
    mail = put()
    stored = InstallationMail.objects.values().get(pk=mail.id)
    assert b"ada@" not in bytes(stored["recipient"]) + bytes(stored["content"])
    assert "ada" not in str(queued("outbox.deliver_for_installation"))
    with pytest.raises(Tampered):
        decrypt_for_installation(stored["content"], context=mail.context_of("recipient"))


def test_the_key_of_an_account_opens_nothing_of_the_installation(northwind):
    mail = put()
    with pytest.raises(Tampered):
        decrypt_for_installation(encrypt(northwind.id, b"x", context="here"), context="here")
    with pytest.raises(Tampered):
        decrypt_for_installation(b"\x01short", context=mail.context_of("content"))


def test_nothing_that_was_typed_becomes_a_header(db):
    message = message_of(put(subject="Hello\r\nBcc: eve@example.org\r\n\r\nBuy", text="x\n"))
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: eve@example.org Buy"
    assert message.get_content().splitlines() == ["x"]


@pytest.mark.parametrize(
    "to", ["", "ada", "ada@", "a@b\r\nBcc: eve@example.org", "a@b.example, eve@example.org", "A <a@b.example>"]
)
def test_what_is_no_address_is_refused(to, db):
    with pytest.raises(Unsendable):
        put(to=to)
    assert not InstallationMail.objects.exists()


@pytest.mark.parametrize("to", ["jürgen@example.org", '"a b"@example.org', "a+b@xn--mller-kva.example"])
def test_unusual_addresses_are_addresses(to, db, deliveries, run_jobs):
    put(to=to)
    run_jobs()
    [(_, envelope)] = deliveries
    assert envelope.recipients == (to,)
    assert to.encode() in envelope.message


def test_a_name_of_a_host_is_written_in_ascii(db, deliveries, run_jobs):
    put(to="ada@müller.example")
    run_jobs()
    assert deliveries[0][1].recipients == ("ada@xn--mller-kva.example",)


def test_what_is_rolled_back_is_not_sent(db, deliveries, run_jobs):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    run_jobs()
    assert not deliveries


def test_it_goes_by_the_installations_relay_and_is_not_kept(db, deliveries, run_jobs):
    mail = put()
    run_jobs()
    [(route, envelope)] = deliveries
    assert (route.account_id, route.destination.host) == (None, "relay.example")
    assert isinstance(envelope, Envelope)
    assert (envelope.sender, envelope.recipients) == ("no-reply@localhost", ("ada@northwind.example",))
    mail.refresh_from_db()
    assert (mail.state, bytes(mail.recipient), bytes(mail.content)) == (State.SENT, b"", b"")


def test_it_stands_in_the_installations_ledger(db, settings, run_jobs, monkeypatch):
    """A relay in a private network that nobody allowed: denied by the gate, which writes that down."""
    settings.STEWARD_SMTP_RELAY = "smtps://user:secret@192.168.77.7:465"
    mail = put()
    run_jobs()
    [row] = InstallationEgress.objects.filter(purpose="mail.deliver")
    assert (row.host, row.is_allowed, row.reason_code) == ("192.168.77.7", False, "private_address")
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.HELD, "denied:private_address")


def test_without_a_relay_it_waits_and_says_so(db, clock, run_jobs, settings, deliveries):
    settings.STEWARD_SMTP_RELAY = ""
    mail = put()
    run_jobs()
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.HELD, "no_relay")
    assert bytes(mail.content)
    settings.STEWARD_SMTP_RELAY = "smtps://user:secret@relay.example:465"
    clock(6)
    run_jobs()
    assert len(deliveries) == 1


def test_a_worker_that_starts_tries_what_is_held(db, run_jobs, settings, deliveries):
    settings.STEWARD_SMTP_RELAY = ""
    put()
    run_jobs()
    settings.STEWARD_SMTP_RELAY = "smtps://user:secret@relay.example:465"
    assert try_held_installation_mail() == 1
    run_jobs()
    assert len(deliveries) == 1


def test_a_temporary_refusal_is_tried_again_with_the_same_message_id(db, clock, run_jobs, deliveries):
    sent, deliveries.answer = deliveries.answer, DeliveryResult(Outcome.TEMPORARY, Stage.RECIPIENT, 451, "later")
    mail = put()
    run_jobs()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.DEFERRED, 1)
    deliveries.answer = sent
    clock(2)
    run_jobs()
    mail.refresh_from_db()
    assert mail.state == State.SENT
    assert deliveries[0][1].message == deliveries[1][1].message


def test_a_final_refusal_is_final(db, run_jobs, deliveries):
    deliveries.answer = DeliveryResult(Outcome.PERMANENT, Stage.RECIPIENT, 550, "nobody here")
    mail = put()
    run_jobs()
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.FAILED, "recipient")
    assert queued("outbox.deliver_for_installation") == []


def test_two_workers_with_one_job_are_one_mail(db, run_jobs, deliveries):
    from steward.outbox import installation_delivery

    mail = put()
    installation_delivery.attempt(mail.id, again=lambda *_: None, due=mail.next_attempt_at)
    run_jobs()
    assert len(deliveries) == 1


def test_in_the_demo_it_is_kept_here(db, settings, run_jobs, tmp_path):
    settings.STEWARD_DEMO = True
    settings.STEWARD_DATA = settings.STEWARD_DATA  # the keys stay where they are
    before = set((maildir.maildir() / "new").glob("*"))
    put(subject="Kept")
    run_jobs()
    [kept] = set((maildir.maildir() / "new").glob("*")) - before
    assert b"Subject: Kept" in kept.read_bytes()
    assert b"X-Envelope-To: ada@northwind.example" in kept.read_bytes()


def test_rows_go_after_a_week(db, clock, run_jobs, deliveries):
    put()
    waiting = put()
    run_jobs()
    InstallationMail.objects.filter(pk=waiting.pk).update(state=State.HELD, finished_at=None)
    assert forget_installation_mail() == 0
    clock(8 * 24 * 60)
    assert forget_installation_mail() == 1
    assert InstallationMail.objects.get().pk == waiting.pk
