"""Watched mail of the installation leaves under an address of its own, and what comes back there is known."""

from uuid import uuid4

import pytest

from steward.outbox import installation_delivery
from steward.outbox.installation import (
    note_installation_bounce,
    put_in_installation_outbox,
    send_installation_mail_again,
)
from steward.outbox.models import InstallationMail, State
from steward.outbox.returning import mail_returned_to, return_address
from steward.privacy.egress.replies import DeliveryResult, Outcome, Refusal, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TAKEN = DeliveryResult(Outcome.SENT, Stage.TEXT, 250, "ok", ("gil@fjord.example",), {})


def refused(code, words):
    no = {"gil@fjord.example": Refusal(Outcome.PERMANENT, code, words)}
    return DeliveryResult(Outcome.PERMANENT, Stage.RECIPIENT, code, words, (), no)


@pytest.fixture
def relay(monkeypatch, settings):
    """`relay(answer)`: a relay that says this; the envelopes it was given are in the list it returns."""
    settings.STEWARD_SMTP_RELAY, settings.STEWARD_DEMO = "smtps://relay.example:465", False
    given = []

    def answering(answer=TAKEN):
        monkeypatch.setattr(installation_delivery, "deliver", lambda _, envelope: given.append(envelope) or answer)
        return given

    return answering


def put(*, is_watched=True):
    return put_in_installation_outbox(
        purpose="x", to="gil@fjord.example", subject="x", text="x\n", is_watched=is_watched
    )


def test_the_address_names_the_mail_and_nobody_makes_one_up(settings):
    mail_id = uuid4()
    address = return_address(mail_id)
    assert len(address.partition("@")[0]) <= 64, "RFC 5321 section 4.5.3.1.1"
    assert mail_returned_to(address) == mail_returned_to(address.upper()) == mail_id
    changed = address.replace(address[30], "a" if address[30] != "a" else "b")
    for other in (changed, address.replace("bounce", "reply"), address.split("@")[0], "", f"{address}.example"):
        assert mail_returned_to(other) is None
    settings.STEWARD_DOMAIN = "desk.example"
    assert mail_returned_to(address) is None


def test_only_watched_mail_leaves_under_it(relay, run_jobs, settings):
    given, watched = relay(), put()
    put(is_watched=False)
    run_jobs()
    assert sorted(one.sender for one in given) == sorted([return_address(watched.id), settings.STEWARD_MAIL_FROM])


def test_what_came_back_failed_and_is_not_sent_again_without_its_text(relay, run_jobs):
    relay()
    mail, other = put(), put(is_watched=False)
    run_jobs()
    for one in (mail, other):
        note_installation_bounce(one.id)
    assert InstallationMail.objects.get(pk=other.pk).state == State.SENT
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.FAILED, "bounced")
    assert send_installation_mail_again(state=State.FAILED, reason="bounced") == 0
    note_installation_bounce(uuid4())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refused(550, "5.1.1 User unknown"), "no_mailbox"),
        (refused(550, "5.1.10 Recipient has no mail server"), "no_mailbox"),
        (refused(550, "5.2.1 Mailbox disabled"), "no_mailbox"),
        (refused(554, "5.7.1 Relay access denied"), "recipient"),
        (refused(550, "from 5.1.1.1 relay not permitted"), "recipient"),
        (refused(552, "5.2.2 Mailbox full"), "recipient"),
        (DeliveryResult(Outcome.PERMANENT, Stage.SENDER, 550, "5.1.1 who are you?"), "sender"),
    ],
)
def test_a_wrong_address_is_told_from_a_relay_that_refuses_everybody(answer, reason, relay, run_jobs):
    relay(answer)
    mail = put()
    run_jobs()
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.FAILED, reason)
