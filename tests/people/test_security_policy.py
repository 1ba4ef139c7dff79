"""The policy of an account: second factors, networks, and nobody who locks themselves out."""

from contextlib import nullcontext

import pytest

from steward.events.models import Event
from steward.people import second_factors
from steward.people.models import SecurityPolicy
from steward.people.networks import NotANetwork, is_inside, parse_networks
from steward.project.commands import account as account_command
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD
from steward.testing.codes import code_of_app

PAGE = "/console/settings/security"
HERE = {"REMOTE_ADDR": "192.0.2.7"}
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.1"}
FORM = {"second_factor": "nobody", "networks": "", "idle_minutes": "720", "lifetime_hours": "336"}


def save(browser, where=None, **changes):
    return browser.post(PAGE, FORM | changes, **(where or {}))


def policy(account):
    with account_scope(account.id):
        return SecurityPolicy.objects.first()


def set_policy(account, **columns):
    with account_scope(account.id):
        SecurityPolicy.objects.update_or_create(defaults=columns)


def with_app(person):
    second_factors.store_totp(person.user, second_factors.new_totp_secret())


class TestPage:
    def test_what_is_saved_holds_and_is_recorded(self, client_of, ada, northwind):
        answer = save(client_of(ada, factors=("password", "totp")), second_factor="admins", idle_minutes="30")
        assert answer["Location"] == PAGE
        assert (policy(northwind).second_factor, policy(northwind).idle_minutes) == ("admins", 30)
        with account_scope(northwind.id):
            event = Event.objects.get(kind="security_policy.changed")
            assert (event.actor_id, event.changes) == (ada.pk, {"second_factor": "admins", "idle_minutes": 30})

    def test_the_same_again_is_no_event(self, client_of, ada, northwind):
        for _ in range(2):
            save(client_of(ada), idle_minutes="30")
        with account_scope(northwind.id):
            assert Event.objects.filter(kind="security_policy.changed").count() == 1

    def test_events_name_no_network(self, client_of, ada, northwind):
        save(client_of(ada), HERE, networks="192.0.2.0/24, 2001:db8::/32")
        with account_scope(northwind.id):
            assert Event.objects.get(kind="security_policy.changed").changes == {"networks": 2}

    @pytest.mark.parametrize("who", ["ben", "dana"])
    def test_only_owners_and_admins(self, client_of, request, who, northwind):
        browser = client_of(request.getfixturevalue(who))
        assert browser.get(PAGE).status_code == 403
        assert save(browser, idle_minutes="30").status_code == 403
        assert policy(northwind) is None

    @pytest.mark.parametrize(
        "bad",
        [{"second_factor": "x"}, {"idle_minutes": "1"}, {"lifetime_hours": "9999"}, {"networks": "office"},
         {"networks": "0.0.0.0/0"}, {"networks": "::/0"}, {"networks": "192.0.2.0/33"}, {"networks": "fe80::1%eth0"}],
    )  # fmt: skip
    def test_what_is_wrong_is_kept_and_told(self, client_of, ada, northwind, bad):
        answer = save(client_of(ada), HERE, **bad)
        assert answer.status_code == 422
        assert policy(northwind) is None
        if "networks" in bad:
            assert bad["networks"] in answer.content.decode()

    def test_each_account_has_its_own(self, client_of, ada, zoe, contoso):
        save(client_of(ada), idle_minutes="30")
        assert policy(contoso) is None
        assert client_of(zoe).get("/console/").status_code == 200


