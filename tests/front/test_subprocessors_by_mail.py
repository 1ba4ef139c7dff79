"""The list by e-mail: proven, told once, in the reader's language, and ended with one click."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine

from steward.lib.clock import now
from steward.outbox.models import InstallationMail, State
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.subprocessors.actions import approve_draft, change_draft, open_draft, publish_draft
from steward.privacy.subprocessors.models import Subscription
from steward.privacy.subprocessors.subscriptions import (
    ask_to_subscribe,
    confirm_subscription,
    forget_unproven,
    pause_undelivered,
    paused_subscriptions,
    subscription_with,
    tell_of_version,
    token_of,
)
from steward.testing.listings import engagement, publish, registry

pytestmark = pytest.mark.django_db

PAGE, GIL = "/subprocessors/subscription", "Gil@Fjord.example"


@pytest.fixture
def base(visitor_at):
    return visitor_at()


def mails():
    return [
        message_from_bytes(
            decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")), policy=policy.default
        )
        for mail in InstallationMail.objects.order_by("created_at", "id")
    ]


def words_of(mail):
    return mail.get_payload(decode=True).decode()


def link_in(mail):
    return re.search(r"http://localhost(?::\d+)?(/subprocessors/subscription/\S+)", words_of(mail))[1]


def subscribed(address=GIL, language="en"):
    ask_to_subscribe(address, language=language)
    found = Subscription.objects.latest("created_at")
    confirm_subscription(found)
    found.refresh_from_db()
    return found


def published(*engagements):
    draft = change_draft(open_draft(operator_id=None), registry(*engagements), operator_id=None)
    return publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


def test_from_the_form_to_a_mail_that_can_be_ended(base, run_jobs):
    published(engagement())
    assert base.post(f"{PAGE}?lang=da", {"email": GIL})["Location"] == f"{PAGE}/sent"
    link = link_in(mails()[0])
    assert "Ja, send mig mails" in base.get(link).content.decode()
    assert not Subscription.objects.get().is_confirmed, "to look at it confirms nothing: programs open links"
    assert base.post(link).status_code == 303
    assert Subscription.objects.get().is_confirmed
    published(engagement(), engagement("ai", purposes=("answer.suggest",), categories=("user.content",)))
    run_jobs("subprocessors.tell_subscribers")
    [_, mail] = mails()
    assert mail["To"] == "gil@fjord.example"
    assert "underdatabehandlere for Desk er ændret" in mail["Subject"]
    assert "Relay GmbH" in words_of(mail)
    assert "version=2&compare=1" in words_of(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = re.search(r"<http://localhost(?::\d+)?(/\S+)>", mail["List-Unsubscribe"])[1]
    base.handler.enforce_csrf_checks = True
    answer = base.post(end, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not Subscription.objects.exists()
    assert base.post(end).status_code == 200, "a second click says the same"
    assert base.get(link).status_code == 410


def test_a_program_without_a_click_of_its_own_gets_the_page_with_the_button(base):
    link = f"{PAGE}/{token_of(subscribed())}"
    answer = base.get(f"{link}/end")
    assert (answer.status_code, answer["Location"]) == (303, link)
    assert "End these mails" in base.get(link).content.decode()
    assert Subscription.objects.exists(), "to look at it ends nothing: programs open links"


def test_the_mails_know_nothing_of_who_opens_them():
    published(engagement())
    subscribed()
    published(engagement(), engagement("ai"))
    tell_of_version(2)
    mail = mails()[-1]
    assert mail.get_content_type() == "text/plain", "so there is no picture that is loaded from anywhere"
    page, end = re.findall(r"https?://[^\s<>]+", words_of(mail))
    assert page.endswith("/subprocessors?lang=en&version=2&compare=1"), "nothing in it tells one reader from another"
    assert "/subprocessors/subscription/" in end


def test_who_was_not_told_of_a_version_hears_of_it_with_the_next():
    published(engagement())
    subscribed()
    published(engagement(), engagement("ai"))
    published(engagement(), engagement("ai"), engagement("voice"))
    assert tell_of_version(3) == 1
    assert "version=3&compare=1" in words_of(mails()[-1])
    assert words_of(mails()[-1]).count("New: Relay GmbH") == 2
    assert tell_of_version(2) == 0


def came_back(subscription, reason="bounced"):
    subscription.refresh_from_db()
    InstallationMail.objects.filter(pk=subscription.mail_id).update(state=State.FAILED, reason=reason)


def test_where_mail_does_not_arrive_none_is_sent_until_the_address_is_proven_again(base):
    published(engagement())
    gil, other = subscribed(), subscribed("other@fjord.example")
    published(engagement(), engagement("ai"))
    assert tell_of_version(2) == 2
    came_back(gil)
    assert pause_undelivered() == 1
    assert pause_undelivered() == 0
    [paused] = paused_subscriptions()
    assert (paused.domain, paused.language) == ("fjord.example", "en")
    published(engagement())
    assert tell_of_version(3) == 1
    other.refresh_from_db()
    assert other.told_version == 3
    ask_to_subscribe(GIL, language="en")
    link = link_in(mails()[-1])
    assert "Yes, send me mails" in base.get(link).content.decode()
    base.post(link)
    assert paused_subscriptions() == []
    gil.refresh_from_db()
    assert gil.told_version == 3


@pytest.mark.parametrize("reason", ["recipient", "sender", "tried_too_often", "connect"])
def test_a_fault_on_the_way_is_no_fault_of_the_address(reason):
    published(engagement())
    gil = subscribed()
    came_back(gil, reason)
    assert pause_undelivered() == 0
    assert paused_subscriptions() == []


def test_an_address_that_was_never_proven_and_is_none_is_forgotten_at_once():
    ask_to_subscribe(GIL, language="en")
    came_back(Subscription.objects.get(), "no_mailbox")
    assert pause_undelivered() == 1
    assert not Subscription.objects.exists()


def test_what_is_paused_is_forgotten_after_thirty_days():
    came_back(subscribed())
    pause_undelivered()
    with time_machine.travel(now() + timedelta(days=30) - timedelta(minutes=1), tick=False):
        assert forget_unproven() == 0
    with time_machine.travel(now() + timedelta(days=30, minutes=1), tick=False):
        assert forget_unproven() == 1


def test_known_and_unknown_addresses_are_answered_alike(base):
    subscribed("known@fjord.example")
    answers = [base.post(PAGE, {"email": email}) for email in ("known@fjord.example", "new@fjord.example")]
    assert [(one.status_code, one.content, one["Location"]) for one in answers] == [(303, b"", f"{PAGE}/sent")] * 2
    assert Subscription.objects.count() == 2


def test_who_has_it_already_is_told_so_by_mail_only():
    before = subscribed()
    ask_to_subscribe(GIL, language="pl")
    after = Subscription.objects.get()
    assert (after.id, after.confirmed_at, after.language) == (before.id, before.confirmed_at, "pl")
    assert "już przychodzi" in words_of(mails()[-1])


def test_the_address_is_not_in_the_table():
    found = subscribed()
    for column in (found.address, found.address_hash):
        assert b"fjord" not in bytes(column).lower()
    assert token_of(found).isascii()


def test_nobody_fills_another_mailbox(base):
    for _ in range(5):
        assert base.post(PAGE, {"email": GIL}).status_code == 303
    assert len(mails()) == 3


def test_nobody_asks_for_very_many(base):
    answers = [base.post(PAGE, {"email": f"gil{number}@fjord.example"}).status_code for number in range(21)]
    assert answers == [303] * 20 + [429]


@pytest.mark.parametrize("email", ["", "gil", "gil@", "gil@fjord.example\r\nBcc: x@y.example"])
def test_what_is_no_address_stays_in_the_form(email, base):
    answer = base.post(PAGE, {"email": email})
    assert answer.status_code == 422
    assert not Subscription.objects.exists()


def test_unproven_addresses_are_forgotten_after_a_week():
    proven = subscribed("proven@fjord.example")
    ask_to_subscribe(GIL, language="en")
    with time_machine.travel(now() + timedelta(days=7) - timedelta(minutes=1), tick=False):
        assert forget_unproven() == 0
    with time_machine.travel(now() + timedelta(days=7, minutes=1), tick=False):
        assert forget_unproven() == 1
    assert list(Subscription.objects.all()) == [proven]


def test_unproven_addresses_get_no_news():
    ask_to_subscribe(GIL, language="en")
    publish(registry(engagement()))
    assert tell_of_version(1) == 0


def test_each_is_told_once_and_of_what_came_after_their_word():
    publish(registry(engagement()))
    subscribed()
    publish(registry(engagement(), engagement("ai")))
    late = subscribed("late@fjord.example")
    assert tell_of_version(2) == 1
    assert tell_of_version(2) == 0
    assert late.told_version == 2


@pytest.mark.parametrize("language", ["en", "ar", "da", "lv", "pl", "vi"])
def test_news_are_in_the_readers_language(language):
    publish(registry(engagement()))
    found = subscribed(language=language)
    publish(registry(engagement(), engagement("ai")))
    tell_of_version(2)
    mail = mails()[-1]
    assert f"lang={language}" in words_of(mail)
    assert token_of(found) in words_of(mail)
    others = {"en": "has changed", "da": "er ændret", "pl": "Zmieniła się", "lv": "Mainījies"}
    subject = mail["Subject"]
    assert [word for code, word in others.items() if word in subject and code != language] == []


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "A" * 42, "A" * 43, "=" * 44])
def test_a_link_nobody_was_sent_opens_nothing(token):
    subscribed()
    assert subscription_with(token) is None


def test_a_changed_link_opens_nothing():
    token = token_of(subscribed())
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert subscription_with(changed) is None


def test_the_host_of_an_account_takes_no_subscriptions(northwind, visitor_at):
    token = token_of(subscribed())
    browser = visitor_at(northwind)
    assert browser.post(f"{PAGE}/{token}/end").status_code == 404
    assert browser.get(PAGE).status_code == 404
    assert Subscription.objects.exists()
