"""Password and address: changed by who proves both ends, told to who reads the old one."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from steward.events.models import Event
from steward.lib.clock import now
from steward.outbox.models import InstallationMail
from steward.people.models import MailedLink, User
from steward.people.passwords import is_breached, is_made_of, refuse_own_words, refuse_unfit
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD

PAGE, ADDRESS = "/console/settings/sign-in/password", "/console/settings/sign-in/address"
NEW = "seven grey herons at noon"


def mails():
    rows = InstallationMail.objects.order_by("created_at", "id")
    return [
        tuple(
            decrypt_for_installation(getattr(m, n), context=m.context_of(n)).decode() for n in ("recipient", "content")
        )
        for m in rows
    ]


def link():
    text = next(text for _, text in mails() if "confirm-address" in text).replace("=\r\n", "")
    return re.search(r"http://northwind\.localhost:\d+(/console/confirm-address/[\w-]+)", text).group(1)


def is_in(browser):
    return browser.get("/console/").status_code == 200


class TestPassword:
    def test_with_the_old_one(self, client_of, ada, visitor_at, northwind):
        browser, elsewhere = client_of(ada), client_of(ada)
        answer = browser.post(PAGE, {"current": PASSWORD, "password": NEW})
        assert answer.status_code == 302
        assert is_in(browser), "one's own session goes on"
        assert not is_in(elsewhere)
        assert (
            visitor_at(northwind).post("/console/sign-in", {"login": ada.user.email, "password": NEW}).status_code
            == 302
        )
        assert [to for to, _ in mails()] == [ada.user.email]
        with account_scope(northwind.id):
            assert Event.objects.filter(kind="password.changed", object_id=ada.pk, actor_id=ada.pk).exists()
            assert Event.objects.filter(kind="session.ended", object_id=ada.pk).count() == 1

    def test_it_stays_good_until_it_is_changed(self, ada, visitor_at, northwind, monkeypatch, tmp_path):
        """No password is too old (NIST SP 800-63B section 5.1.1.2)."""
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(days=3650)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        browser = visitor_at(northwind)
        answer = browser.post("/console/sign-in", {"login": ada.user.email, "password": PASSWORD})
        assert answer["Location"] == "/console/"
        assert is_in(browser)

    @pytest.mark.parametrize("current", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "x" * 5000])
    def test_not_without_it(self, client_of, ada, current):
        answer = client_of(ada).post(PAGE, {"current": current, "password": NEW})
        assert answer.status_code == 422
        assert User.objects.get(pk=ada.user_id).check_password(PASSWORD)

    def test_guessing_the_old_one_is_stopped(self, client_of, ada):
        browser = client_of(ada)
        for _ in range(6):
            browser.post(PAGE, {"current": "wrong", "password": NEW})
        assert browser.post(PAGE, {"current": PASSWORD, "password": NEW}).status_code == 422

    @pytest.mark.parametrize("new", ["tooBrief1", "x" * 1025, "password12", "Ada-Northwind-2026", "steward-steward"])
    def test_a_weak_one_is_refused_and_never_shown_again(self, client_of, ada, new):
        answer = client_of(ada).post(PAGE, {"current": PASSWORD, "password": new})
        assert answer.status_code == 422
        assert new not in answer.content.decode()

    @pytest.mark.parametrize(
        "new", ["x#7" * 341, "   spaces   count   ", "ñandú-ŝarĝita-茶-🫖", "a" * 5 + "kwmzvqxy" * 8]
    )
    def test_any_characters_and_many_of_them_are_taken_as_they_are(self, client_of, ada, new):
        assert client_of(ada).post(PAGE, {"current": PASSWORD, "password": new}).status_code == 302
        user = User.objects.get(pk=ada.user_id)
        assert user.check_password(new)
        assert not user.check_password(new.strip()) or new == new.strip()
        assert not user.check_password(new[:-1])

    def test_fields_are_masked_and_open_to_password_managers(self, client_of, ada):
        page = client_of(ada).get(PAGE).content.decode()
        for name, kind in (("current", "current-password"), ("password", "new-password")):
            [field] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
            assert 'type="password"' in field
            assert f'autocomplete="{kind}"' in field
            assert "onpaste" not in field
            assert "maxlength" not in field


class TestWeakPasswords:
    @pytest.mark.parametrize(
        "password",
        ["1234567890", "qwertyuiop", "Password1234", "sunshine2026!", "!!dragon!!99", "passwordpassword",
         "P@ssw0rd2026", "aaaaaaaaaaaa", "abababababab", "monkey.monkey", "iloveyou12345"],
    )  # fmt: skip
    def test_what_is_tried_first(self, password):
        assert is_breached(password)

    @pytest.mark.parametrize(
        "password", [PASSWORD, NEW, "kW7#mQz2!pLx", "correct horse battery staple", "Straße nach Überall"]
    )
    def test_others_are_fine(self, password):
        assert not is_breached(password)

    @pytest.mark.parametrize("password", ["northwind2026", "N0rthw1nd!!!", "ada.lovelace.ada", "lovelacelovelace"])
    def test_own_words(self, password):
        assert is_made_of(password, ["Northwind", "Ada Lovelace"])
        with pytest.raises(ValidationError):
            refuse_own_words(password, "Northwind", "Ada Lovelace")

    @pytest.mark.parametrize("password", ["seven grey herons", "winding northern roads", "adamant granite"])
    def test_not_everything_that_begins_alike(self, password):
        assert not is_made_of(password, ["Northwind", "Ada"])


class TestAddress:
    def test_confirmed_at_the_new_one_and_told_to_the_old_one(self, client_of, ada, northwind, visitor_at):
        browser, elsewhere = client_of(ada), client_of(ada)
        browser.post(ADDRESS, {"email": "Ada@New.example"})
        assert [to for to, _ in mails()] == ["ada@new.example"]
        assert User.objects.get(pk=ada.user_id).email == "ada@northwind.example", "nothing changes before"
        assert browser.get(link()).status_code == 200
        assert User.objects.get(pk=ada.user_id).email == "ada@northwind.example", "looking changes nothing"
        assert browser.post(link()).status_code == 302
        assert User.objects.get(pk=ada.user_id).email == "ada@new.example"
        assert [to for to, _ in mails()] == ["ada@new.example", "ada@northwind.example"]
        assert is_in(browser)
        assert not is_in(elsewhere)
        form = {"login": "ada@new.example", "password": PASSWORD}
        assert visitor_at(northwind).post("/console/sign-in", form).status_code == 302
        with account_scope(northwind.id):
            event = Event.objects.get(kind="address.changed")
            assert "example" not in str(event.changes)

    def test_a_link_works_once(self, client_of, ada):
        browser = client_of(ada)
        browser.post(ADDRESS, {"email": "ada@new.example"})
        path = link()
        browser.post(path)
        assert browser.post(path).status_code == 404
        assert browser.get(path).status_code == 404

    def test_only_for_who_asked(self, client_of, ada, ben):
        client_of(ada).post(ADDRESS, {"email": "ada@new.example"})
        for method in ("get", "post"):
            assert getattr(client_of(ben), method)(link()).status_code == 404
        assert not User.objects.filter(email="ada@new.example").exists()
        assert MailedLink.objects.exists(), "and is not used up"

    def test_whether_an_address_is_taken_is_told_only_to_itself(self, client_of, ada, zoe):
        pages = []
        for email in ("zoe@contoso.example", "free@contoso.example"):
            page = client_of(ada).post(ADDRESS, {"email": email}, follow=True)
            pages.append(re.sub(r'(content|value|data-now)="[^"]+"', "", page.content.decode().replace(email, "X")))
        assert pages[0] == pages[1]
        assert [to for to, _ in mails()] == ["zoe@contoso.example", "free@contoso.example"]
        assert "confirm-address" not in mails()[0][1]

    def test_taken_meanwhile(self, client_of, ada):
        browser = client_of(ada)
        browser.post(ADDRESS, {"email": "ada@new.example"})
        path = link()
        User.objects.create_user("ada@new.example", None)
        assert browser.post(path).status_code == 404
        assert User.objects.get(pk=ada.user_id).email == "ada@northwind.example"

    def test_a_link_in_a_mail_to_the_old_address_is_worth_nothing_afterwards(
        self, client_of, ada, visitor_at, northwind
    ):
        visitor_at(northwind).post("/console/reset-password", {"email": ada.user.email})
        old = re.search(r"/console/reset-password/[\w-]{43}", mails()[0][1].replace("=\r\n", "")).group(0)
        browser = client_of(ada)
        browser.post(ADDRESS, {"email": "ada@new.example"})
        browser.post(link())
        assert visitor_at(northwind).get(old).status_code == 404

    @pytest.mark.parametrize("email", ["", "ada", "a@b", "a@b.example\r\nBcc: x@y.example", "x" * 300 + "@b.example"])
    def test_what_is_no_address(self, client_of, ada, email):
        assert client_of(ada).post(ADDRESS, {"email": email}).status_code == 422
        assert mails() == []

    def test_it_sends_no_more_than_a_few_mails(self, client_of, ada):
        browser = client_of(ada)
        for number in range(8):
            browser.post(ADDRESS, {"email": f"ada{number}@new.example"})
        assert len(mails()) == 5

    def test_one_reason_at_a_time_is_told(self, ada):
        with pytest.raises(ValidationError) as refused:
            refuse_unfit("password", ada.user, "Northwind")
        assert [error.code for error in refused.value.error_list] == ["password_too_short"]

    @pytest.mark.parametrize("password", ["Password1234", "northwind2026"])
    def test_what_is_long_enough_is_refused_for_what_it_is(self, ada, password):
        with pytest.raises(ValidationError):
            refuse_unfit(password, ada.user, "Northwind")
