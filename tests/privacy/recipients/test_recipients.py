"""Recipients are told of an erasure, a correction and a restriction; and nobody is remembered for it any longer."""

import json
from datetime import timedelta

import pytest

from steward.contacts.models import ContactAddress
from steward.contacts.rectifying import Correction
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.actions import note_bounce
from steward.outbox.models import OutgoingMail
from steward.people.access import actor_of
from steward.privacy.egress.models import EgressEvent
from steward.privacy.erasure import certifying
from steward.privacy.erasure.actions import plan_erasure, run_erasure
from steward.privacy.erasure.certifying import is_genuine
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.privacy.recipients.actions import choose_by_itself, note_not_told, note_told, send_letters
from steward.privacy.recipients.letters import NoWay, letter_to
from steward.privacy.recipients.letting_go import LETTERS_KEPT, WARNED_AFTER, forget_letters, warn_of_untold
from steward.privacy.recipients.models import WITH_LETTER, Recipient, Telling
from steward.privacy.recipients.queries import letters_of, recipients_of, telling_about
from steward.privacy.requests import upkeep
from steward.privacy.requests.actions import NewRequest, approve, fulfil_correction, open_request, verify
from steward.privacy.requests.letters import answer_words
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.passing_on import telling_of
from steward.privacy.requests.persons import person_by_address
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.registries import hosting_registry, publish_registry
from steward.testing.tickets import make_ticket
from steward.tickets.actions import reply_to_ticket
from steward.tickets.actions.replying import Writing
from steward.tickets.conversation import Correspondent

pytestmark = pytest.mark.django_db(transaction=True)

State, Kinds = Recipient.State, Recipient.Kind


@pytest.fixture
def sent_to(northwind):
    """Mail went through a subprocessor, content to a service of the account's own; two servers were only tried out."""
    publish_registry(hosting_registry(name="Relay Ltd"))
    calls = (
        ("S", "relay.example", "mail.deliver", "relay"),
        ("T", "ai.own.example", "answer.suggest", ""),
        ("T", "tried.example", "mail.try", ""),
        ("T", "tried-too.example", "service.try", ""),
    )
    row = {"categories": [], "port": 443, "from_region": "eu", "reason_code": "allowed", "is_allowed": True}
    with account_scope(northwind.id):
        for traffic, host, purpose, engagement in calls:
            EgressEvent.objects.create(
                traffic=traffic, host=host, purpose=purpose, engagement=engagement, at=now(), **row
            )


@pytest.fixture
def ticket(eli, ben, support_mail, sent_to):
    """Eli's; Farah got a copy of the answer."""
    ticket = make_ticket(eli)
    with account_scope(eli.account_id):
        people = [Correspondent("Eli", "Eli@example.org")], [Correspondent("Farah", "farah@example.net")]
        reply_to_ticket(ticket, Writing("<p>Soon.</p>"), author=ben, actor=actor_of(ben), to=people[0], cc=people[1])
    run_jobs()
    return ticket


def erase(account):
    with account_scope(account.id):
        erasure = plan_erasure(person_by_address("eli@example.org").extent, actor=SYSTEM)
    return run_erasure(account.id, erasure.id)


@pytest.fixture
def erased(northwind, ticket):
    return erase(northwind)


def by_kind(erasure):
    return {one.kind: one for one in recipients_of(telling_about(erasure.pk))}


