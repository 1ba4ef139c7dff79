"""What support is shown of an account under a grant, what it may do there, and what each leaves behind."""

from datetime import timedelta

import pytest
from django.db import connection

from steward.events.models import Event, Read
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.suspension import suspend_account
from steward.people.models import Membership
from steward.privacy.audit.policy import Choice, change_policy
from steward.privacy.requests.for_support import read_privacy
from steward.privacy.support_access.access import Granter
from steward.privacy.support_access.actions import (
    GrantChanged,
    ask_for_access,
    grant_access,
    offer_access,
    refuse_access,
    revoke_access,
    withdraw_request,
)
from steward.privacy.support_access.models import Area, SupportGrant, SupportSession
from steward.privacy.support_access.queries import (
    grant_for_commands,
    grants_of_account,
    report_of,
    requests_waiting,
    seen_under,
)
from steward.privacy.support_access.reading import (
    NotThere,
    list_customers,
    list_tickets,
    read_customer,
    read_settings,
    read_ticket,
)
from steward.privacy.support_access.scope import NoGrant
from steward.privacy.support_access.sessions import close_session
from steward.privacy.support_access.tasks import end
from steward.privacy.support_access.writing import set_status, write_note
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_note, make_reply, make_ticket
from steward.tickets.actions.statuses import StatusRefused
from steward.tickets.models import Message


@pytest.fixture
def ticket(northwind, eli, ben, clock):
    ticket = make_ticket(eli, subject="The invoice is wrong")
    make_reply(ticket, ben)
    make_note(ticket, ben)
    return ticket


@pytest.fixture
def let_in(northwind, ada, clock):
    def let_in(*areas, **how):
        with account_scope(northwind.id):
            return offer_access(by=Granter(ada), reason="You asked for help.", areas=areas or Area.values, **how)

    return let_in


READINGS = {
    "support.tickets_listed": ("tickets", lambda a, o, t: list_tickets(a, o)),
    "ticket.read": ("tickets", lambda a, o, t: read_ticket(a, o, t.code)),
    "support.customers_listed": ("customers", lambda a, o, t: list_customers(a, o)),
    "support.customer_read": ("customers", lambda a, o, t: read_customer(a, o, t.requester_id)),
    "support.settings_read": ("settings", lambda a, o, t: read_settings(a, o)),
    "support.privacy_read": ("privacy", lambda a, o, t: read_privacy(a, o)),
}


@pytest.mark.parametrize("kind", READINGS)
def test_each_reading_needs_its_area_and_leaves_one_entry(northwind, olga, ticket, let_in, kind):
    area, read = READINGS[kind]
    let_in(*{*Area.values} - {area})
    with pytest.raises(NoGrant):
        read(northwind.id, olga.user_id, ticket)
    let_in(area)
    read(northwind.id, olga.user_id, ticket)
    with account_scope(northwind.id):
        noted = Read.objects.get()
    assert (noted.kind, noted.actor_kind, noted.actor_id) == (kind, "staff", olga.user_id)


def test_it_is_noted_where_the_account_notes_no_reads(northwind, ada, olga, ticket, let_in):
    with account_scope(northwind.id):
        change_policy(Choice(records_reads=False, reads_days=365, entries_days=3_650), actor=SYSTEM)
    let_in("tickets")
    read_ticket(northwind.id, olga.user_id, ticket.code)
    with account_scope(northwind.id):
        assert Read.objects.count() == 1


def test_a_ticket_with_all_that_was_said(northwind, olga, ticket, let_in):
    let_in("tickets")
    found = read_ticket(northwind.id, olga.user_id, ticket.code)
    assert (found.line.subject, found.line.customer) == ("The invoice is wrong", "Eli Berg")
    assert [one.kind for one in found.messages] == ["incoming", "outgoing", "note"]
    assert [one.who for one in found.messages][1:] == ["Ben", "Ben"]
    assert all(one.text for one in found.messages)
    assert found.next_statuses == []
    with pytest.raises(NotThere):
        read_ticket(northwind.id, olga.user_id, "NOT-00000")


def test_another_accounts_ticket_is_not_there(northwind, contoso, omar, olga, ticket, let_in):
    other = make_ticket(omar)
    let_in("tickets")
    with pytest.raises(NotThere):
        read_ticket(northwind.id, olga.user_id, other.code)
    with pytest.raises(NoGrant):
        read_ticket(contoso.id, olga.user_id, other.code)


