"""A forgotten password: one answer for every address, links that work once, and no way past the second factor."""

import re
import time

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.outbox.models import InstallationMail
from steward.people import second_factors
from steward.people.actions import add_member
from steward.people.models import MailedLink, Role, Session, User
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD

PAGE, SIGN_IN = "/console/reset-password", "/console/sign-in"
ADA, NEW = "ada@northwind.example", "seven grey herons at noon"

pytestmark = pytest.mark.usefixtures("clock")


def ask(browser, email=ADA, **more):
    return browser.post(PAGE, {"email": email}, **more)


def mails():
    """To whom and what, the newest first."""
    return [
        tuple(decrypt_for_installation(getattr(mail, name), context=mail.context_of(name)).decode() for name in
              ("recipient", "content"))
        for mail in InstallationMail.objects.order_by("-created_at", "-id")
    ]  # fmt: skip


def link():
    """The path of the link in the newest mail."""
    text = mails()[0][1].replace("=\r\n", "")
    return re.search(r"http://northwind\.localhost:\d+(/console/reset-password/[\w-]+)", text).group(1)


def sign_in(browser, password):
    return browser.post(SIGN_IN, {"login": ADA, "password": password})


def is_in(browser):
    return browser.get("/console/").status_code == 200


def test_the_whole_way(visitor_at, northwind, ada):
    browser = visitor_at(northwind)
    assert "mail with a link is on its way" in ask(browser).content.decode()
    assert mails()[0][0] == ADA
    path = link()
    assert browser.get(path).status_code == 200
    answer = browser.post(path, {"password": NEW})
    assert answer["Location"] == f"{SIGN_IN}?reset=1"
    assert not is_in(browser), "the link signs nobody in"
    sign_in(browser, NEW)
    assert is_in(browser)
    assert sign_in(visitor_at(northwind), PASSWORD).status_code == 200, "the old one is worth nothing"


@pytest.mark.parametrize("email", ["nobody@northwind.example", "zoe@contoso.example", "ADA@northwind.example.evil"])
def test_one_answer_for_every_address_and_mail_only_to_members(visitor_at, northwind, contoso, email):
    known, unknown = ask(visitor_at(northwind)), ask(visitor_at(northwind), email)
    alike = [page.content.decode().replace(ADA, "X").replace(email, "X") for page in (known, unknown)]
    alike = [re.sub(r'(csrf-token"\s+content|value)="[^"]+"', "", page) for page in alike]
    assert (known.status_code, alike[0]) == (unknown.status_code, alike[1])
    assert [to for to, _ in mails()] == [ADA]


def test_an_unknown_address_takes_as_long_as_a_known_one(visitor_at, northwind):
    def taken(email, number):
        start = time.process_time()
        ask(visitor_at(northwind), email, REMOTE_ADDR=f"192.0.2.{number}")
        return time.process_time() - start

    taken("somebody@example.org", 9)
    # In turns: a machine that is busy for a moment is so for both.
    pairs = [(taken(ADA, number), taken("nobody@example.org", number)) for number in range(3)]
    known, unknown = map(min, zip(*pairs, strict=True))
    assert known / 2 < unknown < known * 2


def test_a_mailbox_is_not_filled(visitor_at, northwind, clock):
    pages = [ask(visitor_at(northwind), REMOTE_ADDR=f"192.0.2.{number}") for number in range(10)]
    assert len({page.status_code for page in pages}) == 1, "nobody can tell when it stopped"
    assert len(mails()) == 3
    clock(61)
    ask(visitor_at(northwind))
    assert len(mails()) == 4


