"""Settings: access by support. Nobody looks in before an owner or admin grants it, and each step is told."""

import quopri
import re
from datetime import timedelta

import pytest

from steward.console import support_banner
from steward.events.models import Read
from steward.lib.clock import now
from steward.notifications.account_models import AccountNotice
from steward.outbox.models import InstallationMail
from steward.people.operators import remove_operator
from steward.people.second_factors import new_totp_secret, store_totp
from steward.people.sessions import SessionStore
from steward.people.signed_in import CONFIRMED, FRESH
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.support_access.actions import ask_for_access, end_due_grants, withdraw_request
from steward.privacy.support_access.models import SupportGrant
from steward.privacy.support_access.sessions import open_session
from steward.testing.tickets import make_ticket

LIST = "/console/settings/privacy/support"
OFFER = {"reason": "Look at KXQ-1", "areas": ["tickets"], "hours": "1", "starts_at": ""}


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def mails():
    """Recipient, subject and text of what support access was told by, the oldest first."""
    rows = InstallationMail.objects.filter(purpose="support access").order_by("created_at", "id")
    read = [
        [decrypt_for_installation(getattr(mail, name), context=mail.context_of(name)).decode() for name in
         ("recipient", "content")]
        for mail in rows
    ]  # fmt: skip
    return [(to, quopri.decodestring(content.encode()).decode()) for to, content in read]


@pytest.fixture
def adas(client_of, ada):
    """Ada, who has shown a second factor as she signed in."""
    store_totp(ada.user, new_totp_secret())
    return client_of(ada, factors=("password", "totp"))


@pytest.fixture
def asked(northwind, olga):
    areas = ["tickets", "customers"]
    return ask_for_access(northwind.id, olga.user_id, reason="Mail of KXQ-1 is late", areas=areas, hours=4)


@pytest.fixture
def granted(adas, asked, inside):
    """`granted()`: Ada has granted what Olga asked for, as it is now."""
    support_banner.forget_company()
    assert adas.post(f"{LIST}/{asked.pk}/granting", {"areas": asked.areas, "hours": "4"}).status_code == 303
    return lambda: inside(lambda: SupportGrant.objects.get(pk=asked.pk))


class TestGranting:
    def test_a_request_is_shown_and_less_is_granted(self, adas, asked, inside, ada):
        assert "Mail of KXQ-1 is late" in text_of(adas.get(LIST))
        page = text_of(adas.get(f"{LIST}/{asked.pk}"))
        assert "olga@operator.example" in page
        assert "4 hours" in page
        form = adas.get(f"{LIST}/{asked.pk}/granting").content.decode()
        assert (form.count('name="areas"'), 'name="may_write"' in form, 'name="staff"' in form) == (2, False, False)
        answer = adas.post(f"{LIST}/{asked.pk}/granting", {"areas": ["tickets"], "hours": "2"})
        assert answer.status_code == 303
        grant = inside(SupportGrant.objects.get)
        assert (grant.state, grant.areas, grant.hours, grant.granted_by_id) == ("granted", ["tickets"], 2, ada.pk)
        assert grant.expires_at - grant.starts_at == timedelta(hours=2)

    @pytest.mark.parametrize(
        "wrong", [{"areas": ["settings"]}, {"areas": []}, {"hours": "169"}, {"hours": "0"}, {"starts_at": "soon"}]
    )
    def test_more_than_was_asked_for_or_too_long_is_not_granted(self, adas, asked, inside, wrong):
        answer = adas.post(f"{LIST}/{asked.pk}/granting", {"areas": ["tickets"], "hours": "2"} | wrong)
        assert answer.status_code == 422
        assert "data-error" in answer.content.decode()
        assert inside(SupportGrant.objects.get).state == "requested"

    def test_it_asks_for_a_second_factor_shown_lately(self, client_of, ada, ben, asked, inside, settings):
        address, form = f"{LIST}/{asked.pk}/granting", {"areas": ["tickets"], "hours": "2"}
        without = client_of(ada)
        page = without.post(address, form)
        assert (page.status_code, "Add a second factor" in text_of(page)) == (403, True)
        store_totp(ada.user, new_totp_secret())
        for browser in (without, shown_long_ago(client_of(ada, factors=("password", "totp")), settings)):
            for answer in (browser.get(address), browser.post(address, form), browser.get(f"{LIST}/new")):
                assert answer.status_code == 302
                assert answer["Location"].startswith("/console/settings/sign-in/confirmation?next=")
        assert client_of(ben, factors=("password", "totp")).post(address, form).status_code == 403
        assert inside(SupportGrant.objects.get).state == "requested"

    def test_offering_needs_nobody_to_ask(self, adas, inside):
        assert adas.post(f"{LIST}/new", OFFER | {"reason": ""}).status_code == 422
        assert adas.post(f"{LIST}/new", OFFER | {"may_write": "on"}).status_code == 303
        grant = inside(SupportGrant.objects.get)
        assert (grant.state, grant.asked_by, grant.staff, grant.may_write) == ("granted", None, [], True)
        assert "Offered by the account" in text_of(adas.get(f"{LIST}/{grant.pk}"))

    def test_it_begins_later(self, adas, inside, northwind):
        local = now() + timedelta(days=2)
        adas.post(f"{LIST}/new", OFFER | {"starts_at": f"{local:%Y-%m-%dT%H:%M}"})
        assert "support-strip" not in adas.get("/console/").content.decode()
        assert "From" in text_of(adas.get(LIST))
        far = now() + timedelta(days=40)
        assert adas.post(f"{LIST}/new", OFFER | {"starts_at": f"{far:%Y-%m-%dT%H:%M}"}).status_code == 422