def test_the_list_goes_on_and_is_searched(northwind, olga, eli, clock, let_in):
    codes = []
    for minute in range(32):
        clock(minute)
        codes.append(make_ticket(eli, subject=f"Matter {minute}").code)
    let_in("tickets")
    first = list_tickets(northwind.id, olga.user_id)
    second = list_tickets(northwind.id, olga.user_id, after=first.next)
    assert [one.code for one in first.tickets + second.tickets] == codes[::-1]
    assert second.next is None
    assert [one.code for one in list_tickets(northwind.id, olga.user_id, query="matter 7").tickets] == [codes[7]]
    assert [one.code for one in list_tickets(northwind.id, olga.user_id, query=codes[3].lower()).tickets] == [codes[3]]


def test_customers_and_their_tickets_only_with_that_area(northwind, olga, eli, ticket, let_in):
    let_in("customers")
    assert [one.address for one in list_customers(northwind.id, olga.user_id, query="ELI@example.org").customers] == [
        "eli@example.org"
    ]
    assert [one.id for one in list_customers(northwind.id, olga.user_id, query="berg").customers] == [eli.pk]
    assert read_customer(northwind.id, olga.user_id, eli.pk).tickets == []
    let_in("customers", "tickets", hours=48)
    assert [one.code for one in read_customer(northwind.id, olga.user_id, eli.pk).tickets] == [ticket.code]


def test_how_the_account_is_set_up(northwind, olga, let_in, clock):
    let_in("settings")
    found = read_settings(northwind.id, olga.user_id)
    assert [one.name for one in found.departments] == ["Billing", "Support"]
    assert {one.name: one.departments for one in found.members}["Ben"] == [("Support", "solver")]
    assert [one.address for one in found.mail_accounts] == [
        "billing@northwind.localhost",
        "support@northwind.localhost",
    ]
    assert found.rules["code_digits"] == 5


def test_a_note_and_a_status_are_said_to_be_of_support(northwind, olga, ticket, let_in, settle):
    let_in("tickets", may_write=True)
    assert "resolved" in read_ticket(northwind.id, olga.user_id, ticket.code).next_statuses
    write_note(northwind.id, olga.user_id, ticket.code, "We look at <it>.")
    set_status(northwind.id, olga.user_id, ticket.code, "resolved")
    with account_scope(northwind.id):
        note = Message.objects.filter(kind="note").order_by("-at", "-id").first()
        assert (note.author_id, note.sender_name, note.body_text) == (
            None,
            "Support: olga@operator.example",
            "We look at <it>.",
        )
        events = Event.objects.filter(actor_kind="staff").order_by("id").values_list("kind", "actor_id")
        assert set(events) == {
            (kind, olga.user_id) for kind in ("support.session_began", "note.added", "ticket.resolved")
        }
        settle()


@pytest.mark.parametrize("status", ["deleted", "spam", "postponed", "nonsense"])
def test_support_puts_no_ticket_away(northwind, olga, ticket, let_in, status):
    let_in("tickets", may_write=True)
    with pytest.raises(StatusRefused):
        set_status(northwind.id, olga.user_id, ticket.code, status)


def test_who_may_only_read_writes_nothing(northwind, olga, ticket, let_in):
    let_in("tickets")
    with pytest.raises(NoGrant):
        write_note(northwind.id, olga.user_id, ticket.code, "no")
    with pytest.raises(NoGrant):
        set_status(northwind.id, olga.user_id, ticket.code, "resolved")


def test_what_came_of_a_grant(northwind, olga, ticket, let_in, clock, settle):
    grant = let_in("tickets", "settings", may_write=True)
    read_ticket(northwind.id, olga.user_id, ticket.code)
    clock(1)
    read_settings(northwind.id, olga.user_id)
    write_note(northwind.id, olga.user_id, ticket.code, "Found it.")
    with account_scope(northwind.id):
        report = report_of(grant)
        assert (report.reads, report.writes, report.operators, report.tickets) == (
            2,
            1,
            [olga.user_id],
            [ticket.pk],
        )
        assert {one.kind for one in seen_under(grant)} == {"ticket.read", "support.settings_read", "note.added"}
        assert close_session(grant, olga.user_id)
        assert not close_session(grant, olga.user_id)
        assert SupportSession.objects.get().ended_because == "closed"


