"""What somebody tries who wants in, or wants more than they may have: none of it works."""

import re

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import get_hasher

from steward.lib.actor import SYSTEM
from steward.outbox.models import InstallationMail
from steward.people import second_factors
from steward.people.actions import add_member
from steward.people.models import DepartmentMembership, Membership, Role, SecurityPolicy, User
from steward.people.operators import create_operator
from steward.people.throttling import CONFIRMATION_DAY, SIGN_IN_CLIENT, client_of
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD, acting
from steward.testing.letters import receive, written
from steward.testing.routes import routes
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.actions import tag_named, tag_ticket
from steward.tickets.models import Ticket

PAGE, SECOND = "/console/sign-in", "/console/sign-in/second-factor"
COOKIE = django_settings.SESSION_COOKIE_NAME
# Whoever holds the link of a mail chooses a password with it, from wherever; nothing of the account is shown there.
OPEN_TO_LINKS = {"console/reset-password/<token>", "console/invitations/<token>", "console/welcome/<token>"}
OPEN = OPEN_TO_LINKS | {
    "console/sign-in", "console/sign-in/passkey", "console/sign-in/second-factor", "console/sign-out",
    "console/reset-password", "console/brand/style", "console/brand/logo/<digest>",
}  # fmt: skip


def sign_in(browser, email, password=PASSWORD):
    return browser.post(PAGE, {"login": email, "password": password})


def is_in(browser):
    return browser.get("/console/").status_code == 200


class TestFixation:
    def test_a_session_that_was_planted_signs_its_planter_in_nowhere(self, visitor_at, northwind, ada, ben, secret):
        """Ada begins a sign-in, and puts the cookie of it into Ben's browser."""
        planter, victim = visitor_at(northwind), visitor_at(northwind)
        sign_in(planter, "ada@northwind.example")
        planted = planter.cookies[COOKIE].value
        victim.cookies[COOKIE] = planted
        sign_in(victim, "ben@northwind.example")
        assert is_in(victim)
        assert victim.cookies[COOKIE].value != planted
        planter.cookies[COOKIE] = planted
        assert not is_in(planter)

    def test_what_is_typed_at_the_second_step_of_a_planted_one_is_not_taken_for_the_first(
        self, visitor_at, northwind, ada, ben, codes
    ):
        """Ben shows his password in a browser that waits for Ada's code: Ada's code then signs nobody in."""
        browser = visitor_at(northwind)
        sign_in(browser, "ada@northwind.example")
        sign_in(browser, "ben@northwind.example")
        browser.post(SECOND, {"code": codes[0]})
        assert b"ben@northwind.example" in browser.get("/console/settings/sign-in").content

    def test_keys_are_drawn_and_long(self, visitor_at, northwind):
        """32 of 36 characters: 165 bits."""
        keys = set()
        for _ in range(3):
            browser = visitor_at(northwind)
            sign_in(browser, "ada@northwind.example")
            keys.add(browser.cookies[COOKIE].value)
        assert len(keys) == 3
        assert all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)