class TestErasing:
    """What nothing brings back has a box of its own, and nobody ticks it by the way."""

    @pytest.fixture
    def asks_to_erase(self, northwind, olga):
        return ask_for_access(northwind.id, olga.user_id, reason="Eli goes", areas=["customers"], may_erase=True)

    @pytest.mark.parametrize("ticked", [{}, {"may_erase": "on"}], ids=["left out", "ticked"])
    def test_it_is_asked_for_and_may_be_left_out(self, adas, asks_to_erase, inside, ticked, settle):
        support_banner.forget_company()
        words = "They may erase customers and tickets and make words unreadable, for good"
        assert words in text_of(adas.get(LIST))
        form = adas.get(f"{LIST}/{asks_to_erase.pk}/granting").content.decode()
        [box] = re.findall(r'<input[^>]*name="may_erase"[^>]*>', form)
        assert "checked" not in box
        adas.post(f"{LIST}/{asks_to_erase.pk}/granting", {"areas": ["customers"], "hours": "4"} | ticked)
        assert inside(SupportGrant.objects.get).may_erase is bool(ticked)
        assert (words in text_of(adas.get(f"{LIST}/{asks_to_erase.pk}"))) is bool(ticked)
        assert ("can see customers, and erase for good, until" in plain(adas.get("/console/"))) is bool(ticked)
        told = [quoted for _to, quoted in mails() if "Support was let into" in quoted]
        assert [words in re.sub(r"\s+", " ", one) for one in told] == [bool(ticked)]
        settle()
        audit = text_of(adas.get("/console/settings/privacy/audit"))
        assert audit.count(words) == 1 + bool(ticked), "the request says it, and the grant where it does"

    def test_where_it_was_not_asked_for_it_cannot_be_granted(self, adas, asked, inside):
        form = adas.get(f"{LIST}/{asked.pk}/granting").content.decode()
        assert 'name="may_erase"' not in form
        adas.post(f"{LIST}/{asked.pk}/granting", {"areas": ["tickets"], "hours": "2", "may_erase": "on"})
        assert not inside(SupportGrant.objects.get).may_erase

    def test_it_is_offered(self, adas, inside):
        adas.post(f"{LIST}/new", OFFER | {"may_erase": "on"})
        grant = inside(SupportGrant.objects.get)
        assert (grant.may_write, grant.may_erase) == (False, True)
        page = text_of(adas.get(f"{LIST}/{grant.pk}"))
        assert ("for good" in page, "They may only read" in page) == (True, False)


def shown_long_ago(browser, settings):
    session = SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session[CONFIRMED] = (now() - FRESH - timedelta(minutes=21)).isoformat()
    session.save()
    return browser


class TestEnding:
    def test_a_refusal_has_a_word(self, adas, asked, inside):
        assert adas.post(f"{LIST}/{asked.pk}/denial", {"words": "Ask Ben instead"}).status_code == 303
        grant = inside(SupportGrant.objects.get)
        assert (grant.state, grant.answer) == ("refused", "Ask Ben instead")
        assert "Ask Ben instead" in text_of(adas.get(f"{LIST}/{grant.pk}"))
        assert adas.post(f"{LIST}/{asked.pk}/granting", {"areas": ["tickets"], "hours": "2"}).status_code == 303
        assert inside(SupportGrant.objects.get).state == "refused"

    def test_ending_it_asks_for_nothing_and_is_reported_once(self, granted, client_of, ada, asked, inside, olga, eli):
        ticket = make_ticket(eli)
        inside(lambda: read_by(olga, granted(), ticket))
        browser = client_of(ada)
        assert "Read: 1" in text_of(browser.get(f"{LIST}/{asked.pk}"))
        for _again in range(2):
            assert browser.post(f"{LIST}/{asked.pk}/end").status_code == 303
        assert granted().state == "revoked"
        [report] = [text for _to, text in mails() if "What support read" in text]
        assert "Read: 1\r\n" in report
        assert ticket.code in report
        assert ticket.subject not in report
        page = text_of(browser.get(f"{LIST}/{asked.pk}"))
        assert "Report: what they read and changed" in page
        assert ticket.code in page
        remove_operator(olga)
        assert "a former member of support" in text_of(browser.get(f"{LIST}/{asked.pk}"))

    def test_at_its_end_it_is_reported_also_when_nothing_was_read(self, granted, stop_clock, inside):
        end = granted().expires_at
        stop_clock(end - timedelta(seconds=1))
        assert inside(end_due_grants) == 0
        stop_clock(end)
        assert (inside(end_due_grants), inside(end_due_grants)) == (1, 0)
        [report] = [text for _to, text in mails() if "What support read" in text]
        assert "Nothing was read, and nothing was changed." in report