def test_one_machine_does_not_ask_for_ever(visitor_at, northwind):
    answers = [ask(visitor_at(northwind), f"p{number}@example.org") for number in range(22)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
    assert "Try again in 60 minutes" in answers[-1].content.decode()


def test_a_link_works_once(visitor_at, northwind, ada):
    ask(visitor_at(northwind))
    path = link()
    visitor_at(northwind).post(path, {"password": NEW})
    again = visitor_at(northwind).post(path, {"password": "another one entirely"})
    assert again.status_code == 404
    assert "does not work any more" in again.content.decode()
    assert sign_in(visitor_at(northwind), NEW).status_code == 302


def test_for_an_hour(visitor_at, northwind, clock):
    ask(visitor_at(northwind))
    path = link()
    clock(59)
    assert visitor_at(northwind).get(path).status_code == 200
    clock(60)
    assert visitor_at(northwind).get(path).status_code == 404
    assert visitor_at(northwind).post(path, {"password": NEW}).status_code == 404


def test_only_the_newest_one(visitor_at, northwind, clock):
    ask(visitor_at(northwind))
    old = link()
    clock(1)
    ask(visitor_at(northwind))
    assert visitor_at(northwind).get(old).status_code == 404
    assert visitor_at(northwind).get(link()).status_code == 200


def test_only_at_its_account(visitor_at, northwind, contoso):
    ask(visitor_at(northwind))
    assert visitor_at(contoso).get(link()).status_code == 404
    assert visitor_at(contoso).post(link(), {"password": NEW}).status_code == 404


NO_TOKENS = ["%20", "null", "None", "%00", "%E2%80%83", "0", "a" * 43, "A" * 4000, "%F0%9F%94%91"]


@pytest.mark.parametrize("token", NO_TOKENS)
def test_what_is_no_token_changes_nothing(visitor_at, northwind, token):
    ask(visitor_at(northwind))
    before = sorted(User.objects.values_list("password", flat=True))
    for path in (f"{PAGE}/{token}", f"{link()[:-1]}", f"{link()}x"):
        assert visitor_at(northwind).post(path, {"password": NEW}).status_code == 404
    assert sorted(User.objects.values_list("password", flat=True)) == before


def test_the_token_is_stored_as_a_hash(visitor_at, northwind):
    ask(visitor_at(northwind))
    token = link().rpartition("/")[2]
    assert len(token) == 43
    assert token.encode() not in bytes(MailedLink.objects.get().token_hash)


@pytest.mark.parametrize("password", ["short", "password12", "northwind-northwind", "ada-northwind-ada", "1234567890"])
def test_a_weak_password_is_refused_and_the_link_stays_good(visitor_at, northwind, password):
    ask(visitor_at(northwind))
    answer = visitor_at(northwind).post(link(), {"password": password})
    assert answer.status_code == 422
    assert password not in answer.content.decode()
    assert visitor_at(northwind).post(link(), {"password": NEW}).status_code == 302


def test_all_sessions_end(visitor_at, client_of, northwind, ada):
    elsewhere = client_of(ada)
    ask(visitor_at(northwind))
    assert is_in(elsewhere), "asking ends nothing: anybody can ask"
    visitor_at(northwind).post(link(), {"password": NEW})
    assert not is_in(elsewhere)
    assert not Session.objects.filter(user=ada.user_id).exists()


def test_the_second_factor_is_still_asked_for(visitor_at, northwind, ada, clock):
    secret = second_factors.new_totp_secret()
    second_factors.store_totp(ada.user, secret)
    browser = visitor_at(northwind)
    ask(browser)
    browser.post(link(), {"password": NEW})
    assert sign_in(browser, NEW)["Location"] == "/console/sign-in/second-factor"
    assert not is_in(browser)
    clock(1)
    browser.post("/console/sign-in/second-factor", {"code": second_factors.totp_code(secret)})
    assert is_in(browser)


def test_the_person_hears_of_it_and_the_account_records_it(visitor_at, northwind, clock):
    ask(visitor_at(northwind))
    path = link()
    clock(1)
    visitor_at(northwind).post(path, {"password": NEW})
    assert "The password of ada@northwind.example was changed." in mails()[0][1]
    with account_scope(northwind.id):
        kinds = list(Event.objects.filter(kind__startswith="password.").order_by("at").values_list("kind", "changes"))
    assert kinds == [("password.reset_asked", {}), ("password.reset", {})]


def test_one_password_for_all_accounts_and_all_hear_of_its_sessions(
    visitor_at, northwind, contoso, ada, client_of, run_jobs
):
    with account_scope(contoso.id):
        there = add_member(ADA, name="Ada", role=Role.AGENT, password=None, actor=SYSTEM)
    there.user, there.account = ada.user, contoso
    elsewhere = client_of(there)
    ask(visitor_at(northwind))
    visitor_at(northwind).post(link(), {"password": NEW})
    assert elsewhere.get("/console/").status_code == 302
    run_jobs("people.note_ended_sessions")
    with account_scope(contoso.id):
        assert Event.objects.filter(kind="session.ended", object_id=there.pk).count() == 1


def test_who_may_not_sign_in_any_more_gets_no_link(visitor_at, northwind, ada):
    User.objects.filter(pk=ada.user_id).update(is_active=False)
    ask(visitor_at(northwind))
    assert mails() == []


def test_a_link_follows_no_forged_host(northwind, visitor_at):
    answer = ask(visitor_at(northwind), headers={"x-forwarded-host": "evil.example"})
    assert answer.status_code == 200
    assert "evil.example" not in mails()[0][1]
    assert ask(visitor_at(northwind), headers={"host": "evil.example"}).status_code == 421


def test_the_notice_tells_the_time_by_the_clock_of_the_account(visitor_at, northwind):
    type(northwind).objects.filter(pk=northwind.pk).update(time_zone="Asia/Ho_Chi_Minh")
    browser = visitor_at(northwind)
    ask(browser)
    browser.post(link(), {"password": NEW})
    assert "Time: March 3, 2026, 7 p.m. (Asia/Ho_Chi_Minh)" in mails()[0][1]
