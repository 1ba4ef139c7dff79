"""What others wrote about somebody: found, read, confirmed, redacted; the rest stays and is counted."""

import json
from datetime import timedelta

import pytest

from steward.events.models import Event
from steward.lib.redacting import MARK
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.erasure import portions
from steward.privacy.erasure.actions import ask_for_plan, plan_erasure, run_erasure, start_erasure
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.setting_out import set_out
from steward.privacy.erasure.watching import PLANS_KEPT, watch_erasures
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.mentions import finding
from steward.privacy.mentions.actions import STORE, confirm_mentions, look_for_mentions, looking_for_mentions
from steward.privacy.mentions.models import Mention
from steward.privacy.mentions.queries import mentions_of
from steward.privacy.requests.actions import plan_again
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.letters import receive, written
from steward.testing.tickets import make_ticket
from steward.tickets.actions import add_note
from steward.tickets.actions.replying import Writing
from steward.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(northwind, ada, ben, eli, farah):
    """Eli Brandt writes; Ben notes his name in Farah's ticket, and that of a namesake's sister."""
    make_ticket(eli)
    theirs = make_ticket(farah, subject="About Eli Brandt")
    with account_scope(northwind.id):
        type(eli).objects.filter(pk=eli.pk).update(name="Eli Brandt")
        me = Membership.objects.get(pk=ben.pk)
        add_note(theirs, Writing("<p>She asks for Eli\nBrandt, eli@example.org.</p>"), author=me, actor=actor_of(me))
        add_note(theirs, Writing("<p>Brandts and Elis are others.</p>"), author=me, actor=actor_of(me))
    return theirs


def planned(account, ada, *, keeps_tickets=False):
    person = person_by_address("eli@example.org")
    erasure = plan_erasure(person.nameless_extent if keeps_tickets else person.extent, actor=actor_of(ada))
    look_for_mentions(erasure)
    return erasure


def texts(ticket):
    return " ".join(Message.objects.filter(ticket=ticket).values_list("body_text", flat=True))


def test_they_are_found_by_name_and_address_with_the_words_around(northwind, ada, told):
    with account_scope(northwind.id):
        [place] = mentions_of(planned(northwind, ada))
        assert (place.code, place.author, place.is_note) == (told.code, "Ben", True)
        assert place.before.endswith("asks for ")
        assert " ".join(place.words.split()) == "Eli Brandt"
        assert set(Mention.objects.get().words) == {"Eli Brandt", "eli@example.org"}


def test_what_is_confirmed_becomes_unreadable_and_the_certificate_says_so(northwind, ada, told):
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        confirm_mentions(erasure, [mentions_of(erasure)[0].pk], actor=actor_of(ada))
        start_erasure(erasure, actor=actor_of(ada))
    done = run_erasure(northwind.id, erasure.id)
    assert (done.state, done.erased["mentions.words"]) == (Erasure.State.DONE, 1), done.left
    with account_scope(northwind.id):
        said = texts(told)
        assert "Brandt," not in said
        assert "eli@example.org" not in said
        assert MARK in said
        assert "Brandts and Elis" in said
        assert "Eli" not in Ticket.objects.get(pk=told.pk).subject
        assert not Mention.objects.exists()
        assert Event.objects.get(kind="message.redacted").actor_id == ada.pk
    told_of = json.loads(done.certificate)["mentions"]
    assert told_of == {"found": 1, "redacted": 1, "not_confirmed": 0, "under_a_legal_hold": 0}


def test_what_nobody_confirmed_stays_and_is_named(northwind, ada, told):
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        confirm_mentions(erasure, [], actor=actor_of(ada))
        start_erasure(erasure, actor=actor_of(ada))
    done = run_erasure(northwind.id, erasure.id)
    assert done.state == Erasure.State.DONE
    assert json.loads(done.certificate)["mentions"]["not_confirmed"] == 1
    with account_scope(northwind.id):
        assert "eli@example.org" in texts(told)
        assert not Mention.objects.exists(), "the list names the person"


def test_what_is_only_quoted_is_found_too(northwind, ada, eli, support_mail):
    make_ticket(eli)
    text = "See below.\n\nOn Mon, 5 Jan 2026 Omar wrote:\n> Please ask eli@example.org about 100%_.\n"
    receive(support_mail, written(support_mail.address, sender="Farah <farah@example.net>", text=text))
    with account_scope(northwind.id):
        [place] = mentions_of(planned(northwind, ada))
        assert place.words == "eli@example.org"


