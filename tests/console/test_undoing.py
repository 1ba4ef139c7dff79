"""Taking back what one has just done: changes of a ticket, and an answer before its mail is made."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from steward.contacts.models import Contact, ContactAddress
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.people.access import actor_of
from steward.people.actions import join_department
from steward.people.models import Department, DepartmentRole
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued
from steward.testing.letters import receive, written
from steward.testing.tickets import make_reply
from steward.tickets import actions
from steward.tickets.models import Draft, Message, Participant, Ticket
from steward.tickets.queries import tags_of
from steward.tickets.statuses import Status

HTMX = {"HX-Request": "true"}
OFFER = re.compile(r'data-undo="(/[^"]+)" data-event="([0-9a-f-]{36})"')


@pytest.fixture
def change(bens, of):
    """`change("status", status="resolved")`: the address and form that undo it."""

    def change(tail, **form):
        page = bens.post(of(tail), form, headers=HTMX).content.decode()
        [(url, event)] = OFFER.findall(page)
        return url, {"event": event}

    return change


@pytest.fixture
def tags(ticket, inside):
    return lambda: inside(lambda: [tag.name for tag in tags_of([ticket.pk]).get(ticket.pk, [])])


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def dates_back(ticket, inside, **columns):
    inside(lambda: Ticket.objects.filter(pk=ticket.pk).update(**columns))


class TestStatus:
    @pytest.mark.parametrize("before", ["new", "open", "answered"])
    @pytest.mark.parametrize("after", ["resolved", "spam", "deleted"])
    def test_it_is_what_it_was(self, bens, change, again, inside, ticket, before, after):
        dates_back(ticket, inside, status=before)
        url, form = change("status", status=after)
        assert again().status == after
        assert bens.post(url, form).status_code == 200
        assert (again().status, again().status_before, again().resolved_at) == (before, "", None)

    def test_a_resolved_one_is_resolved_when_it_was(self, bens, change, again, inside, ticket):
        at = now() - timedelta(days=3)
        dates_back(ticket, inside, status="resolved", resolved_at=at)
        url, form = change("status", status="open")
        bens.post(url, form)
        assert (again().status, again().resolved_at) == ("resolved", at)

    def test_a_postponed_one_comes_back_when_it_would_have(self, bens, change, again, inside, ticket):
        until = now() + timedelta(days=3)
        dates_back(ticket, inside, status="postponed", postponed_until=until, status_before="new")
        url, form = change("status", status="resolved")
        bens.post(url, form)
        assert (again().status, again().postponed_until, again().status_before) == ("postponed", until, "new")
        assert [job["ticket"] for job in queued("tickets.wake")] == [str(ticket.pk)]

    def test_it_is_where_it_was_in_the_lists(self, bens, change, again, inside, ticket):
        dates_back(ticket, inside, changed_at=now() - timedelta(days=3))
        before = again().changed_at
        url, form = change("status", status="spam")
        assert again().changed_at > before
        bens.post(url, form)
        assert again().changed_at == before

    def test_what_happened_in_it_meanwhile_counts(self, bens, change, again, of, inside, ticket):
        dates_back(ticket, inside, changed_at=now() - timedelta(days=3))
        url, form = change("status", status="resolved")
        bens.post(of("notes"), {"body_text": "Noted meanwhile."})
        noted = again().changed_at
        bens.post(url, form)
        assert again().changed_at == noted

    def test_it_is_an_event_like_any_other(self, bens, change, ticket, inside):
        url, form = change("status", status="resolved")
        bens.post(url, form)
        last = inside(lambda: Event.objects.filter(object_id=ticket.pk).order_by("-at", "-id").first())
        assert (last.kind, last.changes["undoes"]) == ("ticket.restored", form["event"])


class TestPlace:
    def test_assignment(self, adas, of, again, ben):
        page = adas.post(of("assignment"), {"assignee": ben.pk}, headers=HTMX).content.decode()
        [(url, event)] = OFFER.findall(page)
        assert again().assignee_id == ben.pk
        assert adas.post(url, {"event": event}).status_code == 200
        assert again().assignee_id is None

    def test_a_department_and_who_had_it_there(self, adas, of, again, ticket, inside, ben, billing, support):
        dates_back(ticket, inside, assignee=ben)
        page = adas.post(of("department"), {"department": billing.pk}, headers=HTMX).content.decode()
        [(url, event)] = OFFER.findall(page)
        assert (again().department_id, again().assignee_id) == (billing.pk, None)
        assert adas.post(url, {"event": event}).status_code == 200
        assert (again().department_id, again().assignee_id) == (support.pk, ben.pk)

    def test_tags(self, bens, change, tags):
        url, form = change("tags", add="urgent")
        assert tags() == ["urgent"]
        bens.post(url, form)
        assert tags() == []


class TestConflicts:
    def test_somebody_else_was_there_since(self, bens, change, again, ticket, inside, ada):
        url, form = change("status", status="resolved")
        inside(lambda: actions.change_status(again(), Status.CLOSED, actor=actor_of(ada)))
        response = bens.post(url, form)
        assert response.status_code == 409
        assert "changed again since" in response.json()["words"]
        assert again().status == "closed"

    def test_back_and_forth_is_a_change_too(self, bens, change, again, inside, ada):
        url, form = change("status", status="resolved")
        inside(lambda: actions.change_status(again(), Status.OPEN, actor=actor_of(ada)))
        inside(lambda: actions.change_status(again(), Status.RESOLVED, actor=actor_of(ada)))
        assert bens.post(url, form).status_code == 409
        assert again().status == "resolved"

    def test_another_kind_of_change_is_none(self, bens, change, again, inside, ada, ben):
        url, form = change("status", status="resolved")
        inside(lambda: actions.assign_ticket(again(), ben, actor=actor_of(ada)))
        assert bens.post(url, form).status_code == 200
        assert (again().status, again().assignee_id) == ("new", ben.pk)

    def test_twice(self, bens, change, again):
        url, form = change("status", status="resolved")
        assert [bens.post(url, form).status_code for _ in range(2)] == [200, 409]
        assert again().status == "new"

    def test_too_late(self, bens, change, again, monkeypatch, tmp_path):
        url, form = change("status", status="resolved")
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(minutes=2)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        assert bens.post(url, form).status_code == 409
        assert again().status == "resolved"

    def test_what_somebody_else_did(self, adas, change, again):
        url, form = change("status", status="resolved")
        assert adas.post(url, form).status_code == 404
        assert again().status == "resolved"

    @pytest.mark.parametrize("event", ["", "x", "00000000-0000-0000-0000-000000000000"])
    def test_what_is_no_change(self, bens, of, event):
        assert bens.post(of("undoing"), {"event": event}).status_code == 404

    def test_what_one_may_do_no_more(self, bens, change, again, ben, inside):
        url, form = change("status", status="resolved")
        inside(
            lambda: join_department(
                ben, Department.objects.get(name="Support"), role=DepartmentRole.READER, actor=SYSTEM
            )
        )
        assert bens.post(url, form).status_code == 403
        assert again().status == "resolved"


class TestAnswers:
    @pytest.fixture
    def send(self, bens, of, ticket, inside):
        """`send(text)`: the address that takes the answer back."""

        def send(text="It is on its way.", **form):
            bens.post(of("replies"), {"body_text": text, "hold": "on"} | form)
            newest = inside(lambda: Message.objects.filter(ticket=ticket, kind="outgoing").latest("at"))
            return f"/console/messages/{newest.pk}/taking-back"

        return send

    def test_the_mail_waits_five_seconds(self, send, run_jobs, northwind, inside, monkeypatch, tmp_path):
        send()
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 0
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(seconds=6)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 1

    def test_without_the_offer_nothing_waits(self, bens, of, run_jobs, inside):
        bens.post(of("replies"), {"body_text": "At once."})
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 1

    def test_it_is_a_draft_again_and_the_ticket_what_it_was(self, bens, send, again, ticket, path, inside, kinds):
        before = again()
        url = send(cc='"Farah, Ms" <farah@example.net>', then="resolve")
        assert (again().status, again().assignee.name) == ("resolved", "Ben")
        assert bens.post(url).json()["url"] == path
        after = again()
        for column in ("status", "assignee_id", "resolved_at", "changed_at", "preview", "message_count"):
            assert getattr(after, column) == getattr(before, column), column
        assert kinds() == ["incoming"]
        draft = inside(lambda: Draft.objects.get(ticket=ticket))
        assert "It is on its way." in draft.body_html
        assert "farah@example.net" in draft.cc
        assert "It is on its way." in bens.get(path).content.decode()

    def test_nothing_is_sent_after(self, bens, send, run_jobs, inside, monkeypatch, tmp_path):
        bens.post(send())
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(minutes=1)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 0

    def test_who_was_copied_in_takes_no_part(self, bens, send, ticket, inside):
        def parts():
            return set(
                inside(lambda: list(Participant.objects.filter(ticket=ticket).values_list("contact__name", flat=True)))
            )

        url = send(cc="New One <new@example.net>")
        assert parts() == {"Eli Berg", "New One"}
        bens.post(url)
        assert parts() == {"Eli Berg"}
        assert not inside(lambda: Contact.objects.filter(name="New One").exists()), "made for this mail alone"

    def test_what_was_begun_since_stays(self, bens, send, of, ticket, inside):
        url = send()
        bens.post(
            of("draft"), {"kind": "reply", "body_html": "<div>And another thing</div>", "seen": "", "mark": "0" * 32}
        )
        bens.post(url)
        body = inside(lambda: Draft.objects.get(ticket=ticket).body_html)
        assert body.index("It is on its way.") < body.index("And another thing")

    def test_its_mail_is_made(self, bens, send, again, run_jobs, monkeypatch, tmp_path, kinds):
        url = send()
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(seconds=6)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        response = bens.post(url)
        assert response.status_code == 409
        assert "on its way already" in response.json()["words"]
        assert kinds() == ["incoming", "outgoing"]

    def test_the_ticket_was_changed_by_somebody_else(self, bens, send, again, inside, ada, kinds):
        url = send()
        inside(lambda: actions.change_status(again(), Status.CLOSED, actor=actor_of(ada)))
        assert "changed meanwhile" in bens.post(url).json()["words"]
        assert (again().status, kinds()) == ("closed", ["incoming"])

    def test_that_of_somebody_else(self, adas, send, kinds):
        assert adas.post(send()).status_code == 403
        assert kinds() == ["incoming", "outgoing"]

    def test_one_that_was_never_held(self, client_of, ben, ticket):
        message = make_reply(ticket, ben)
        assert client_of(ben).post(f"/console/messages/{message.pk}/taking-back").status_code == 409

    def test_twice(self, bens, send):
        url = send()
        assert [bens.post(url).status_code for _ in range(2)] == [200, 404]

    def test_the_files_come_back(self, bens, send, of, ticket, inside, ben):
        kept = bens.post(of("files"), {"file": SimpleUploadedFile("a.txt", b"hello", "text/plain")}).json()["id"]
        bens.post(send(attachment=kept))
        names = inside(lambda: [f.name for f in Draft.objects.get(ticket=ticket).attachments.all()])
        assert names == ["a.txt"]


def test_an_answer_is_held_with_its_job_in_one_transaction(bens, of, northwind):
    """Whatever becomes of the browser: the job is there as soon as the answer is."""
    bens.post(of("replies"), {"body_text": "Held.", "hold": "on"})
    with account_scope(northwind.id):
        held = Message.objects.get(kind="outgoing")
    assert [job["message"] for job in queued("email.send")] == [str(held.pk)]


class TestNewTickets:
    """A ticket that an agent begins waits as an answer does, and taken back it is a draft with nothing lost."""

    @pytest.fixture
    def compose(self, bens, support, inside):
        """`compose(...)`: the address that takes the new ticket back."""

        def compose(**form):
            typed = {"to": "Nils <nils@example.com>", "subject": "Your order", "body_html": "<p>It has left.</p>"}
            answer = bens.post("/console/tickets/new", typed | {"department": support.id, "hold": "on"} | form)
            assert answer.status_code == 303
            return f"/console/messages/{inside(Message.objects.get).pk}/taking-back"

        return compose

    def test_the_mail_waits_five_seconds(self, compose, run_jobs, inside, monkeypatch, tmp_path):
        compose()
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 0
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(seconds=6)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 1

    def test_without_the_offer_nothing_waits(self, compose, run_jobs, inside):
        compose(hold="")
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.count) == 1

    def test_it_is_a_draft_again_with_all_that_was_typed(self, bens, compose, inside, support, run_jobs):
        kept = bens.post("/console/tickets/new/files", {"file": SimpleUploadedFile("a.txt", b"hello")}).json()["id"]
        url = compose(cc='"Farah, Ms" <farah@example.net>', attachment=kept)
        answer = bens.post(url).json()
        assert answer["url"] == "/console/tickets/new"
        assert inside(Ticket.objects.count) == inside(Message.objects.count) == inside(Participant.objects.count) == 0
        draft = inside(lambda: Draft.objects.prefetch_related("attachments").get(ticket=None))
        assert (draft.subject, draft.department_id, draft.to) == ("Your order", support.id, '"Nils" <nils@example.com>')
        assert [file.name for file in draft.attachments.all()] == ["a.txt"]
        page = bens.get("/console/tickets/new").content.decode()
        for typed in ("Your order", "nils@example.com", "Farah, Ms", "It has left.", "a.txt"):
            assert typed in page
        run_jobs()
        assert inside(OutgoingMail.objects.count) == 0

    def test_what_it_was_sent_from_is_sent_again_whole(self, bens, compose, inside, support, run_jobs):
        bens.post(compose())
        draft = inside(lambda: Draft.objects.get(ticket=None))
        again = {"to": draft.to, "subject": draft.subject, "body_html": draft.body_html, "department": support.id}
        assert bens.post("/console/tickets/new", again).status_code == 303
        run_jobs("email.send")
        assert inside(OutgoingMail.objects.get).envelope_to == ["nils@example.com"]

    def test_what_was_begun_since_stays_below_it(self, bens, compose, inside):
        url = compose()
        begun = {"to": "eve@example.org", "subject": "Another <one>", "body_html": "<div>To somebody else</div>"}
        bens.post("/console/tickets/new/draft", begun | {"seen": "", "mark": "0" * 32})
        bens.post(url)
        draft = inside(lambda: Draft.objects.get(ticket=None))
        assert (draft.to, draft.subject) == ('"Nils" <nils@example.com>', "Your order"), "never sent to the other one"
        places = [draft.body_html.index(part) for part in ("It has left.", "eve@example.org", "To somebody else")]
        assert places == sorted(places)
        assert "Another &lt;one&gt;" in draft.body_html

    def test_a_colleague_was_in_it_since(self, bens, compose, inside, ada):
        url = compose()
        inside(lambda: actions.change_status(Ticket.objects.get(), Status.OPEN, actor=actor_of(ada)))
        assert "changed meanwhile" in bens.post(url).json()["words"]
        ticket = inside(Ticket.objects.get)
        assert inside(lambda: Draft.objects.get(ticket=ticket)).body_html == "<p>It has left.</p>"

    def test_a_note_of_one_s_own_keeps_the_ticket(self, bens, compose, inside):
        url = compose()
        ticket = inside(Ticket.objects.get)
        bens.post(f"/console/tickets/{ticket.code}/notes", {"body_text": "By phone, too."})
        assert bens.post(url).json()["url"].endswith(ticket.code)
        assert [m.kind for m in inside(lambda: list(Message.objects.all()))] == ["note"]

    def test_its_mail_is_made(self, bens, compose, inside, run_jobs, monkeypatch, tmp_path):
        url = compose()
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(seconds=6)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        assert bens.post(url).status_code == 409
        assert inside(Ticket.objects.count) == 1

    def test_not_by_somebody_else_nor_twice(self, bens, adas, compose, inside):
        url = compose()
        assert adas.post(url).status_code == 403
        assert [bens.post(url).status_code for _ in range(2)] == [200, 404]
        assert inside(lambda: Event.objects.filter(kind="ticket.taken_back").count()) == 1

    def test_whom_nobody_knew_before_is_forgotten(self, bens, compose, inside):
        before = inside(Contact.objects.count)
        url = compose(cc="Farah <farah@example.net>, New One <new@example.net>")
        assert inside(Contact.objects.count) == before + 2
        assert "@" not in str(inside(Message.objects.get).held), "ids alone, which no address can be read from"
        bens.post(url)
        assert inside(Contact.objects.count) == inside(ContactAddress.objects.count) == before
        assert inside(lambda: ContactAddress.objects.filter(folded="farah@example.net").exists()), "was known before"

    def test_who_wrote_to_us_meanwhile_stays(self, bens, compose, inside, support_mail):
        url = compose()
        receive(support_mail, written(support_mail.address, sender="Nils <nils@example.com>", subject="By the way"))
        bens.post(url)
        assert inside(lambda: Ticket.objects.get().requester.name) == "Nils"

    def test_who_was_sent_a_mail_is_known(self, compose, inside, run_jobs, monkeypatch, tmp_path):
        compose()
        clock = tmp_path / "clock"
        clock.write_text((now() + timedelta(seconds=6)).isoformat())
        monkeypatch.setenv("STEWARD_TEST_CLOCK", str(clock))
        run_jobs("email.send")
        assert inside(lambda: Contact.objects.filter(name="Nils").exists())