class TestNetworks:
    def test_only_from_there(self, client_of, ada, ben, northwind):
        assert save(client_of(ada), HERE, networks="192.0.2.0/24\n2001:db8::/32").status_code == 302
        for address in ("192.0.2.255", "2001:db8:1::1", "::ffff:192.0.2.9"):
            assert client_of(ben).get("/console/", REMOTE_ADDR=address).status_code == 200
        for address in ("192.0.3.1", "2001:db9::1", "::1", "", "unknown"):
            answer = client_of(ben).get("/console/", REMOTE_ADDR=address)
            assert answer.status_code == 403
            assert "Not from this network" in answer.content.decode()

    def test_every_page_and_deed_and_stream(self, client_of, ben, northwind):
        set_policy(northwind, networks=["192.0.2.0/24"])
        for path in ("/console/tickets/new", "/console/settings/sign-in", "/console/events", "/console/search?q=x"):
            assert client_of(ben).get(path, **ELSEWHERE).status_code == 403
        assert client_of(ben).post("/console/tickets/new", **ELSEWHERE).status_code == 403
        assert client_of(ben).post("/console/sign-out", **ELSEWHERE).status_code == 302

    def test_a_header_that_anybody_can_write_opens_nothing(self, client_of, ben, northwind):
        set_policy(northwind, networks=["192.0.2.0/24"])
        headers = {"x-forwarded-for": "192.0.2.7", "x-real-ip": "192.0.2.7", "forwarded": "for=192.0.2.7"}
        assert client_of(ben).get("/console/", headers=headers, **ELSEWHERE).status_code == 403

    def test_the_network_is_named_to_nobody_who_is_not_signed_in(self, visitor_at, northwind):
        set_policy(northwind, networks=["192.0.2.0/24"])
        assert visitor_at(northwind).get("/console/", **ELSEWHERE).status_code == 302
        assert visitor_at(northwind).get("/console/sign-in", **ELSEWHERE).status_code == 200

    def test_nobody_locks_themselves_out(self, client_of, ada, northwind):
        answer = save(client_of(ada), ELSEWHERE, networks="192.0.2.0/24")
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "198.51.100.1" in page
        assert "lock yourself out" in page
        assert "192.0.2.0/24" in page
        assert policy(northwind) is None
        assert save(client_of(ada), ELSEWHERE, networks="192.0.2.0/24\n198.51.100.1").status_code == 302

    def test_the_way_out(self, client_of, ada, northwind, capsys, monkeypatch):
        monkeypatch.setattr(session, "at_hand", lambda _data: nullcontext())
        set_policy(northwind, networks=["192.0.2.0/24"])
        account_command.main(["unlock-network", "northwind"])
        assert "is open from every network again" in capsys.readouterr().out
        assert client_of(ada).get("/console/", **ELSEWHERE).status_code == 200
        account_command.main(["unlock-network", "northwind"])
        assert "nothing was changed" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("typed", "networks"),
        [
            ("", []),
            (" 192.0.2.7 ", ["192.0.2.7/32"]),
            ("192.0.2.7/24", ["192.0.2.0/24"]),
            ("2001:DB8::1", ["2001:db8::1/128"]),
            ("::ffff:192.0.2.0/120", ["192.0.2.0/24"]),
            ("192.0.2.0/24, 192.0.2.0/24\n\n# home\n10.0.0.0/8 # office", ["192.0.2.0/24", "10.0.0.0/8"]),
        ],
    )
    def test_how_they_are_typed(self, typed, networks):
        assert parse_networks(typed) == networks

    @pytest.mark.parametrize("typed", ["x", "300.1.1.1", "192.0.2", "1", "192.0.2.0/-1", "192.0.2.0-9", "0.0.0.0/0"])
    def test_what_is_none(self, typed):
        with pytest.raises(NotANetwork):
            parse_networks(typed)

    def test_of_another_version_is_outside(self):
        assert not is_inside("192.0.2.1", ["2001:db8::/32"])
        assert not is_inside("2001:db8::1", ["192.0.2.0/24"])