def test_a_subject_alone_is_a_mention_too(northwind, ada, eli, farah):
    make_ticket(eli)
    theirs = make_ticket(farah, subject="For eli@example.org")
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        [place] = mentions_of(erasure)
        assert (place.author, place.words) == ("", "eli@example.org")
        confirm_mentions(erasure, [], actor=actor_of(ada), is_all=True)
        start_erasure(erasure, actor=actor_of(ada))
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.DONE
    with account_scope(northwind.id):
        assert Ticket.objects.get(pk=theirs.pk).subject == f"For {MARK}"


def test_all_of_them_are_listed_however_many_there_are(northwind, ada, eli, farah, monkeypatch):
    monkeypatch.setattr(finding, "PORTION", 2)
    monkeypatch.setitem(portions._most, STORE, 2)
    make_ticket(eli)
    theirs = [make_ticket(farah, subject=f"No {n} for eli@example.org", body="Eli@exam\u00adple.org") for n in range(3)]
    theirs += [make_ticket(farah, subject=f"No {n} for eli@example.org") for n in range(2)]
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        assert [place.code for place in mentions_of(erasure)] == [each.code for each in theirs]
        assert look_for_mentions(erasure) == len(theirs), "done anew it lists nothing twice"
        confirm_mentions(erasure, [], actor=actor_of(ada), is_all=True)
        start_erasure(erasure, actor=actor_of(ada))
    done = run_erasure(northwind.id, erasure.id)
    assert (done.state, done.erased[STORE], done.unproven) == (Erasure.State.DONE, len(theirs), {})
    with account_scope(northwind.id):
        assert not Ticket.objects.filter(subject__contains="eli@").exists()


def test_nothing_is_listed_for_a_plan_that_was_dropped_meanwhile(northwind, ada, told):
    with account_scope(northwind.id):
        erasure = ask_for_plan(person_by_address("eli@example.org").extent, actor=actor_of(ada))
        looking = looking_for_mentions(erasure)
        Erasure.objects.all().delete()
        assert list(looking) == []
        assert not Mention.objects.exists(), "it names the person"
    run_jobs()


def test_a_hold_keeps_the_words_and_the_certificate_says_so(northwind, ada, told):
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        make = mentions_of(erasure)[0].pk
        confirm_mentions(erasure, [make], actor=actor_of(ada))
        place_hold(LegalHold.On.TICKET, told.pk, basis=LegalHold.Basis.CLAIMS, actor=actor_of(ada))
        start_erasure(erasure, actor=actor_of(ada))
    done = run_erasure(northwind.id, erasure.id)
    with account_scope(northwind.id):
        assert "eli@example.org" in texts(told)
    assert done.state == Erasure.State.DONE, "it keeps what others wrote, and nothing of the person's own"
    certificate = json.loads(done.certificate)
    assert (certificate["mentions"]["redacted"], certificate["mentions"]["under_a_legal_hold"]) == (0, 1)
    said = [one for section in set_out(certificate, "")["sections"] for one in section["points"]]
    assert "1 was confirmed, and stays as long as a legal hold keeps it." in said


def test_what_an_erasure_that_failed_had_listed_goes_with_the_next(northwind, ada, told):
    with account_scope(northwind.id):
        failed = planned(northwind, ada)
        confirm_mentions(failed, [], actor=actor_of(ada), is_all=True)
        Erasure.objects.filter(pk=failed.pk).update(state=Erasure.State.FAILED)
        erasure = planned(northwind, ada)
        start_erasure(erasure, actor=actor_of(ada))
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.DONE
    with account_scope(northwind.id):
        assert not Mention.objects.exists()


def test_what_is_still_to_be_decided_is_listed_with_the_plan_in_its_place_once(northwind, ada, told):
    with account_scope(northwind.id):
        failed = planned(northwind, ada)
        Erasure.objects.filter(pk=failed.pk).update(state=Erasure.State.FAILED)
        again = plan_again(failed, actor=actor_of(ada))
    run_jobs("erasure.count")
    with account_scope(northwind.id):
        assert Mention.objects.get().erasure_id == again.pk


def test_a_plan_that_nobody_orders_is_forgotten_with_its_list(northwind, ada, told, stop_clock):
    stop_clock(told.created_at)
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
    stop_clock(told.created_at + PLANS_KEPT)
    watch_erasures()
    with account_scope(northwind.id):
        assert Mention.objects.exists()
    stop_clock(told.created_at + PLANS_KEPT + timedelta(seconds=1))
    watch_erasures()
    with account_scope(northwind.id):
        assert not Mention.objects.exists()
        assert not Erasure.objects.filter(pk=erasure.pk).exists()


def test_nothing_is_confirmed_once_it_is_ordered(northwind, ada, told):
    with account_scope(northwind.id):
        erasure = planned(northwind, ada)
        start_erasure(erasure, actor=actor_of(ada))
        assert confirm_mentions(erasure, [], actor=actor_of(ada), is_all=True) == 0