def read_by(olga, grant, ticket):
    open_session(grant, olga.user_id)
    Read.objects.create(kind="ticket.read", object_type="tickets.ticket", object_id=ticket.pk, actor_kind="staff",
                        actor_id=olga.user_id, at=now())  # fmt: skip


class TestTelling:
    def test_owners_and_admins_are_told_by_mail_and_bell(self, granted, northwind, ada, inside):
        subjects = ["Support asks to look into your help desk", "Support was let into your help desk"]
        told = mails()
        assert [to for to, _text in told] == [ada.user.email] * 2
        for (_to, text), subject in zip(told, subjects, strict=True):
            assert subject in text
            assert "Mail of KXQ-1 is late" in text
            assert "/console/settings/privacy/support/" in text
        kinds = inside(lambda: list(AccountNotice.objects.values_list("kind", flat=True)))
        assert kinds == ["support.requested"], "Ada knows what she granted herself"

    def test_what_is_answered_is_told_no_more(self, adas, asked, inside):
        shown = "Access by support: see what it is"
        assert shown in text_of(adas.get("/console/"))
        adas.post(f"{LIST}/{asked.pk}/denial")
        assert shown not in text_of(adas.get("/console/"))

    def test_reading_it_is_enough_and_so_is_that_it_is_taken_back(self, adas, northwind, asked, olga):
        told = "Support asks to look into this account"
        assert told in text_of(adas.get(LIST))
        adas.post(f"{LIST}/read")
        assert told not in text_of(adas.get(LIST))
        again = ask_for_access(northwind.id, olga.user_id, reason="Once more", areas=["tickets"])
        assert told in text_of(adas.get(LIST))
        withdraw_request(northwind.id, again.pk, olga.user_id)
        assert told not in text_of(adas.get(LIST))


class TestTheLineOnEveryPage:
    def test_every_member_sees_it_and_who_decides_can_end_it(self, granted, client_of, ada, ben, asked):
        end = f"{LIST}/{asked.pk}/end"
        for person, may_end in ((ada, True), (ben, False)):
            for path in ("/console/", "/console/settings/profile"):
                page = client_of(person).get(path)
                assert re.search(r"Support can see tickets and customers until .*\d:\d\d", plain(page)), path
                assert (end in page.content.decode()) is may_end

    def test_it_is_gone_at_the_end_to_the_second(self, granted, client_of, ben, stop_clock):
        end = granted().expires_at
        for moment, is_there in ((end - timedelta(seconds=1), True), (end, False)):
            stop_clock(moment)
            page = client_of(ben).get("/console/").content.decode()
            assert ("support-strip" in page) is is_there


def plain(page):
    return re.sub("[⁨⁩]", "", text_of(page))


def test_a_page_that_runs_asks_for_its_log_and_stops_at_the_end(granted, adas, asked):
    address = f"{LIST}/{asked.pk}"
    assert f'data-fresh-url="{address}"' in adas.get(address).content.decode()
    piece = adas.get(address, headers={"X-Requested-With": "live"}).content.decode()
    assert ("<html" in piece, "data-fresh-end" in piece) == (False, False)
    adas.post(f"{address}/end")
    assert "data-fresh-end" in adas.get(address, headers={"X-Requested-With": "live"}).content.decode()
    assert "data-fresh-url" not in adas.get(address).content.decode()


def test_another_account_does_not_find_it(asked, client_of, zoe):
    store_totp(zoe.user, new_totp_secret())
    browser = client_of(zoe, factors=("password", "totp"))
    for path in ("", "/granting"):
        assert browser.get(f"{LIST}/{asked.pk}{path}").status_code == 404
    for path in ("denial", "end"):
        assert browser.post(f"{LIST}/{asked.pk}/{path}").status_code == 404