def test_of_two_grants_at_once_each_reports_what_was_done_by_it(northwind, ada, olga, ticket, let_in, clock):
    """They overlap, and she goes to and fro; also where the clock stands still in between."""
    tickets, settings = let_in("tickets", may_write=True), let_in("settings", hours=48)
    for minute in (0, 0, 1, 2):
        clock(minute)
        read_ticket(northwind.id, olga.user_id, ticket.code)
        read_settings(northwind.id, olga.user_id)
    clock(3)
    write_note(northwind.id, olga.user_id, ticket.code, "Found it.")
    with account_scope(northwind.id):
        assert [one.kind for one in seen_under(tickets)] == ["note.added", *["ticket.read"] * 4]
        assert [one.kind for one in seen_under(settings)] == ["support.settings_read"] * 4
        assert [(one.reads, one.writes) for one in map(report_of, (tickets, settings))] == [(4, 1), (4, 0)]
        assert SupportSession.objects.filter(ended_at=None).count() == 1, "she uses one at a time"
        revoke_access(tickets, by=ada)
        assert report_of(SupportGrant.objects.get(pk=tickets.pk)).reads == 4


def test_the_audit_says_whose_people_they_were_and_shows_them_alone(
    northwind, ada, olga, ticket, let_in, client_of, settle
):
    let_in("tickets")
    read_ticket(northwind.id, olga.user_id, ticket.code)
    settle()
    for log, words in (("", "Support began to look"), ("reads", "Ticket read")):
        page = client_of(ada).get("/console/settings/privacy/audit", {"who": "support", "log": log})
        rows = page.content.decode().partition("<tbody>")[2]
        assert rows.count("<tr") == 1
        assert "Support: olga@operator.example" in rows
        assert words in rows


def test_a_request_is_answered_once(northwind, ada, olga, clock):
    asked = ask_for_access(northwind.id, olga.user_id, reason="Your mail stands still.", areas=["settings"])
    with account_scope(northwind.id):
        assert requests_waiting() == [asked]
        refuse_access(asked, by=ada, answer="Not now.")
        for again in (lambda: refuse_access(asked, by=ada), lambda: grant_access(asked, by=Granter(ada))):
            with pytest.raises(GrantChanged):
                again()
        assert requests_waiting() == []
    with pytest.raises(GrantChanged):
        withdraw_request(northwind.id, asked.pk, olga.user_id)


def test_all_that_ever_was_a_page_at_a_time(northwind, let_in):
    made = [let_in("tickets") for _ in range(3)]
    with account_scope(northwind.id):
        first = grants_of_account(most=2)
        assert (first.grants, first.next) == (made[:0:-1], made[1].pk)
        assert grants_of_account(after=first.next, most=2).grants == made[:1]


@pytest.mark.parametrize(("seconds", "may"), [(-1, True), (0, False)])
def test_a_command_asks_whether_anything_opens_it(northwind, let_in, clock, seconds, may):
    let_in("export", hours=1)
    clock(60, seconds=seconds)
    assert bool(grant_for_commands(northwind.id, area="export")) == may
    assert not grant_for_commands(northwind.id, area="tickets")


def test_a_member_who_left_granted_it_still(northwind, ada, let_in):
    grant = let_in("tickets")
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ada.pk).delete()
        grant = SupportGrant.objects.get(pk=grant.pk)
        assert grant.granted_by_id is None
        assert grant.expires_at - grant.starts_at == timedelta(days=1)


def test_when_the_account_is_shut_every_access_ends(northwind, olga, ticket, let_in):
    let_in("tickets")
    let_in("tickets", starts_at=now() + timedelta(days=2))
    read_ticket(northwind.id, olga.user_id, ticket.code)
    suspend_account(northwind, actor=SYSTEM)
    with pytest.raises(NoGrant):
        read_ticket(northwind.id, olga.user_id, ticket.code)
    with account_scope(northwind.id):
        assert {one.state for one in SupportGrant.objects.all()} == {"ended"}
        assert not SupportSession.objects.filter(ended_at=None).exists()


def test_a_job_that_comes_too_early_comes_again(northwind, let_in, clock, run_jobs):
    """The queue asks the clock of the database."""
    grant = let_in("tickets", hours=1)
    end.func(account=str(northwind.id), grant=str(grant.pk))
    run_jobs("support_access.end")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE scheduled_at = %s", [grant.expires_at])
    clock(60)
    assert run_jobs("support_access.end") == 1
    with account_scope(northwind.id):
        assert SupportGrant.objects.get(pk=grant.pk).state == "ended"
