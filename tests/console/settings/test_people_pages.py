"""The pages about people: profile, agents, invitations, departments; what they show, save, refuse and keep."""

import re

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.people.actions import (
    NewInvitation,
    add_member,
    archive_department,
    create_department,
    invite,
    join_department,
)
from steward.people.models import Department, Invitation, Membership
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.models import Ticket
from steward.tickets.statuses import Status

SETTINGS = "/console/settings/"
PROFILE = {"name": "Benny", "language": "da", "signature": "Best\nBen", "appearance": "dark", "density": "one"} | {
    "afterwards": "stay"
}


def again(person, account):
    with account_scope(account.id):
        return Membership.objects.get(pk=person.pk)


class TestProfile:
    def test_everybody_changes_their_own(self, client_of, northwind, dana):
        browser = client_of(dana)
        assert browser.post(f"{SETTINGS}profile", PROFILE).status_code == 303
        me = again(dana, northwind)
        assert (me.name, me.language, me.appearance, me.density) == ("Benny", "da", "dark", "one")
        assert "Best" in me.signature
        assert "<br" in me.signature
        page = browser.get(f"{SETTINGS}profile").content.decode()
        assert 'data-theme="dark"' in page
        assert 'data-density="one"' in page
        assert '<html lang="da"' in page

    def test_as_the_device_and_as_the_account_is_what_one_has_at_first(self, client_of, ben):
        page = client_of(ben).get("/console/").content.decode()
        assert "data-theme" not in page.partition("<body")[0]
        assert "data-density" not in page.partition("<body")[0]

    def test_markup_in_a_signature_is_text(self, client_of, northwind, ben):
        client_of(ben).post(f"{SETTINGS}profile", PROFILE | {"signature": "<img src=x onerror=alert(1)>"})
        assert "<img" not in again(ben, northwind).signature

    def test_a_signature_that_was_not_touched_keeps_its_markup(self, client_of, northwind, ben):
        with account_scope(northwind.id):
            Membership.objects.filter(pk=ben.pk).update(signature="<p><b>Ben</b> of Northwind</p>")
        client_of(ben).post(f"{SETTINGS}profile", PROFILE | {"signature": "Ben of Northwind"})
        assert again(ben, northwind).signature == "<p><b>Ben</b> of Northwind</p>"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ""), ("language", "xx"), ("appearance", "neon"), ("density", "three"), ("afterwards", "home")],
    )
    def test_what_is_wrong_is_said_and_the_rest_stays(self, client_of, northwind, ben, field, value):
        answer = client_of(ben).post(f"{SETTINGS}profile", PROFILE | {field: value})
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {field}
        assert again(ben, northwind).name == "Ben"


class TestSignaturesPerLanguage:
    def test_one_s_own(self, client_of, northwind, ben):
        browser = client_of(ben)
        browser.post(f"{SETTINGS}profile", PROFILE | {"signature_in_pl": "Pozdrawiam\nBen", "signature_in_ar": " "})
        me = again(ben, northwind)
        assert list(me.signatures) == ["pl"], "an empty one is none"
        assert "Pozdrawiam<br" in me.signatures["pl"]
        page = browser.get(f"{SETTINGS}profile").content.decode()
        assert "Pozdrawiam\nBen</textarea>" in page
        assert 'class="signature-preview" dir="auto" lang="pl"' in page
        with account_scope(northwind.id):
            event = Event.objects.filter(kind="member.changed").latest("id")
        assert "signatures" in event.changes["fields"]
        assert "Pozdrawiam" not in str(event.changes)

    def test_that_of_a_department_keeps_its_markup(self, client_of, northwind, ada, support):
        with account_scope(northwind.id):
            Department.objects.filter(pk=support.pk).update(signatures={"lv": "<b>Atbalsts</b>"})
        form = {
            "name": "Support",
            "signature": "Help",
            "signature_in_lv": "Atbalsts",
            "signature_in_da": "<i>Hjælp</i>",
        }
        assert client_of(ada).post(f"{SETTINGS}departments/{support.pk}", form).status_code == 303
        with account_scope(northwind.id):
            now = Department.objects.get(pk=support.pk)
        assert now.signatures["lv"] == "<b>Atbalsts</b>"
        assert "<i>" not in now.signatures["da"]

    def test_what_is_too_long_opens_its_field(self, client_of, northwind, ben):
        answer = client_of(ben).post(f"{SETTINGS}profile", PROFILE | {"signature_in_vi": "x" * 5001})
        assert answer.status_code == 422
        assert "<details open" in answer.content.decode()
        assert again(ben, northwind).signatures == {}


