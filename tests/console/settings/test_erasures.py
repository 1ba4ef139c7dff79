"""Erasing a person from the console: who is found, what would go, the word that is typed, what came of it."""

import json
import re
from datetime import timedelta

import pytest

from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.notifications.models import AccountNotice
from steward.outbox.models import OutgoingMail
from steward.people.access import actor_of
from steward.people.models import Membership, User
from steward.privacy.egress.models import EgressEvent
from steward.privacy.erasure.certifying import is_genuine
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.watching import PROMISED, watch_erasures
from steward.privacy.erasure.wording import GROUP_OF
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.inventory.stores import all_stores
from steward.privacy.mentions import queries
from steward.privacy.recipients.models import Recipient
from steward.privacy.requests.actions import NewRequest, approve, open_request, verify
from steward.privacy.requests.models import PrivacyRequest
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.listings import words_in
from steward.testing.tickets import make_ticket
from steward.tickets.actions import add_note
from steward.tickets.actions.drafting import save_draft
from steward.tickets.actions.replying import Writing
from steward.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/console/settings/privacy/erasures"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def ticket(eli, farah):
    make_ticket(farah)
    return make_ticket(eli)


def find(browser, address="eli@example.org"):
    return browser.post(f"{PAGE}/search", {"email": address})


def plan(browser, **more):
    """The address of the page of a plan about Eli."""
    where = find(browser).headers["Location"]
    contact = where.partition("contact=")[2]
    return planned(browser, {"contact": contact, "tickets": "with", **more})


def planned(browser, form):
    """The address of the page of a plan, when it is counted."""
    answer = browser.post(f"{PAGE}/new", form)
    assert answer.status_code == 303, answer.content
    run_jobs("erasure.count")
    return answer.headers["Location"]


def test_every_store_has_words_of_its_own():
    assert {store.name for store in all_stores()} <= set(GROUP_OF)


def test_from_an_address_to_the_certificate(northwind, adas, eli, ticket):
    assert find(adas).status_code == 303
    assert "eli@example.org" in adas.get(find(adas).headers["Location"]).content.decode()
    page = adas.post(f"{PAGE}/new", {"contact": eli.pk, "tickets": "with"}).headers["Location"]
    assert 'data-fresh-url="' in adas.get(page).content.decode(), "it is counted in the background"
    assert "0 % done" in words_in(adas.get(page, headers={"X-Requested-With": "live"}).content.decode())
    assert adas.post(page, {"word": "erase"}).status_code == 303, "nothing can be ordered before it is counted"
    assert page in adas.get(PAGE).content.decode(), "whoever left the page finds it again"
    run_jobs("erasure.count")
    assert "data-fresh-end" in adas.get(page, headers={"X-Requested-With": "live"}).content.decode()
    assert "Nothing has gone" not in words_in(adas.get(page).content.decode())
    assert "Tags of these tickets" in words_in(adas.get(page).content.decode())
    with account_scope(northwind.id):
        assert Contact.objects.filter(pk=eli.pk).exists(), "a plan erases nothing"
    assert adas.post(page, {"word": "erase"}).status_code == 303
    assert 'data-fresh-url="' in adas.get(page).content.decode()
    assert adas.get(page, headers={"X-Requested-With": "live"}).status_code == 200
    run_jobs()
    with account_scope(northwind.id):
        assert not Contact.objects.filter(pk=eli.pk).exists()
        assert Ticket.objects.count() == 1
    done = adas.get(page).content.decode()
    assert "read back" in words_in(done)
    assert "eli@example.org" not in done
    told = json.loads(adas.get(f"{page}/certificate.json").content)
    assert told["of"] == "person"
    assert adas.get(f"{page}/certificate.pdf").content.startswith(b"%PDF-")
    assert page in adas.get(PAGE).content.decode()


def test_without_the_word_nothing_goes(northwind, adas, eli, ticket):
    page = plan(adas)
    assert adas.post(page, {"word": "yes"}).status_code == 422
    with account_scope(northwind.id):
        assert Erasure.objects.get().state == Erasure.State.PLANNED


def test_tickets_can_stay(northwind, adas, eli, ticket):
    page = plan(adas, tickets="without")
    adas.post(page, {"word": "Erase"})
    run_jobs()
    with account_scope(northwind.id):
        assert Ticket.objects.count() == 2
        assert Contact.objects.get(pk=eli.pk).name == ""
    assert "without a name" in words_in(adas.get(page).content.decode())