class TestWaitingForTheSecondFactor:
    def test_nothing_opens_meanwhile(self, visitor_at, northwind, secret):
        browser = visitor_at(northwind)
        sign_in(browser, "ada@northwind.example")
        opened = [
            route.pattern
            for route in routes()
            if route.pattern.startswith("console") and not route.parameters and route.pattern not in OPEN
            and browser.get(f"/{route.pattern}").status_code in {200, 204}
        ]  # fmt: skip
        assert opened == []

    def test_the_sign_in_page_leads_to_the_second_step_or_begins_anew(self, visitor_at, northwind, secret, ben):
        browser = visitor_at(northwind)
        sign_in(browser, "ada@northwind.example")
        assert browser.get(PAGE).headers["Location"] == SECOND
        browser.post("/console/sign-out")
        assert browser.get(PAGE).status_code == 200
        assert browser.get(SECOND).headers["Location"] == PAGE
        sign_in(browser, "ada@northwind.example")
        sign_in(browser, "ben@northwind.example")
        assert b"ben@northwind.example" in browser.get("/console/settings/sign-in").content

    def test_it_ends_when_the_password_changes(self, visitor_at, northwind, ada, codes):
        """Whoever has the old password and gets hold of a code comes too late."""
        browser = visitor_at(northwind)
        sign_in(browser, "ada@northwind.example")
        ada.user.set_password("seven grey herons over the bay")
        ada.user.save()
        assert browser.get(SECOND).headers["Location"] == PAGE
        browser.post(SECOND, {"code": codes[0]})
        assert not is_in(browser)

    def test_it_ends_for_operators_too(self, visitor_at, olga):
        [code, *_others] = second_factors.new_recovery_codes(olga.user)
        browser = visitor_at()
        browser.post("/operator/sign-in", {"email": olga.user.email, "password": PASSWORD})
        olga.user.set_password("seven grey herons over the bay")
        olga.user.save()
        browser.post("/operator/sign-in/second-factor", {"code": code})
        assert browser.get("/operator/").status_code == 302

    def test_who_has_none_adds_none_by_the_old_password(self, visitor_at):
        operator = create_operator("nils@operator.example", password=PASSWORD)
        browser = visitor_at()
        browser.post("/operator/sign-in", {"email": operator.user.email, "password": PASSWORD})
        assert browser.get("/operator/me/app").status_code == 200
        operator.user.set_password("seven grey herons over the bay")
        operator.user.save()
        assert browser.get("/operator/me/app").status_code == 302

    def test_a_code_cannot_be_guessed_by_showing_again_who_one_is(self, client_of, ada, secret, monkeypatch):
        """A stolen session and the password, and a try every minute for days."""
        browser, path = client_of(ada), "/console/settings/sign-in/confirmation"
        monkeypatch.setattr("steward.console.settings.confirming._LIMITS", (CONFIRMATION_DAY,))
        for _ in range(CONFIRMATION_DAY.tries):
            assert browser.post(path, {"password": PASSWORD, "code": "000000"}).status_code == 422
        answer = browser.post(path, {"password": PASSWORD, "code": second_factors.totp_code(secret)})
        assert b"too many tries" in answer.content


class TestTellingWhoIsKnown:
    @pytest.fixture
    def hashed(self, monkeypatch):
        """How many passwords were hashed since it was asked last."""
        hasher, count = type(get_hasher()), []
        encode = hasher.encode
        monkeypatch.setattr(hasher, "encode", lambda *args, **named: count.append(1) or encode(*args, **named))
        verify = hasher.verify
        monkeypatch.setattr(hasher, "verify", lambda *args, **named: count.append(1) or verify(*args, **named))

        def hashed():
            done = len(count)
            count.clear()
            return done

        return hashed

    def test_signing_in_takes_one_hash_whoever_it_is(self, visitor_at, northwind, ada, ben, zoe, hashed):
        """The time of a hash is all that could be measured from outside; so all have one."""
        User.objects.filter(pk=ben.user_id).update(is_active=False)
        with account_scope(northwind.id):
            add_member("new@northwind.example", name="New", role=Role.AGENT, password=None, actor=SYSTEM)
        known = ("ada@northwind.example", "ben@northwind.example", "zoe@contoso.example", "new@northwind.example")
        hashed()
        for email in (*known, "nobody@example.org"):
            sign_in(visitor_at(northwind), email, "not the password")
            assert hashed() == 1, email

    def test_nor_does_the_back_office(self, visitor_at, olga, ada, hashed):
        for email in (olga.user.email, "ada@northwind.example", "nobody@example.org"):
            visitor_at().post("/operator/sign-in", {"email": email, "password": "not the password"})
            assert hashed() == 1, email

    def test_signing_up_hashes_nothing_and_answers_alike(self, visitor_at, settings, hashed, ada):
        settings.STEWARD_SIGN_UP = True
        answers = set()
        for number, email in enumerate(("ada@northwind.example", "nobody@example.org")):
            form = {"company": "Firm", "slug": f"firm{number}", "name": "N", "email": email, "language": "en"}
            answer = visitor_at().post("/sign-up", form)
            answers.add((answer.status_code, answer.headers.get("Location"), hashed()))
        assert len(answers) == 1
        assert answers.pop()[0] == 303