@pytest.fixture
def crowd(northwind):
    """The names of sixty more agents, in no department."""
    names = [f"Łucja {number:02}" for number in range(60)]
    with account_scope(northwind.id):
        for number, name in enumerate(names):
            add_member(f"p{number}@northwind.example", name=name, role="agent", password=None, actor=SYSTEM)
    return names


def names_in(page):
    """Whom a page of agents lists, in its order."""
    table = page.rpartition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r"<bdi>((?:Ada|Ben|Cleo|Dana|Łucja \d\d))</bdi>", table)


def next_of(page):
    return re.search(r'href="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")


class TestAgents:
    def test_the_list_tells_what_matters_of_each(self, client_of, northwind, ada, dana):
        page = client_of(ada).get(f"{SETTINGS}agents").content.decode()
        for words in ("ada@northwind.example", "Support", "Billing", "(Solver)", "(Reader)", "Owner", "never"):
            assert words in page
        assert "zoe" not in page.lower()

    def test_a_longer_list_asks_no_more_queries(self, client_of, northwind, ada, django_assert_max_num_queries):
        browser = client_of(ada)
        browser.get(f"{SETTINGS}agents")
        with account_scope(northwind.id):
            for n in range(20):
                add_member(f"p{n}@northwind.example", name=f"P{n}", role="agent", password=None, actor=SYSTEM)
                invite(NewInvitation(f"i{n}@example.org", "agent"), invited_by=ada, actor=acting(ada))
        with django_assert_max_num_queries(25):
            assert browser.get(f"{SETTINGS}agents").status_code == 200

    def test_a_long_list_comes_in_pages_and_finds_by_name_and_address(self, client_of, ada, crowd):
        browser = client_of(ada)
        first = browser.get(f"{SETTINGS}agents").content.decode()
        rest = browser.get(f"{SETTINGS}agents{next_of(first)}").content.decode()
        assert [names_in(first)[0], len(names_in(first)), len(names_in(rest))] == ["Ada", 50, 14]
        assert sorted(names_in(first) + names_in(rest)) == sorted(["Ada", "Ben", "Cleo", "Dana", *crowd])
        assert "after=" not in rest
        for query, found in (
            ("ŁUCJA 07", ["Łucja 07"]),
            ("lucja 07", ["Łucja 07"]),
            ("p7@", ["Łucja 07"]),
            ("x y", []),
        ):
            assert names_in(browser.get(f"{SETTINGS}agents", {"q": query}).content.decode()) == found
        assert browser.get(f"{SETTINGS}agents", {"after": "x"}).status_code == 404

    def test_a_change_is_saved_whole_or_not_at_all(self, client_of, northwind, ada, ben, support, billing):
        form = {"name": "Benjamin", "role": "admin", f"department-{billing.pk}": "manager"}
        assert client_of(ada).post(f"{SETTINGS}agents/{ben.pk}", form).status_code == 303
        with account_scope(northwind.id):
            me = Membership.objects.get(pk=ben.pk)
            assert (me.name, me.role) == ("Benjamin", "admin")
            assert dict(me.departments.values_list("department_id", "role")) == {billing.pk: "manager"}
        form = {"name": "A.", "role": "agent", f"department-{billing.pk}": "reader"}
        answer = client_of(ada).post(f"{SETTINGS}agents/{ada.pk}", form)
        assert answer.status_code == 422
        assert "last owner" in answer.content.decode()
        assert again(ada, northwind).name == "Ada"

    def test_another_name_takes_nobody_out_of_an_archived_department(
        self, client_of, northwind, ada, ben, support, billing, eli
    ):
        with account_scope(northwind.id):
            join_department(ben, billing, role="solver", actor=SYSTEM)
        closed, bens = make_ticket(eli, department=billing, status=Status.CLOSED), client_of(ben)
        with account_scope(northwind.id):
            archive_department(billing, to=support, actor=SYSTEM)
        form = {"name": "Benjamin", "role": "agent", f"department-{support.pk}": "solver"}
        assert client_of(ada).post(f"{SETTINGS}agents/{ben.pk}", form).status_code == 303
        assert again(ben, northwind).name == "Benjamin"
        assert bens.get(f"/console/tickets/{closed.code}").status_code == 200, "still signed in, and still to be read"

    @pytest.mark.parametrize("change", [{"role": "king"}, {"name": ""}, {"department-x": "solver"}])
    def test_what_is_not_offered_is_refused_or_ignored(self, client_of, northwind, ada, ben, change):
        form = {"name": "Ben", "role": "agent"} | change
        answer = client_of(ada).post(f"{SETTINGS}agents/{ben.pk}", form)
        assert answer.status_code == (303 if "department-x" in change else 422)

    def test_an_admin_looks_at_an_owner_and_changes_nothing(self, client_of, northwind, ada, ben):
        with account_scope(northwind.id):
            Membership.objects.filter(pk=ben.pk).update(role="admin")
        page = client_of(ben).get(f"{SETTINGS}agents/{ada.pk}")
        assert page.status_code == 200
        assert "Only an owner" in page.content.decode()

    def test_an_admin_ends_the_sessions_of_one_person(self, client_of, ada, ben, cleo):
        adas, bens, cleos = client_of(ada), client_of(ben), client_of(cleo)
        page = adas.post(f"/console/settings/agents/{ben.id}/sessions/end", follow=True).content.decode()
        assert "1 session was ended." in page
        assert bens.get("/console/").status_code == 302
        assert adas.get("/console/").status_code == cleos.get("/console/").status_code == 200
        assert cleos.post(f"/console/settings/agents/{ben.id}/sessions/end").status_code == 403

    def test_removing_says_how_many_tickets_and_asks_for_the_word(self, client_of, northwind, ada, ben, cleo, eli):
        for _ in range(3):
            make_ticket(eli, assignee=ben)
        browser, page = client_of(ada), f"{SETTINGS}agents/{ben.pk}/removal"
        assert "3 tickets" in browser.get(page).content.decode()
        for word in ("", "yes", "ben"):
            assert browser.post(page, {"tickets_to": str(ada.pk), "word": word}).status_code == 422
        assert browser.post(page, {"tickets_to": str(ben.pk), "word": "remove"}).status_code == 422, "not to oneself"
        assert browser.post(page, {"tickets_to": str(ada.pk), "word": " Remove "}).status_code == 303
        with account_scope(northwind.id):
            assert Ticket.objects.filter(assignee=ada).count() == 3

    def test_nobodys_tickets_go_to_another_account(self, client_of, ada, ben, zoe):
        answer = client_of(ada).post(
            f"{SETTINGS}agents/{ben.pk}/removal", {"tickets_to": str(zoe.pk), "word": "remove"}
        )
        assert answer.status_code == 422


class TestInviting:
    def form(self, department, **changed):
        return {
            "people": "Gil <gil@example.org>\nhana@example.org, hana@example.org",
            "role": "agent",
            "language": "da",
            f"department-{department.pk}": "reader",
        } | changed

    def test_several_at_once(self, client_of, northwind, ada, support, run_jobs):
        assert client_of(ada).post(f"{SETTINGS}agents/new", self.form(support)).status_code == 303
        with account_scope(northwind.id):
            invited = {i.email: (i.name, i.role, i.language, i.departments) for i in Invitation.objects.all()}
        place = ("agent", "da", {str(support.pk): "reader"})
        assert invited == {"gil@example.org": ("Gil", *place), "hana@example.org": ("", *place)}

    def test_who_is_here_already_is_named_and_the_others_are_invited(self, client_of, northwind, ada, support):
        browser = client_of(ada)
        answer = browser.post(
            f"{SETTINGS}agents/new", self.form(support, people="ben@northwind.example, x@example.org")
        )
        page = browser.get(answer["Location"]).content.decode()
        assert "\u2068ben@northwind.example\u2069." in page
        with account_scope(northwind.id):
            assert set(Invitation.objects.values_list("email", flat=True)) == {"x@example.org"}

    @pytest.mark.parametrize(
        "people", ["", "nobody", "a@b.example, nobody", ", ".join(f"p{n}@example.org" for n in range(51))]
    )
    def test_all_or_none_of_what_was_typed(self, client_of, northwind, ada, support, people):
        answer = client_of(ada).post(f"{SETTINGS}agents/new", self.form(support, people=people))
        assert answer.status_code == 422
        assert answer.context["form"].errors["people"]
        with account_scope(northwind.id):
            assert not Invitation.objects.exists()

    def test_an_agent_needs_a_department_an_admin_does_not(self, client_of, ada, support):
        form = self.form(support, **{f"department-{support.pk}": ""})
        answer = client_of(ada).post(f"{SETTINGS}agents/new", form)
        assert answer.status_code == 422
        assert "gil@example.org" in answer.content.decode(), "what was typed stays"
        assert client_of(ada).post(f"{SETTINGS}agents/new", form | {"role": "admin"}).status_code == 303

    def test_sent_again_and_taken_back(self, client_of, northwind, ada, support):
        browser = client_of(ada)
        browser.post(f"{SETTINGS}agents/new", self.form(support, people="gil@example.org"))
        with account_scope(northwind.id):
            invitation = Invitation.objects.get()
        assert browser.post(f"{SETTINGS}invitations/{invitation.pk}/mail").status_code == 303
        with account_scope(northwind.id):
            assert bytes(Invitation.objects.get().token_hash) != bytes(invitation.token_hash)
        assert browser.post(f"{SETTINGS}invitations/{invitation.pk}/removal").status_code == 303
        with account_scope(northwind.id):
            assert not Invitation.objects.exists()
            kinds = Event.objects.filter(object_id=invitation.pk).order_by("at", "id").values_list("kind", flat=True)
            assert list(kinds) == ["invitation.sent", "invitation.sent_again", "invitation.withdrawn"]


class TestDepartments:
    def test_who_belongs_to_it_stands_first_and_the_others_come_in_pages(self, client_of, ada, crowd, support):
        browser, url = client_of(ada), f"{SETTINGS}departments/{support.pk}"
        first = browser.get(url).content.decode()
        rest = browser.get(f"{url}{next_of(first)}").content.decode()
        assert names_in(first)[:4] == ["Ben", "Dana", "Ada", "Cleo"]
        assert sorted(names_in(first) + names_in(rest)) == sorted(["Ada", "Ben", "Cleo", "Dana", *crowd])
        found = browser.get(url, {"q": "lucja 31"})
        assert names_in(found.content.decode()) == ["Łucja 31"]
        form = re.search(r'action="([^"]*/agents[^"]*)"', found.content.decode())[1].replace("&amp;", "&")
        member = re.search(r'name="member" value="([^"]+)"', found.content.decode())[1]
        saved = browser.post(form, {"member": member, "role": "solver"}, follow=True).content.decode()
        assert names_in(saved) == ["Łucja 31"], "one stays where one was"

    def test_one_is_made_named_and_signed(self, client_of, northwind, ada):
        browser = client_of(ada)
        answer = browser.post(f"{SETTINGS}departments", {"name": "Deliveries"})
        assert answer.status_code == 303
        assert browser.post(answer["Location"], {"name": "Dispatch", "signature": "a <b>\nb"}).status_code == 303
        with account_scope(northwind.id):
            made = Department.objects.get(name="Dispatch")
            assert "&lt;b&gt;" in made.signature

    @pytest.mark.parametrize("name", ["", "Billing", "x" * 81])
    def test_names_are_needed_and_differ(self, client_of, northwind, ada, support, name):
        browser = client_of(ada)
        assert browser.post(f"{SETTINGS}departments", {"name": name}).status_code == 422
        answer = browser.post(f"{SETTINGS}departments/{support.pk}", {"name": name, "signature": "kept as typed"})
        assert answer.status_code == 422
        assert "kept as typed" in answer.content.decode()

    def test_a_manager_sees_and_changes_their_own(self, client_of, northwind, ben, cleo, dana, support, billing):
        with account_scope(northwind.id):
            join_department(ben, support, role="manager", actor=SYSTEM)
        browser = client_of(ben)
        page = browser.get(f"{SETTINGS}departments").content.decode()
        assert "Support" in page
        assert "Billing" not in page
        assert browser.get(f"{SETTINGS}departments/{billing.pk}").status_code == 404
        form = {"member": str(dana.pk), "role": "solver"}
        assert browser.post(f"{SETTINGS}departments/{support.pk}/agents", form).status_code == 303
        assert acting(dana).departments == {support.id: "solver"}
        assert browser.post(f"{SETTINGS}departments/{support.pk}/agents", form | {"role": "king"}).status_code == 400

    def test_a_reader_in_one_and_manager_in_another_is_refused_in_the_first(
        self, client_of, northwind, ben, support, billing
    ):
        with account_scope(northwind.id):
            join_department(ben, billing, role="manager", actor=SYSTEM)
        assert client_of(ben).get(f"{SETTINGS}departments/{support.pk}").status_code == 403

    def test_archiving_says_how_many_tickets_and_asks_for_the_word(
        self, client_of, northwind, ada, eli, support, billing
    ):
        make_ticket(eli, department=billing)
        browser, page = client_of(ada), f"{SETTINGS}departments/{billing.pk}/archive"
        assert "1 ticket" in browser.get(page).content.decode()
        assert browser.post(page, {"tickets_to": str(support.pk), "word": "no"}).status_code == 422
        assert browser.post(page, {"tickets_to": "", "word": "archive"}).status_code == 422
        assert browser.post(page, {"tickets_to": str(support.pk), "word": "archive"}).status_code == 303
        assert browser.get(page).status_code == 404
        choices = browser.get("/console/tickets/new").content.decode()
        assert "Billing" not in choices

    def test_the_default_is_not_archived(self, client_of, ada, support, billing):
        page = f"{SETTINGS}departments/{support.pk}/archive"
        answer = client_of(ada).post(page, {"tickets_to": str(billing.pk), "word": "archive"})
        assert answer.status_code == 422
        assert "default" in answer.content.decode()

    def test_the_default_moves(self, client_of, northwind, ada, billing):
        assert client_of(ada).post(f"{SETTINGS}departments/{billing.pk}/default").status_code == 303
        with account_scope(northwind.id):
            assert Department.objects.get(is_default=True).pk == billing.pk


class TestAvailability:
    @pytest.mark.parametrize("wanted", ["online", "away", "off"])
    def test_it_is_said_and_shown(self, client_of, northwind, ada, ben, eli, wanted):
        browser = client_of(ben)
        assert browser.post("/console/availability", {"availability": wanted}).status_code == 303
        assert again(ben, northwind).availability == wanted
        ticket = make_ticket(eli)
        page = client_of(ada).get(f"/console/tickets/{ticket.code}").content.decode()
        assert f'data-availability="{wanted}"' in page

    @pytest.mark.parametrize("wanted", ["", "king", "ONLINE"])
    def test_nothing_else(self, client_of, northwind, ben, wanted):
        assert client_of(ben).post("/console/availability", {"availability": wanted}).status_code == 400
        assert again(ben, northwind).availability == "online"

    def test_one_comes_back_to_where_one_was_and_nowhere_else(self, client_of, ben):
        for came, leads in (
            ("http://northwind.localhost/console/search?q=x", "http://northwind.localhost/console/search?q=x"),
            ("http://evil.example/", "/console/"),
            ("", "/console/"),
        ):
            answer = client_of(ben).post("/console/availability", {"availability": "off"}, headers={"referer": came})
            assert answer["Location"] == leads


class TestGuide:
    def test_each_step_is_ticked_when_it_is_done(self, client_of, contoso, zoe, omar):
        def done():
            steps = client_of(zoe).get("/console/").context["steps"]
            return [step.is_done for step in steps]

        # The cast's address is not the one that an account is given at its opening.
        assert done() == [True, False, False]
        with account_scope(contoso.id):
            invite(NewInvitation("gil@example.org", "admin"), invited_by=zoe, actor=acting(zoe))
        assert done() == [True, True, False]
        ticket = make_ticket(omar)
        assert done() == [True, True, False], "a ticket alone is no answer"
        make_reply(ticket, zoe)
        assert done() == [True, True, True]

    def test_it_names_the_address_that_customers_know(self, client_of, zoe):
        first_ticket = client_of(zoe).get("/console/").context["steps"][2]
        assert "hello@contoso.localhost" in first_ticket.about, "not the one that the account was opened with"

    def test_each_person_puts_it_away_for_themselves(self, client_of, northwind, ada, ben):
        with account_scope(northwind.id):
            Membership.objects.filter(pk=ben.pk).update(role="admin")
        browser = client_of(ada)
        assert browser.get("/console/").context["steps"]
        assert browser.post("/console/guide").status_code == 303
        assert not browser.get("/console/").context["steps"]
        assert client_of(ben).get("/console/").context["steps"]

    def test_it_is_for_those_who_can_take_the_steps(self, client_of, dana, ada):
        assert not client_of(dana).get("/console/").context["steps"]
        assert client_of(dana).get("/console/guide").status_code == 403
        assert client_of(ada).get("/console/guide").status_code == 200


def test_a_department_made_here_takes_people_and_tickets(client_of, northwind, ada, ben, eli):
    with account_scope(northwind.id):
        made = create_department("Deliveries", actor=SYSTEM)
    browser = client_of(ada)
    form = {"member": str(ben.pk), "role": "solver"}
    assert browser.post(f"{SETTINGS}departments/{made.pk}/agents", form).status_code == 303
    ticket = make_ticket(eli)
    assert browser.post(f"/console/tickets/{ticket.code}/department", {"department": str(made.pk)}).status_code == 303
    assert client_of(ben).get(f"/console/tickets/{ticket.code}").status_code == 200