def test_the_ticket_page_leads_there_for_who_may(client_of, adas, ben, eli, ticket):
    path = f"/console/tickets/{ticket.code}"
    link = f"{PAGE}/new?contact={eli.pk}"
    assert link in adas.get(path).content.decode()
    assert link not in client_of(ben).get(path).content.decode()
    assert adas.get(link).status_code == 200


@pytest.mark.parametrize("path", ["", "/new"])
def test_only_owners_and_admins(client_of, ben, zoe, visitor_at, northwind, adas, ticket, path):
    page = plan(adas)
    assert client_of(ben).get(f"{PAGE}{path}").status_code == 403
    assert client_of(ben).post(page, {"word": "erase"}).status_code == 403
    assert client_of(zoe).get(page).status_code == 404
    assert visitor_at(northwind).get(page).status_code == 302


def test_nobody_of_that_address_is_said_so(adas, ticket):
    answer = find(adas, "nobody@example.org")
    assert answer.status_code == 422
    assert "Nobody here has this address" in words_in(answer.content.decode())


def test_a_mention_is_listed_and_redacted_when_it_is_ticked(northwind, adas, eli, farah, ticket):
    make_ticket(farah, subject="Two lamps", body="Please ask eli@example.org about it.")
    page = plan(adas)
    shown = adas.get(page).content.decode()
    assert "<mark>eli@example.org</mark>" in shown
    listed = re.findall(r'name="listed" value="([^"]+)"', shown)
    adas.post(page, {"word": "erase", "all": "1", "listed": listed})
    run_jobs()
    with account_scope(northwind.id):
        assert not Message.objects.filter(body_text__contains="eli@example.org").exists()
    assert json.loads(adas.get(f"{page}/certificate.json").content)["mentions"]["redacted"] == 1


def test_ticks_last_from_page_to_page(northwind, adas, farah, ticket, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(3):
        make_ticket(farah, subject=f"Lamp {number}", body="Please ask eli@example.org about it.")
    page = plan(adas)
    first, second = (re.findall(r'name="listed" value="([^"]+)"', shown(adas, f"{page}?page={n}")) for n in (1, 2))
    assert (len(first), len(second), set(first) & set(second)) == (2, 1, set())
    answer = adas.post(page, {"listed": first, "mention": first[:1], "page": "2", "word": ""})
    assert answer.headers["Location"].startswith(f"{page}?page=2")
    assert "1 is ticked on all pages together" in words_in(shown(adas, answer.headers["Location"]))
    assert adas.post(f"{page}?page=2", {"listed": second, "mention": second, "word": "no"}).status_code == 422
    assert shown(adas, f"{page}?page=1").count("checked") == 1
    adas.post(f"{page}?page=2", {"listed": second, "mention": second, "word": "erase"})
    run_jobs()
    told = json.loads(adas.get(f"{page}/certificate.json").content)["mentions"]
    assert (told["found"], told["redacted"], told["not_confirmed"]) == (3, 2, 1)


def shown(browser, page):
    return browser.get(page).content.decode()


def test_a_request_goes_along(northwind, adas, eli, ticket, ada):
    with account_scope(northwind.id):
        new = NewRequest(PrivacyRequest.Type.ERASE, PrivacyRequest.Channel.AGENT, ticket.created_at, subject=eli)
        request = open_request(new, actor=SYSTEM)
    form = {"request": request.pk, "tickets": "with"}
    assert adas.post(f"{PAGE}/new", form).status_code == 422, "nobody has approved it"
    with account_scope(northwind.id):
        verify(request, by=PrivacyRequest.Proof.KNOWN, actor=SYSTEM)
        approve(request, actor=SYSTEM)
    page = planned(adas, form)
    adas.post(page, {"word": "erase"})
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert request.state == PrivacyRequest.State.RUNNING
    run_jobs()
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.subject_id) == (PrivacyRequest.State.BACKUPS_EXPIRING, None)