class TestClients:
    @pytest.mark.parametrize(
        ("peer", "counted_as"),
        [
            ("198.51.100.7", "198.51.100.7"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("not an address", "unknown"),
        ],
    )
    def test_who_they_are(self, rf, peer, counted_as):
        assert client_of(rf.get("/", REMOTE_ADDR=peer)) == counted_as

    def test_one_of_ipv4_uses_up_nobody_elses_tries(self, visitor_at, northwind):
        """One socket for both versions of IP: every address of IPv4 begins alike."""
        for _ in range(SIGN_IN_CLIENT.tries + 1):
            visitor_at(northwind).post(PAGE, {"login": "x@y.example", "password": "x"}, REMOTE_ADDR="::ffff:192.0.2.1")
        browser = visitor_at(northwind)
        browser.post(PAGE, {"login": "ada@northwind.example", "password": PASSWORD}, REMOTE_ADDR="::ffff:192.0.2.9")
        assert is_in(browser)


class TestNetworks:
    @pytest.fixture
    def outside(self, client_of, ada, northwind):
        with account_scope(northwind.id):
            SecurityPolicy.objects.create(networks=["192.0.2.0/24"])
        browser = client_of(ada)
        browser.defaults["REMOTE_ADDR"] = "198.51.100.1"
        return browser

    def test_no_address_of_the_console_opens_from_elsewhere(self, outside, eli, ben):
        ticket = make_ticket(eli)
        samples = {name: "0190a0a0-0000-7000-8000-000000000000" for route in routes() for name in route.parameters}
        samples |= {"code": ticket.code, "message_id": make_reply(ticket, ben).id, "passkey_id": 1, "job_id": 1}
        told = set()
        for route in routes():
            if not route.pattern.startswith("console") or route.pattern in OPEN:
                continue
            for method in ("get", "post"):
                answer = getattr(outside, method)(route.path(samples | {"factor_id": 1, "slug": "x"}))
                told.add((answer.status_code, route.pattern if answer.status_code not in {403, 405} else ""))
        assert {status for status, _ in told} <= {403, 405}, told

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP"]
    )
    def test_no_header_says_where_somebody_is(self, outside, header):
        assert outside.get("/console/", headers={header: "192.0.2.7"}).status_code == 403


class TestHosts:
    @pytest.mark.parametrize(
        "headers",
        [
            {"x-forwarded-host": "evil.example"},
            {"x-host": "evil.example"},
            {"forwarded": "host=evil.example"},
            {"origin": "https://evil.example"},
        ],
    )
    def test_a_link_in_a_mail_leads_to_us(self, visitor_at, northwind, ada, headers):
        visitor_at(northwind).post("/console/reset-password", {"email": "ada@northwind.example"}, headers=headers)
        [mail] = InstallationMail.objects.all()
        text = decrypt_for_installation(mail.content, context=mail.context_of("content")).decode()
        assert "evil" not in text
        assert re.search(r"http://northwind\.localhost(:\d+)?/console/reset-password/", text.replace("=\r\n", ""))

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "northwind.localhost.evil.example", "northwind.localhost@evil.example", "evil.example#",
         "northwind.localhost:80@evil.example", "northwind.localhost:80,evil.example", "northwind.localhost:x",
         "NORTHWIND.localhost:80:80", "x.northwind.localhost", "northwind.localhost/evil", ""],
    )  # fmt: skip
    def test_a_host_that_is_none_of_ours_gets_no_page(self, visitor_at, northwind, ada, host):
        answer = visitor_at(northwind).post(
            "/console/reset-password", {"email": "ada@northwind.example"}, HTTP_HOST=host
        )
        assert answer.status_code in {400, 421}
        assert not InstallationMail.objects.exists()