class TestSecondFactor:
    def test_who_has_none_adds_one_and_gets_nowhere_else(self, client_of, ben, northwind):
        set_policy(northwind, second_factor="all")
        browser = client_of(ben)
        for path in (
            "/console/",
            "/console/search?q=x",
            "/console/settings/",
            "/console/events",
            "/console/settings/sessions",
        ):
            assert browser.get(path)["Location"] == "/console/settings/sign-in", path
        assert browser.post("/console/tickets/new")["Location"] == "/console/settings/sign-in"
        assert "This account requires a second factor" in browser.get("/console/settings/sign-in").content.decode()
        secret = browser.get("/console/settings/sign-in/app").context["secret"].replace(" ", "")
        assert browser.post("/console/settings/sign-in/app", {"code": code_of_app(secret)}).status_code == 200
        assert browser.get("/console/").status_code == 200

    def test_while_one_has_none_nothing_else_is_changed(self, client_of, ben, northwind):
        set_policy(northwind, second_factor="all")
        for path in ("password", "address", "passkeys/1/removal", "recovery-codes", "app/removal"):
            answer = client_of(ben).post(f"/console/settings/sign-in/{path}", {"current": PASSWORD, "password": "x"})
            assert answer["Location"] == "/console/settings/sign-in"

    def test_a_session_from_before_shows_it_now(self, client_of, ben, northwind):
        secret = second_factors.new_totp_secret()
        second_factors.store_totp(ben.user, secret)
        browser = client_of(ben)
        assert browser.get("/console/").status_code == 200
        set_policy(northwind, second_factor="all")
        answer = browser.get("/console/search?q=x")
        assert answer["Location"] == "/console/sign-in/second-factor?next=/console/search%3Fq%3Dx"
        assert browser.get("/console/events").status_code == 302
        assert browser.get("/console/settings/sign-in").status_code == 302, "who has one adds none to get in"
        assert browser.get("/console/settings/sign-in/app").status_code == 302
        [codes] = [second_factors.new_recovery_codes(ben.user)]
        form = {"code": codes[0], "next": "/console/search?q=x"}
        assert browser.post("/console/sign-in/second-factor", form)["Location"] == "/console/search?q=x"
        assert browser.get("/console/").status_code == 200

    def test_wrong_codes_in_such_a_session(self, client_of, ben, northwind):
        with_app(ben)
        set_policy(northwind, second_factor="all")
        browser = client_of(ben)
        assert browser.post("/console/sign-in/second-factor", {"code": "000000"}).status_code == 422
        assert browser.get("/console/").status_code == 302

    @pytest.mark.parametrize(
        ("whom", "who", "needs"),
        [("nobody", "ada", False), ("nobody", "ben", False), ("admins", "ada", True), ("admins", "ben", False),
         ("all", "ada", True), ("all", "ben", True), ("all", "dana", True)],
    )  # fmt: skip
    def test_of_whom(self, client_of, request, northwind, whom, who, needs):
        set_policy(northwind, second_factor=whom)
        answer = client_of(request.getfixturevalue(who)).get("/console/")
        assert answer.status_code == (302 if needs else 200)

    @pytest.mark.parametrize("factor", ["totp", "recovery_code", "passkey"])
    def test_any_of_them_is_enough(self, client_of, ben, northwind, factor):
        with_app(ben)
        set_policy(northwind, second_factor="all")
        assert client_of(ben, factors=("password", factor)).get("/console/").status_code == 200

    def test_one_account_requires_nothing_of_another(self, client_of, zoe, northwind):
        set_policy(northwind, second_factor="all")
        assert client_of(zoe).get("/console/").status_code == 200

    def test_one_that_was_removed_counts_for_nothing(self, client_of, ben, northwind):
        with_app(ben)
        browser = client_of(ben, factors=("password", "totp"))
        assert browser.post("/console/settings/sign-in/app/removal").status_code == 302
        set_policy(northwind, second_factor="all")
        assert browser.get("/console/")["Location"] == "/console/settings/sign-in"


class TestTryingAnAddress:
    """Whether it would get in by what is typed; nothing is saved by it."""

    @pytest.mark.parametrize(
        ("networks", "address", "words"),
        [
            ("192.0.2.0/24\n2001:db8::/32", "192.0.2.7", "gets in: it lies in"),
            ("192.0.2.0/24\n2001:db8::/32", "2001:db8::1", "2001:db8::/32"),
            ("192.0.2.0/24", "::ffff:192.0.2.7", "gets in: it lies in"),
            ("192.0.2.0/24", "198.51.100.1", "does not get in"),
            ("", "198.51.100.1", "as everybody does"),
            ("192.0.2.0/24", "home", "“home” is not an address"),
            ("192.0.2.0/24", "", "is not an address"),
            ("office", "192.0.2.7", "“office” is neither an address"),
        ],
    )
    def test_what_is_said(self, client_of, ada, northwind, networks, address, words):
        form = {"networks": networks, "address": address}
        answer = client_of(ada).post(f"{PAGE}/networks/trial", form, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert policy(northwind) is None

    def test_without_scripts_it_is_the_page_with_what_was_typed(self, client_of, ada):
        page = client_of(ada).post(
            f"{PAGE}/networks/trial", FORM | {"networks": "192.0.2.0/24", "address": "192.0.2.9"}
        )
        assert "192.0.2.0/24</textarea>" in page.content.decode()
        assert "gets in: it lies in" in page.content.decode()

    def test_only_who_may_set_them(self, client_of, ben):
        assert client_of(ben).post(f"{PAGE}/networks/trial", FORM).status_code == 403
