"""Steward's own words in mails to customers."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from steward.channels.email.languages import language_towards, writing_in
from steward.channels.email.quoting import Quoted, answer_block, signature_block
from steward.contacts.models import Contact
from steward.tenancy.models import Account

AT = datetime(2026, 11, 6, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("contact", "account", "language"), [("da", "pl", "da"), ("", "pl", "pl"), ("xx", "pl", "pl"), ("", "", "en")]
)
def test_the_contact_decides_else_the_account(contact, account, language):
    assert language_towards(Contact(language=contact), Account(language=account)) == language


def test_language_and_time_of_the_account_are_in_force_while_a_mail_is_written():
    account = Account(language="da", time_zone="Asia/Ho_Chi_Minh")
    with translation.override("en"):
        with writing_in("da", account):
            line = Quoted("Eli", AT, "").line()
            assert (translation.get_language(), timezone.get_current_timezone_name()) == ("da", "Asia/Ho_Chi_Minh")
        assert translation.get_language() == "en"
    assert "lørdag den 7. november 2026 kl. 03.30" in line


def test_each_part_of_a_mail_finds_its_own_direction():
    assert answer_block("<p>مرحبا</p>") == '<div dir="auto"><p>مرحبا</p></div>'
    assert signature_block("Ben").startswith('<div dir="auto">')
    quoted = Quoted("Eli", AT, "<p>Hello</p>").as_html()
    assert quoted.startswith('<p dir="auto">')
    assert '<blockquote type="cite" dir="auto"><p>Hello</p>' in quoted
