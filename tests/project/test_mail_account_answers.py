"""Automatic answers and privacy addresses, switched on and off from the command line."""

import contextlib

import pytest

from steward.channels.email.models import MailAccount
from steward.events.models import Event
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails, receive, written


@pytest.fixture
def mail_account(db, monkeypatch, capsys, support_mail):
    """`mail_account("change", address, ...)`: exit code, standard error, and the address afterwards."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(verb, address, *options):
        code = cli.main(["mail-account", verb, "northwind", "--address", address, *options])
        with account_scope(support_mail.account_id):
            return code, capsys.readouterr().err, MailAccount.objects.filter(address=address.lower()).first()

    return run


def test_nobody_is_answered_until_somebody_says_so(mail_account):
    _, _, added = mail_account("add", "help@nw.example")
    assert (added.answers_automatically, added.automatic_text) == (False, "")


def test_from_the_start_with_a_text(mail_account):
    code, err, added = mail_account("add", "help@nw.example", "--answer-text", "We are on a trip. ½ day!")
    assert (code, err) == (0, "")
    assert (added.answers_automatically, added.automatic_text) == (True, "We are on a trip. ½ day!")


def test_on_and_off_again_later(mail_account, support_mail):
    _, _, on = mail_account("change", support_mail.address.upper(), "--answer-automatically", "--answer-text", "Thanks")
    assert (on.answers_automatically, on.automatic_text) == (True, "Thanks")
    receive(support_mail, written(support_mail.address))
    [mail] = outgoing_mails(support_mail)
    assert "Thanks" in mail.read.get_body(("plain",)).get_content()
    _, _, off = mail_account("change", support_mail.address, "--no-answer-automatically")
    assert (off.answers_automatically, off.automatic_text) == (False, "Thanks")
    with account_scope(support_mail.account_id):
        changes = Event.objects.filter(kind="mail_account.changed").order_by("id").values_list("changes", flat=True)
        assert [each["answers_automatically"] for each in changes] == [True, False]


def test_a_text_for_later(mail_account, support_mail):
    options = ("--no-answer-automatically", "--answer-text", "Later")
    _, _, changed = mail_account("change", support_mail.address, *options)
    assert (changed.answers_automatically, changed.automatic_text) == (False, "Later")


def test_nothing_to_change(mail_account, support_mail):
    code, err, _ = mail_account("change", support_mail.address)
    assert code == 1
    assert "--answer-automatically" in err


def test_a_privacy_address_and_no_longer(mail_account, support_mail):
    assert not mail_account("add", "help@nw.example")[2].is_privacy_address
    code, err, on = mail_account("change", support_mail.address, "--privacy-address")
    assert (code, err, on.is_privacy_address, on.answers_automatically) == (0, "", True, False)
    assert not mail_account("change", support_mail.address, "--no-privacy-address")[2].is_privacy_address