def test_each_recipient_is_named_what_it_needs_and_told(northwind, ada, erased, support_mail, settings):
    settings.STEWARD_DEMO = True
    with account_scope(northwind.id):
        rows = by_kind(erased)
        assert set(rows) == {Kinds.SUBPROCESSOR, Kinds.SERVICE, Kinds.CORRESPONDENT}, "no server that was only tried"
        relay, own, farah = (rows[kind] for kind in (Kinds.SUBPROCESSOR, Kinds.SERVICE, Kinds.CORRESPONDENT))
        assert (relay.name, relay.address) == ("Relay Ltd", "privacy@relay.example")
        assert relay.identifiers == {"names": [], "addresses": ["eli@example.org"]}
        assert own.identifiers["names"], "whoever reads mails finds somebody by the name, too"
        assert (farah.address, farah.identifiers["addresses"]) == ("farah@example.net", ["eli@example.org"])
        telling, actor = relay.telling, actor_of(ada)
        with pytest.raises(NoWay):
            send_letters(telling, [relay.pk, own.pk], actor=actor)
        local, _, domain = support_mail.address.partition("@")
        with pytest.raises(NoWay):  # it would come back as a ticket
            send_letters(telling, [relay.pk], actor=actor, addresses={relay.pk: f"{local.upper()}+dpo@{domain}"})
        assert send_letters(telling, [relay.pk, own.pk], actor=actor, addresses={own.pk: "dpo@own.example"}) == 2
        assert note_not_told(telling, [farah.pk], Recipient.Reason.EFFORT, actor=actor) == 1
    run_jobs()
    with account_scope(northwind.id):
        rows = by_kind(erased)
        assert [rows[kind].state for kind in "STC"] == [State.TOLD, State.TOLD, State.NOT_TOLD]
        assert [rows[kind].identifiers for kind in "STC"] == [None] * 3
        assert rows[Kinds.CORRESPONDENT].address == "", "of people nothing but their number stays"
        mails = OutgoingMail.objects.filter(purpose="notice to a recipient")
        assert [(mail.state, bytes(mail.content)) for mail in mails] == [("sent", b"")] * 2
        mails_to = {one.mail_id: one.kind for one in rows.values()}
        erased.refresh_from_db()
        told = json.loads(erased.certificate)
        assert [(one["name"], one["told_how"], one["told_by"]) for one in told["recipients"]] == [
            ("", "mail", str(ada.pk)), ("Relay Ltd", "mail", str(ada.pk)),
        ]  # fmt: skip
        assert told["correspondents"] == {"found": 1, "told": 0, "not_told": 1}
        assert len(told["versions_before"]) == told["version"] - 1 == 3, told
        assert "@example" not in erased.certificate
        assert is_genuine(erased)
        note_bounce(mails[0].pk, recipients=["dpo@own.example"], bounced="dpo@own.example", words="no such user")
        back = by_kind(erased)[mails_to[mails[0].pk]]
        assert (back.state, back.trouble) == (State.WAITING, "bounced"), "one that came back told nobody"
    run_jobs()
    with account_scope(northwind.id):
        erased.refresh_from_db()
        assert sum(bool(one["told_at"]) for one in json.loads(erased.certificate)["recipients"]) == 1


def test_a_letter_that_has_left_does_not_leave_again_when_its_certificate_cannot_be_made(
    northwind, ada, erased, settings, monkeypatch
):
    settings.STEWARD_DEMO = True

    def fail(*given, **known):
        raise OSError("no space left on the device")

    with account_scope(northwind.id):
        relay = by_kind(erased)["S"]
        send_letters(relay.telling, [relay.pk], actor=actor_of(ada))
    with monkeypatch.context() as patch:
        patch.setattr(certifying, "write_certificate", fail)
        run_jobs("outbox.deliver")
    with account_scope(northwind.id):
        assert OutgoingMail.objects.get(purpose="notice to a recipient").state == "sent"
        assert by_kind(erased)["S"].state == State.TOLD
    run_jobs()
    with account_scope(northwind.id):
        erased.refresh_from_db()
        assert any(one["told_at"] for one in json.loads(erased.certificate)["recipients"])


def test_what_was_known_when_an_erasure_failed_goes_on_with_the_next_one(northwind, erased):
    with account_scope(northwind.id):
        Erasure.objects.filter(pk=erased.pk).update(state=Erasure.State.FAILED, certificate="")
        again = plan_erasure(Extent(addresses=("eli@example.org",)), actor=SYSTEM)
        Erasure.objects.filter(pk=again.pk).update(of=Erasure.Of.PERSON)
    run_erasure(northwind.id, again.pk)
    with account_scope(northwind.id):
        rows = by_kind(again)
        assert rows["C"].address == "farah@example.net", "the ticket by which she was found is gone"
        assert rows["T"].identifiers["names"] == ["Eli Berg"], "and so is the name"
        assert not telling_about(erased.pk).recipients.filter(WITH_LETTER).exists()


def test_letters_leave_by_themselves_where_the_account_wants_it(northwind, ticket, settings):
    settings.STEWARD_DEMO = True
    with account_scope(northwind.id):
        choose_by_itself(True, actor=SYSTEM)
    erased = erase(northwind)
    run_jobs()
    with account_scope(northwind.id):
        rows = by_kind(erased)
        assert (rows["S"].state, rows["S"].how) == (State.TOLD, Recipient.How.ITSELF)
        assert [rows[kind].state for kind in "TC"] == [State.WAITING] * 2, "no address, and a person"


def test_who_was_not_told_is_warned_of_once_and_the_letter_goes(northwind, erased, stop_clock):
    begun = erased.finished_at
    stop_clock(begun + WARNED_AFTER - timedelta(minutes=1))
    assert warn_of_untold() == 0
    stop_clock(begun + WARNED_AFTER + timedelta(minutes=1))
    assert (warn_of_untold(), warn_of_untold()) == (1, 0)
    with account_scope(northwind.id):
        assert OutgoingMail.objects.filter(purpose="erasure warning").count() == 1
        assert len(letters_of(recipients_of(telling_about(erased.pk)))) == 2, "one with the name, one without"
    assert forget_letters() == 0
    stop_clock(begun + LETTERS_KEPT + timedelta(minutes=1))
    assert forget_letters() == 3
    with account_scope(northwind.id):
        telling = telling_about(erased.pk)
        assert letters_of(recipients_of(telling)) == []
        assert note_told(telling, [one.pk for one in recipients_of(telling)], actor=SYSTEM) == 3, (
            "it can be noted still"
        )