def asked(contact, ticket):
    """An approved request of theirs to be erased."""
    with account_scope(contact.account_id):
        new = NewRequest(PrivacyRequest.Type.ERASE, PrivacyRequest.Channel.AGENT, ticket.created_at, subject=contact)
        request = open_request(new, actor=SYSTEM)
        verify(request, by=PrivacyRequest.Proof.KNOWN, actor=SYSTEM)
        approve(request, actor=SYSTEM)
    return request


@pytest.mark.parametrize("way", ["by_the_address", "by_an_earlier_plan"])
def test_a_request_goes_along_whatever_the_plan_was_made_for(northwind, adas, eli, ticket, way):
    request = asked(eli, ticket)
    page = plan(adas)
    if way == "by_an_earlier_plan":
        page = planned(adas, {"request": request.pk, "tickets": "with"})
        adas.post(f"{PAGE}/new", {"request": request.pk, "tickets": "without"})
    adas.post(page, {"word": "erase"})
    run_jobs()
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.subject_id) == (PrivacyRequest.State.BACKUPS_EXPIRING, None)


def test_a_request_goes_on_with_the_plan_in_the_place_of_one_that_failed(northwind, adas, eli, farah, ticket):
    request = asked(eli, ticket)
    page = planned(adas, {"request": request.pk, "tickets": "with"})
    with account_scope(northwind.id):
        Ticket.objects.filter(pk=ticket.pk).update(requester=farah)
        Message.objects.filter(ticket=ticket).update(contact=farah)
        [erasure] = Erasure.objects.all()
        Erasure.objects.update(extent={**erasure.extent, "tickets": []})
    adas.post(page, {"word": "erase"})
    run_jobs()
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert (request.state, request.subject_id) == (PrivacyRequest.State.FAILED, None)
    again = adas.post(f"{page}/again").headers["Location"]
    run_jobs()
    adas.post(again, {"word": "erase"})
    run_jobs()
    assert "/again" not in adas.get(page).content.decode(), "whom it was about is forgotten with the one that went on"
    with account_scope(northwind.id):
        request.refresh_from_db()
        assert request.state == PrivacyRequest.State.BACKUPS_EXPIRING


def test_a_hold_is_said_and_nothing_is_planned(northwind, adas, eli, ticket):
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    where = find(adas).headers["Location"]
    answer = adas.post(where, {"contact": eli.pk, "tickets": "with"})
    assert answer.status_code == 422
    assert "legal hold" in words_in(answer.content.decode())


def test_what_failed_says_what_is_left_and_is_planned_again(northwind, adas, eli, ticket):
    page = plan(adas)
    with account_scope(northwind.id):
        erasure = Erasure.objects.get()
        Ticket.objects.filter(pk=ticket.pk).update(requester=Contact.objects.exclude(pk=eli.pk)[0])
        Erasure.objects.update(extent={**erasure.extent, "tickets": []})
    adas.post(page, {"word": "erase"})
    run_jobs()
    shown = words_in(adas.get(page).content.decode())
    assert "not complete" in shown
    assert "Tags of these tickets" in shown
    again = adas.post(f"{page}/again")
    assert again.status_code == 303
    assert adas.get(again.headers["Location"]).status_code == 200
    with account_scope(northwind.id):
        notice = AccountNotice.objects.get(kind="erasure.failed")
        assert OutgoingMail.objects.filter(purpose="erasure warning").count() == 1
    assert "failed" in words_in(adas.get("/console/notifications").content.decode())
    assert adas.post(f"{PAGE}/read").status_code == 303
    with account_scope(northwind.id):
        notice.refresh_from_db()
        assert notice.read_at is not None


def test_what_is_late_is_told_in_the_bell_and_by_mail(northwind, adas, ada, ticket, stop_clock):
    stop_clock(ticket.created_at)
    page = plan(adas)
    adas.post(page, {"word": "erase"})
    with account_scope(northwind.id):
        begun = Erasure.objects.get().started_at
    stop_clock(begun + PROMISED)
    stop_clock(begun + PROMISED + timedelta(seconds=1))
    assert watch_erasures() == 1
    with account_scope(northwind.id):
        assert AccountNotice.objects.get(kind="erasure.late").membership_id == ada.pk
        assert OutgoingMail.objects.filter(purpose="erasure warning").exists()


