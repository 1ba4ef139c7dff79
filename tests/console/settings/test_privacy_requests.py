"""The desk for requests of persons: list, page, and each step."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from steward.channels.email.models import RawMail
from steward.channels.email.privacy_addresses import make_privacy_address
from steward.contacts.models import Contact
from steward.contacts.restriction import restrict_contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.notifications.account_models import AccountNotice
from steward.outbox.models import OutgoingMail
from steward.privacy.consent.actions import Proof, give
from steward.privacy.consent.asking import may
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.actions import NewRequest, extend, open_request, warn_of_ends
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.queries import PAGE
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, outgoing_mails, receive, written
from steward.testing.queries import assert_same_queries_for_more_rows
from steward.tickets.models import Message, Ticket
from steward.tickets.restriction import may_write

LIST = "/console/settings/privacy/requests"
Type, Channel = PrivacyRequest.Type, PrivacyRequest.Channel
RECEIVED = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def noted(contact, type_=Type.ACCESS, *, received_at=None, **more):
    told = {"subject": contact, "name": "Eli", "address": "eli@example.org", "words": "Tell me."} | more
    with account_scope(contact.account_id):
        return open_request(NewRequest(type_, Channel.AGENT, received_at or now(), **told), actor=SYSTEM)


def fresh(request):
    with account_scope(request.account_id):
        return PrivacyRequest.objects.select_related("subject", "ticket").get(pk=request.pk)


def post(browser, request, step, **form):
    return browser.post(f"{LIST}/{request.pk}/{step}", form)


def kinds(request):
    with account_scope(request.account_id):
        return list(Event.objects.filter(object_id=request.pk).order_by("id").values_list("kind", flat=True))


def approved(browser, contact, type_):
    request = noted(contact, type_)
    post(browser, request, "identity", address="eli@example.org", proof="known")
    post(browser, request, "approval")
    assert fresh(request).state == "approved"
    return request


def texts_of(account):
    with account_scope(account.id):
        return [each.body_text for each in Message.objects.filter(kind="outgoing").order_by("id")]


class TestTheList:
    def test_what_is_due_first_comes_first_and_what_is_answered_last(self, adas, eli, stop_clock):
        stop_clock(RECEIVED)
        late, soon = noted(eli, Type.ERASE), noted(eli, Type.RECTIFY, received_at=RECEIVED - timedelta(days=3))
        refused = noted(eli, Type.OBJECT, received_at=RECEIVED - timedelta(days=9))
        post(adas, refused, "refusal", reason="excessive", words="Too often.")
        page = adas.get(LIST).content.decode()
        shown = re.findall(rf'href="{LIST}/([0-9a-f-]{{36}})"', page)
        assert shown == [str(soon.pk), str(late.pk), str(refused.pk)]
        assert "29 days left" in page or "28 days left" in page

    def test_it_is_narrowed_by_kind_and_state(self, adas, eli):
        noted(eli, Type.ERASE), noted(eli, Type.RECTIFY)
        page = adas.get(f"{LIST}?type=erase&state=open").content.decode()
        assert len(re.findall(rf'href="{LIST}/[0-9a-f-]{{36}}"', page)) == 1
        assert adas.get(f"{LIST}?type=nonsense").status_code == 404

    def test_it_goes_on_page_by_page_and_misses_none(self, adas, eli, stop_clock):
        stop_clock(RECEIVED)
        made = {str(noted(eli).pk) for _ in range(PAGE + 3)}
        answered = noted(eli)
        post(adas, answered, "refusal", reason="excessive", words="x")
        seen, url = [], LIST
        while url:
            page = adas.get(url).content.decode()
            seen += re.findall(rf'href="{LIST}/([0-9a-f-]{{36}})"', page)
            found = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
            url = LIST + found[1].replace("&amp;", "&") if found else ""
        assert len(seen) == len(set(seen)) == PAGE + 4
        assert {*seen} == made | {str(answered.pk)}
        assert seen[-1] == str(answered.pk)

    def test_it_costs_the_same_for_more_requests(self, adas, eli, farah):
        def more(number=5):
            for _ in range(number):
                noted(eli), noted(farah, Type.ERASE)

        more()
        assert_same_queries_for_more_rows(lambda: adas.get(LIST), more)

    def test_a_place_that_is_none_is_not_found(self, adas):
        assert adas.get(f"{LIST}?after=u_nothing").status_code == 404

    def test_agents_see_none_of_it(self, client_of, ben, eli):
        request = noted(eli)
        bens = client_of(ben)
        assert bens.get(LIST).status_code == bens.get(f"{LIST}/{request.pk}").status_code == 403
        assert post(bens, request, "approval").status_code == 403

    def test_another_account_finds_none(self, client_of, zoe, eli):
        request = noted(eli)
        zoes = client_of(zoe)
        assert zoes.get(f"{LIST}/{request.pk}").status_code == post(zoes, request, "approval").status_code == 404
        assert str(request.pk) not in zoes.get(LIST).content.decode()
        assert fresh(request).state == "received"


class TestNoting:
    def test_by_hand_with_the_day_it_arrived(self, adas, northwind, eli, stop_clock):
        stop_clock(RECEIVED)
        form = {"type": "erase", "address": "ELI@example.org", "received_on": "2026-03-02", "words": "All of it."}
        assert adas.post(f"{LIST}/new", form).status_code == 303
        with account_scope(northwind.id):
            request = PrivacyRequest.objects.get()
        assert (request.subject_id, request.channel) == (eli.pk, "agent")
        assert request.due_at == datetime(2026, 4, 3, tzinfo=UTC)

    @pytest.mark.parametrize("day", ["2026-03-11", "0001-01-01"])
    def test_tomorrow_is_refused_and_what_was_typed_stays(self, adas, stop_clock, day):
        stop_clock(RECEIVED)
        answer = adas.post(f"{LIST}/new", {"type": "erase", "received_on": day, "words": "All of it."})
        assert answer.status_code == 422
        assert "All of it." in answer.content.decode()

    def test_a_mail_becomes_a_request_with_its_words_and_its_day(self, adas, support_mail, eli):
        [came] = receive(support_mail, written(support_mail.address, text="Erase me, please."))
        code = came.message.ticket.code
        assert f"{LIST}/new?ticket={code}" in adas.get(f"/console/tickets/{code}").content.decode()
        page = adas.get(f"{LIST}/new?ticket={code}").content.decode()
        assert "Erase me, please." in page
        assert "eli@example.org" in page
        day = came.message.at.date().isoformat()
        form = {"type": "erase", "address": "eli@example.org", "words": "Erase me.", "received_on": day, "ticket": code}
        assert adas.post(f"{LIST}/new", form).status_code == 303
        with account_scope(support_mail.account_id):
            request = PrivacyRequest.objects.get()
        assert (request.channel, request.ticket_id, request.subject_id) == ("mail", came.message.ticket_id, eli.pk)

    def test_agents_are_not_offered_it(self, client_of, ben, support_mail, eli):
        [came] = receive(support_mail, written(support_mail.address))
        page = client_of(ben).get(f"/console/tickets/{came.message.ticket.code}").content.decode()
        assert "requests/new" not in page


class TestTheSteps:
    def test_access_from_proof_to_closing(self, adas, northwind, eli, support_mail):
        request = noted(eli)
        assert post(adas, request, "proof", words="Was it you?", by_mail="on").status_code == 303
        assert post(adas, request, "identity", address="eli@example.org", proof="address").status_code == 303
        assert post(adas, request, "approval").status_code == 303
        assert post(adas, request, "doing").status_code == 303
        assert post(adas, request, "answer", words="Here it is.", way="mail").status_code == 303
        assert post(adas, request, "closure").status_code == 303
        done = fresh(request)
        assert (done.state, done.ticket.requester_id) == ("closed", eli.pk)
        assert texts_of(northwind) == ["Was it you?", "Here it is."]
        assert [kind.partition(".")[2] for kind in kinds(request)] == [
            "received", "proof_asked", "verified", "approved", "done", "answered", "closed",
        ]  # fmt: skip
        page = adas.get(f"{LIST}/{request.pk}").content.decode()
        assert "Ada" in page
        assert "The person was told" in page

    def test_who_asks_must_be_somebody(self, adas, eli):
        request = noted(eli)
        answer = post(adas, request, "identity", address="nobody@example.org", proof="known")
        assert answer.status_code == 422
        assert "nobody@example.org" in answer.content.decode()
        assert fresh(request).state == "received"

    def test_a_refusal_tells_the_person_why_and_where_to_complain(self, adas, northwind, eli, support_mail):
        request = noted(eli)
        assert post(adas, request, "refusal", reason="claims", words="", by_mail="on").status_code == 422
        assert post(adas, request, "refusal", reason="claims", words="A suit.", by_mail="on").status_code == 303
        assert fresh(request).state == "refused"
        [text] = texts_of(northwind)
        assert "A suit." in text
        assert "data protection authority" in text

    def test_an_extension_is_told_and_too_late_after_the_month(self, adas, northwind, eli, support_mail, stop_clock):
        stop_clock(RECEIVED)
        request, late = noted(eli), noted(eli)
        stop_clock(request.due_at - timedelta(seconds=1))
        post(adas, request, "extension", words="There are many.", by_mail="on")
        assert fresh(request).extended_until is not None
        assert "There are many." in texts_of(northwind)[0]
        stop_clock(request.due_at)
        post(adas, late, "extension", words="There are many.")
        assert fresh(late).extended_until is None

    def test_a_hold_places_a_legal_hold_and_the_request_goes_on_after(self, adas, northwind, eli):
        request = noted(eli)
        post(adas, request, "hold", words="A court asked.", basis="claims")
        assert fresh(request).state == "on_hold"
        with account_scope(northwind.id):
            assert LegalHold.objects.in_force().get().object_id == eli.pk
        assert "A court asked." in adas.get(f"{LIST}/{request.pk}").content.decode()
        post(adas, request, "release")
        assert fresh(request).state == "received"

    def test_a_step_that_does_not_follow_says_so_and_changes_nothing(self, adas, eli):
        request = noted(eli)
        answer = adas.post(f"{LIST}/{request.pk}/approval", follow=True)
        assert "not possible any more" in answer.content.decode()
        assert fresh(request).state == "received"

    def test_what_is_not_done_yet_cannot_be_told(self, adas, northwind, eli, support_mail):
        request = noted(eli)
        assert "What they are told" not in adas.get(f"{LIST}/{request.pk}").content.decode()
        post(adas, request, "answer", words="It is done.", way="mail")
        assert fresh(request).answered_at is None
        assert texts_of(northwind) == []

    def test_what_is_asked_for_is_said_where_a_mail_left_it_open(self, adas, eli):
        request = noted(eli, Type.UNSAID)
        page = adas.get(f"{LIST}/{request.pk}").content.decode()
        for step in ("kind", "identity", "proof", "refusal", "hold", "extension", "setting-aside"):
            assert f'action="{LIST}/{request.pk}/{step}"' in page
        assert "without saying more closely what for" in page, "who is asked for a proof hears no kind"
        assert post(adas, request, "kind", type="unsaid").status_code == 422
        assert post(adas, request, "kind", type="erase").status_code == 303
        assert fresh(request).type == "erase"

    @pytest.mark.parametrize(
        ("found", "sender", "words"),
        [
            ("pass", "eli@example.org", "its domain vouches for that"),
            ("pass", "new@example.org", "was not known here before"),
            ("fail", "eli@example.org", "does not vouch for it"),
            ("", "eli@example.org", "Nothing vouches"),
        ],
    )
    def test_what_was_found_about_the_sender_is_a_hint(
        self, adas, northwind, eli, support_mail, run_jobs, found, sender, words
    ):
        with account_scope(northwind.id):
            make_privacy_address(support_mail, is_on=True, actor=SYSTEM)
        client = {"dmarc": found} if found else {}
        mail = written(support_mail.address, sender=sender)
        receive(support_mail, mail, source=RawMail.Source.SMTP, client=client)
        run_jobs("requests.look")
        with account_scope(northwind.id):
            request = PrivacyRequest.objects.get()
        assert words in adas.get(f"{LIST}/{request.pk}").content.decode()
        assert fresh(request).verified_by == ""

    def test_what_is_no_request_is_set_aside_and_taken_up_again(self, adas, northwind, eli, support_mail, stop_clock):
        stop_clock(RECEIVED)
        [came] = receive(support_mail, written(support_mail.address))
        request = noted(eli, Type.UNSAID, ticket=came.message.ticket)
        stop_clock(RECEIVED + timedelta(days=40))
        assert post(adas, request, "setting-aside").status_code == 303
        page = adas.get(f"{LIST}/{request.pk}").content.decode()
        assert "No clock" in page
        with account_scope(northwind.id):
            assert warn_of_ends() == 0
            restrict_contact(eli, Contact.Ground.CLAIMS, actor=SYSTEM)
            assert not may_write(came.message.ticket), "in its ticket nothing is answered"
        assert "Overdue" not in adas.get(LIST).content.decode()
        assert post(adas, request, "identity", address="eli@example.org", proof="known").status_code == 303
        assert fresh(request).state == "not_one"
        assert post(adas, request, "setting-aside", again="1").status_code == 303
        taken = fresh(request)
        assert (taken.state, taken.answered_at, taken.due_at) == ("received", None, request.due_at)
        assert "Overdue" in adas.get(f"{LIST}/{request.pk}").content.decode()
        with account_scope(northwind.id):
            assert may_write(came.message.ticket)

    def test_nothing_is_done_when_it_cannot_be_told(self, adas, eli):
        request = noted(eli, address="")
        answer = post(adas, request, "refusal", reason="claims", words="A suit of theirs.", by_mail="on")
        assert fresh(request).state == "received"
        assert answer.status_code == 422
        assert "A suit of theirs." in answer.content.decode(), "what was typed stays"
        assert "there is no address to write to" in answer.content.decode()


class TestByKind:
    def test_restriction_and_its_end(self, adas, northwind, eli, support_mail):
        request = approved(adas, eli, Type.RESTRICT)
        assert post(adas, request, "doing").status_code == 422
        post(adas, request, "doing", ground="contested")
        assert fresh(request).subject.restricted_for == "contested"
        page = adas.get(f"{LIST}/{request.pk}").content.decode()
        assert "it is being checked" in page
        post(adas, request, "answer", words="It is so.", way="mail")
        assert texts_of(northwind) == ["It is so."], "the answer reaches them all the same"
        assert post(adas, request, "lifting").status_code == 422
        post(adas, request, "lifting", told="on")
        assert not fresh(request).subject.is_restricted

    def test_objection(self, adas, eli):
        request = approved(adas, eli, Type.OBJECT)
        post(adas, request, "doing")
        assert fresh(request).subject.objected_at is not None
        post(adas, request, "lifting")
        assert fresh(request).subject.objected_at is None

    def test_rectification(self, adas, northwind, eli):
        request = approved(adas, eli, Type.RECTIFY)
        with account_scope(northwind.id):
            row = eli.addresses.get()
        field = {f"address-{row.pk}": "farah@example.net"}
        assert post(adas, request, "doing", name="Elias", language="", **field).status_code == 422
        assert fresh(request).state == "approved"
        field = {f"address-{row.pk}": "elias@example.org"}
        assert post(adas, request, "doing", name="Elias", language="da", **field).status_code == 303
        done = fresh(request)
        assert (done.state, done.subject.name, done.subject.language) == ("live_done", "Elias", "da")

    def test_erasure_leads_to_its_own_page(self, adas, eli):
        request = approved(adas, eli, Type.ERASE)
        assert f"/erasures/new?request={request.pk}" in adas.get(f"{LIST}/{request.pk}").content.decode()
        post(adas, request, "doing")
        assert fresh(request).state == "approved", "an erasure is proven, not noted"

    @pytest.mark.parametrize("state", ["approved", "failed"])
    def test_what_a_legal_hold_keeps_from_being_done_can_be_refused(self, adas, northwind, eli, state):
        request = approved(adas, eli, Type.ERASE)
        with account_scope(northwind.id):
            PrivacyRequest.objects.filter(pk=request.pk).update(state=state)
            place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        answer = adas.post(f"/console/settings/privacy/erasures/new?request={request.pk}", {"tickets": "with"})
        assert answer.status_code == 422
        assert "refuse the request" in answer.content.decode()
        assert f"{request.pk}/refusal" in adas.get(f"{LIST}/{request.pk}").content.decode()
        post(adas, request, "refusal", reason="claims", words="A suit.")
        assert (fresh(request).state, fresh(request).answered_at is None) == ("refused", False)

    @pytest.mark.parametrize("type_", [Type.ACCESS, Type.RECTIFY, Type.RESTRICT, Type.OBJECT])
    def test_what_else_was_asked_by_who_is_erased_meanwhile_can_be_answered(self, adas, northwind, eli, type_):
        request = approved(adas, eli, type_)
        with account_scope(northwind.id):
            eli.addresses.all().delete()
            Contact.objects.filter(pk=eli.pk).delete()
        assert "exports/new?" not in adas.get(f"{LIST}/{request.pk}").content.decode()
        assert post(adas, request, "doing").status_code == 303
        assert post(adas, request, "answer", words="You are erased.", way="otherwise").status_code == 303
        post(adas, request, "closure")
        assert fresh(request).state == "closed"

    def test_who_is_gone_is_answered_without_a_new_contact(self, adas, northwind, eli, support_mail):
        request = approved(adas, eli, Type.ERASE)
        with account_scope(northwind.id):
            eli.addresses.all().delete()
            Contact.objects.filter(pk=eli.pk).delete()
            PrivacyRequest.objects.filter(pk=request.pk).update(state="backups_expiring")
            before = Contact.objects.count()
        post(adas, request, "answer", words="You are erased.", way="mail")
        with account_scope(northwind.id):
            assert (Contact.objects.count(), Ticket.objects.count()) == (before, 0)
            assert OutgoingMail.objects.get(about=request.pk).envelope_to == ["eli@example.org"]
        post(adas, request, "closure")
        assert fresh(request).state == "backups_expiring", "the mail has not left: with it they would not be told"
        assert f"{request.pk}/closure" not in adas.get(f"{LIST}/{request.pk}").content.decode()
        with account_scope(northwind.id):
            OutgoingMail.objects.update(state="sent")
        post(adas, request, "closure")
        done = fresh(request)
        assert (done.state, done.address) == ("closed", "")
        with account_scope(northwind.id):
            assert not OutgoingMail.objects.filter(about=request.pk).exists()


class TestTheClock:
    def test_to_the_second(self, adas, eli, stop_clock):
        stop_clock(RECEIVED)
        request = noted(eli)
        stop_clock(request.due_at - timedelta(seconds=1))
        assert "Last day" in adas.get(f"{LIST}/{request.pk}").content.decode()
        stop_clock(request.due_at)
        assert "Overdue" in adas.get(f"{LIST}/{request.pk}").content.decode()

    @pytest.mark.parametrize(
        ("day", "second", "kinds_"),
        [
            (20, -1, []),
            (20, 0, ["privacy_request.warned"]),
            (27, 0, ["privacy_request.warned"]),
            (32, -1, ["privacy_request.warned"]),
            (32, 0, ["privacy_request.overdue"]),
        ],
    )
    def test_owners_and_admins_are_told_at_the_bell_and_by_mail(
        self, northwind, eli, stop_clock, client_of, ada, day, second, kinds_
    ):
        stop_clock(RECEIVED)
        noted(eli)
        stop_clock(datetime(2026, 3, 10, tzinfo=UTC) + timedelta(days=day, seconds=second))
        with account_scope(northwind.id):
            warn_of_ends(), warn_of_ends()
            assert sorted(set(AccountNotice.objects.values_list("kind", flat=True))) == kinds_
            mails = OutgoingMail.objects.filter(purpose="request warning")
            assert mails.count() == AccountNotice.objects.count()
        if kinds_:
            adas = client_of(ada)
            page = adas.get(LIST).content.decode()
            assert "Privacy requests: to be answered" in page
            assert adas.post(f"{LIST}/read").status_code == 303
            assert "Privacy requests: to be answered" not in adas.get(LIST).content.decode()

    def test_who_has_taken_more_time_is_not_told_to_take_it(self, northwind, eli, ada, support_mail, stop_clock):
        stop_clock(RECEIVED)
        request = noted(eli)
        with account_scope(northwind.id):
            extend(request, reason="Many.", actor=SYSTEM)
            stop_clock(request.answer_until - timedelta(days=3))
            warn_of_ends()
        [mail, *_others] = outgoing_mails(support_mail)
        text = mail.read.get_body(("plain",)).get_content()
        assert "To be answered before" in text
        assert f"/requests/{request.pk}" in text
        assert "two months more" not in text


def test_a_restricted_person_is_shown_in_their_ticket_and_not_written_to(adas, northwind, eli, support_mail):
    [came] = receive(support_mail, written(support_mail.address))
    request = approved(adas, eli, Type.RESTRICT)
    post(adas, request, "doing", ground="claims")
    address = f"/console/tickets/{came.message.ticket.code}"
    page = adas.get(address).content.decode()
    assert "Restricted since" in page
    assert "claims of their own" in page
    answer = adas.post(f"{address}/replies", {"body_text": "Hello."})
    assert answer.status_code == 422
    assert "asked that their data be kept" in answer.content.decode()
    assert texts_of(northwind) == []


def test_the_answer_in_the_ticket_of_the_request_is_a_mail_that_leaves(adas, northwind, eli, support_mail):
    [came] = receive(support_mail, written(support_mail.address, text="Keep it, and do not use it."))
    with account_scope(northwind.id):
        ticket = Ticket.objects.get(pk=came.message.ticket_id)
    request = noted(eli, Type.RESTRICT, ticket=ticket)
    for step, form in (
        ("identity", {"address": "eli@example.org", "proof": "address"}), ("approval", {}),
        ("doing", {"ground": "unlawful"}), ("answer", {"words": "So it is.", "way": "mail"}),
    ):  # fmt: skip
        assert post(adas, request, step, **form).status_code == 303
    with account_scope(northwind.id):
        message = Message.objects.get(ticket=ticket, kind="outgoing")
    assert "So it is." in str(mail_of(message).read.get_body(("plain",)))


def test_a_withdrawal_of_consent_ends_the_consents_that_are_ticked(adas, northwind, eli):
    with account_scope(northwind.id):
        for code in ("news", "calls"):
            words = {"en": {"name": f"About {code}", "text": "Monthly."}}
            give(eli, add_purpose(code, "other", words, actor=SYSTEM), Proof(channel="form"), actor=SYSTEM)
    request = approved(adas, eli, Type.WITHDRAW)
    page = adas.get(f"{LIST}/{request.pk}").content.decode()
    assert ("About news" in page, len(re.findall(r'name="purposes"[^>]* checked', page))) == (True, 2)
    post(adas, request, "doing", purposes=["news"])
    assert fresh(request).state == "live_done"
    with account_scope(northwind.id):
        assert (may(eli, "news").reason, may(eli, "calls").is_allowed) == ("withdrawn", True)
        assert list(Event.objects.filter(kind="consent.withdrawn").values_list("changes__channel", flat=True)) == [
            "agent"
        ]
    other = approved(adas, eli, Type.WITHDRAW)
    assert post(adas, other, "doing", purposes=["nothing"]).status_code == 422
    with account_scope(northwind.id):
        assert may(eli, "calls").is_allowed