class TestOtherAccounts:
    """Ids of another account, not in the address but in what is sent: the addresses are walked by the contracts."""

    @pytest.fixture
    def theirs(self, ada, ben, support, support_mail, eli):
        """What Zoe has found out about Northwind."""
        ticket = make_ticket(eli, subject="Secret of Northwind")
        with account_scope(ticket.account_id):
            tag = tag_named("secret-tag", actor=acting(ada))
            tag_ticket(ticket, tag, actor=acting(ada))
            contact = ticket.requester_id
        return {"ticket": ticket, "member": ben.id, "department": support.id, "tag": tag.id, "contact": contact}

    @pytest.fixture
    def mine(self, hello_mail):
        return receive(hello_mail, written(hello_mail.address, subject="Of Contoso"))[0].message.ticket

    def test_a_session_of_one_account_opens_no_other_of_the_same_person(self, client_of, contoso, ben):
        with account_scope(contoso.id):
            add_member("ben@northwind.example", name="Ben", role="admin", password=None, actor=SYSTEM)
        assert is_in(client_of(ben))
        assert not is_in(client_of(ben, at=contoso)), "Contoso has its own rules of signing in"

    def test_names(self, client_of, zoe, theirs):
        assert b"Ben" not in client_of(zoe).get(f"/console/colleagues?id={theirs['member']}").content

    @pytest.mark.parametrize("address", ["/console/palette?q={}", "/console/search?q={}", "/console/?q={}"])
    @pytest.mark.parametrize("words", ["Secret", "secret-tag", "Eli", "eli@example.org"])
    def test_searching(self, client_of, zoe, theirs, address, words):
        page = client_of(zoe).get(address.format(words)).content.decode()
        assert theirs["ticket"].code not in page
        assert "Secret of Northwind" not in page
        assert "Eli Berg" not in page

    @pytest.mark.parametrize("name", ["tag", "department", "assignee", "contact", "view"])
    def test_filtering(self, client_of, zoe, theirs, mine, name):
        wanted = theirs["member" if name == "assignee" else name if name in theirs else "tag"]
        page = client_of(zoe).get(f"/console/?{name}={wanted}")
        assert page.status_code in {200, 404}
        assert theirs["ticket"].code not in page.content.decode()

    def test_giving_away(self, client_of, zoe, theirs, mine):
        browser, path = client_of(zoe), f"/console/tickets/{mine.code}"
        for name in ("assignee", "assign", "member", "to", "assignment"):
            browser.post(f"{path}/assignment", {name: str(theirs["member"])})
            browser.post(f"{path}/department", {name: str(theirs["department"]), "department": theirs["department"]})
        with account_scope(mine.account_id):
            after = Ticket.objects.get(pk=mine.pk)
            assert after.assignee_id != theirs["member"]
            assert after.department_id == mine.department_id

    def test_a_place_in_a_department_of_theirs(self, client_of, zoe, theirs):
        with account_scope(zoe.account_id):
            other = add_member("yan@contoso.example", name="Yan", role=Role.AGENT, password=None, actor=SYSTEM)
        form = {"role": "agent", f"department_{theirs['department']}": "manager", "name": "Yan"}
        client_of(zoe).post(f"/console/settings/agents/{other.id}", form)
        for account in (zoe.account_id, theirs["ticket"].account_id):
            with account_scope(account):
                assert not DepartmentMembership.objects.filter(membership=other.id).exists()

    def test_nobody_becomes_owner_by_a_field(self, client_of, ben, ada, northwind):
        client_of(ben).post("/console/settings/profile", {"name": "Ben", "role": "owner", "user": str(ada.user_id)})
        with account_scope(northwind.id):
            after = Membership.objects.get(pk=ben.pk)
            assert (after.role, after.user_id) == (Role.AGENT, ben.user_id)