def test_what_was_corrected_is_passed_on_and_a_person_hears_who_was_told(
    northwind, eli, ada, ticket, client_of, stop_clock
):
    with account_scope(northwind.id):
        begun = ticket.created_at + timedelta(minutes=1)
        stop_clock(begun)
        new = NewRequest(
            PrivacyRequest.Type.RECTIFY, PrivacyRequest.Channel.AGENT, begun, subject=eli, address="eli@example.org"
        )
        request = open_request(new, actor=SYSTEM)
        verify(request, by=PrivacyRequest.Proof.KNOWN, actor=SYSTEM)
        approve(request, actor=SYSTEM)
        old = eli.name
        fulfil_correction(request, Correction("Elias Berg", "en"), actor=SYSTEM)
        telling = telling_of(request)
        own = next(one for one in recipients_of(telling) if one.kind == Kinds.SERVICE)
        letter = letter_to(own)
        before, _, after = letter.text.partition("This is right now:")
        assert old in before
        assert "Elias Berg" in after
        assert "corrected" in letter.subject
        words = answer_words(request, with_recipients=True)
        assert "Relay Ltd: to be told yet" in words
        assert "1 person who got the same mails as you; told: 0" in words
        assert "Relay" not in answer_words(request)
    page = f"/console/settings/privacy/requests/{request.pk}"
    browser = client_of(ada)
    assert f"/privacy/recipients/{telling.pk}" in browser.get(page).content.decode()
    assert "Relay Ltd: to be told yet" in browser.get(f"{page}?recipients=1").content.decode()
    assert browser.get(f"/console/settings/privacy/recipients/{telling.pk}").status_code == 200
    stop_clock(begun + WARNED_AFTER + timedelta(minutes=1))
    upkeep.warn_accounts()
    with account_scope(northwind.id):
        telling.refresh_from_db()
        assert telling.warned_at is not None
    erase(northwind)
    with account_scope(northwind.id):
        assert not Recipient.objects.filter(WITH_LETTER, telling=telling).exists(), "gone with the person"
        [about] = Telling.objects.filter(of=Telling.Of.ERASURE)
        assert letters_of(recipients_of(about)), "the letters of the erasure itself stay until they are sent"


def test_who_got_the_same_mails_hears_of_no_address_they_never_saw(northwind, eli, ticket):
    with account_scope(northwind.id):
        ContactAddress.objects.create(contact=eli, value="Eli@home.example", folded="eli@home.example")
        new = NewRequest(
            PrivacyRequest.Type.RECTIFY, PrivacyRequest.Channel.AGENT, now(), subject=eli, address="eli@example.org"
        )
        request = open_request(new, actor=SYSTEM)
        verify(request, by=PrivacyRequest.Proof.KNOWN, actor=SYSTEM)
        approve(request, actor=SYSTEM)
        seen = eli.addresses.get(folded="eli@example.org")
        right = Correction("Elias Berg", "en", {seen.pk: "elias@example.org"})
        fulfil_correction(request, right, actor=SYSTEM)
        rows = recipients_of(telling_of(request))
        known = {one.kind: letter_to(one).text.partition("This is right now:")[2] for one in rows}
        assert "Eli@home.example" in known["T"]
        assert "elias@example.org" in known["T"]
        assert "Elias Berg" in known["C"]
        assert "elias@example.org" in known["C"], "it is what they know, corrected"
        assert "home.example" not in known["C"]
        kinds = sorted(sorted(one.kind for one in letter.recipients) for letter in letters_of(rows))
        assert kinds == [["C"], ["S"], ["T"]], "each is shown the letter that is sent"


def test_the_answer_to_who_was_erased_names_two_days(northwind, eli, ticket):
    Account.objects.filter(pk=northwind.pk).update(language="en")
    with account_scope(northwind.id):
        new = NewRequest(
            PrivacyRequest.Type.ERASE, PrivacyRequest.Channel.AGENT, now(), subject=eli, address="eli@example.org"
        )
        request = open_request(new, actor=SYSTEM)
    done = erase(northwind)
    with account_scope(northwind.id):
        PrivacyRequest.objects.filter(pk=request.pk).update(erasure_id=done.pk)
        request.refresh_from_db()
        words = answer_words(request)
        assert f"{done.backups_end_at.day} " in words.partition("until")[2]
        assert "30 days" not in words
    assert done.state == Erasure.State.DONE