def test_who_was_told_is_noted_in_the_certificate(northwind, adas, ada, ticket):
    with account_scope(northwind.id):
        row = {"purpose": "mail.deliver", "categories": [], "port": 587, "from_region": "eu", "reason_code": "allowed"}
        for traffic, host in (("T", "smtp.own.example"), ("P", "mx.somebody.example")):
            EgressEvent.objects.create(traffic=traffic, host=host, is_allowed=True, at=ticket.created_at, **row)
    page = plan(adas)
    adas.post(page, {"word": "erase"})
    run_jobs()
    assert "1 of them is still to be told" in words_in(adas.get(page).content.decode())
    before = json.loads(adas.get(f"{page}/certificate.json").content)
    with account_scope(northwind.id):
        [one] = Recipient.objects.select_related("telling")
        first = Erasure.objects.get().certificate_sha256
    where = f"/console/settings/privacy/recipients/{one.telling_id}"
    letters = words_in(adas.get(where).content.decode())
    assert "smtp.own.example" in letters
    assert "mx.somebody.example" not in letters, "whoever was written to has the mail; they are no recipient of data"
    assert "eli@example.org" in letters
    assert "Eli" not in letters.partition("found by")[2], "who carries mail finds them by the address"
    assert adas.post(where, {"deed": "otherwise"}).status_code == 422, "nobody is ticked"
    assert "Recipients to be told" in words_in(adas.get(PAGE).content.decode())
    assert adas.post(where, {"deed": "not_told", "all": "1"}).status_code == 422, "a reason is wanted"
    assert adas.post(where, {"deed": "otherwise", "recipient": [one.pk]}).status_code == 303
    assert "Recipients to be told" not in words_in(adas.get(PAGE).content.decode())
    assert "eli@example.org" not in adas.get(where).content.decode()
    after = json.loads(adas.get(f"{page}/certificate.json").content)
    [told] = after["recipients"]
    assert (told["told_by"], bool(told["told_at"]), told["told_how"]) == (str(ada.pk), True, "otherwise")
    assert before["recipients"][0]["told_at"] is None
    assert (after["version"], after["versions_before"]) == (2, [first])
    assert adas.get(f"{page}/certificate.pdf").content.startswith(b"%PDF-")
    with account_scope(northwind.id):
        assert is_genuine(Erasure.objects.get())


def test_removing_an_agent_leads_to_a_certificate(northwind, adas, ada, ben, ticket):
    with account_scope(northwind.id):
        me = Membership.objects.get(pk=ben.pk)
        save_draft(me, ticket, {"body_html": "<p>Soon</p>"})
        add_note(ticket, Writing("<p>Looked.</p>"), author=me, actor=actor_of(me))
    where = f"/console/settings/agents/{ben.pk}/removal"
    assert "Drafts: 1" in words_in(adas.get(where).content.decode())
    answer = adas.post(where, {"word": "remove", "tickets_to": ""})
    page = answer.headers["Location"]
    assert page.startswith(PAGE)
    with account_scope(northwind.id):
        assert not Membership.objects.filter(pk=ben.pk).exists(), "nobody waits for a job to be shut out"
    run_jobs()
    told = json.loads(adas.get(f"{page}/certificate.json").content)
    assert (told["of"], told["asked_by"]["id"]) == ("agent", str(ada.pk))
    stores = {each["store"]: each["erased"] for each in told["stores"] if each["erased"]}
    assert stores["people.memberships"] == stores["people.identities"] == stores["tickets.drafts"] == 1
    assert "recipients" not in told
    assert any("as proof of the contract" in one for one in told["not_covered"])
    with account_scope(northwind.id):
        assert Message.objects.get(kind="note").author_id is None
        assert Event.objects.filter(actor_id=ben.pk).exists(), "events keep the bare id"
        assert not User.objects.filter(pk=ben.user_id).exists()


def test_a_hold_on_the_account_keeps_agents_too_and_says_what_to_do(northwind, adas, ben):
    with account_scope(northwind.id):
        place_hold(LegalHold.On.ACCOUNT, northwind.id, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    answer = adas.post(f"/console/settings/agents/{ben.pk}/removal", {"word": "remove", "tickets_to": ""})
    assert answer.status_code == 422
    assert "legal hold" in words_in(answer.content.decode())
    with account_scope(northwind.id):
        assert Membership.objects.filter(pk=ben.pk).exists()
