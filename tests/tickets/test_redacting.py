"""Words of a message become unreadable: in every copy within the ticket, and nowhere else."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.files.storage import default_storage
from django.test import TestCase

from steward.channels.email.access import mail_as_it_came
from steward.channels.email.models import MailAccount, RawMail
from steward.channels.email.spool import read as read_raw
from steward.events.models import Event
from steward.files.actions import read_file
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lib.redacting import MARK, TooShort, pattern_of
from steward.lib.sensitive import Kind
from steward.outbox.models import OutgoingMail, State
from steward.people.access import actor_of
from steward.privacy.holds.actions import Held, place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.holds.periods import Period
from steward.privacy.keys.cipher import encrypt
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.letters import mail_of, receive, written
from steward.testing.tickets import make_message, make_note, make_reply, make_ticket
from steward.tickets.actions import (
    DraftMoved,
    NothingFound,
    Reason,
    change_ticket_rules,
    reach_of,
    redact,
    redact_words,
    save_draft,
    suggested,
)
from steward.tickets.actions.drafting import Seen
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Draft, Message, Ticket
from steward.tickets.queries import search_tickets
from steward.tickets.rewriting import Where, unread_files

CARD = "4111 1111 1111 1111"


@pytest.fixture
def spread(eli, farah, ada):
    """A ticket with the number of a card in many places, and one of somebody else with the same."""
    paper = NewAttachment(f"card {CARD}.txt", b"paper", "text/plain")
    ticket = make_ticket(eli, subject=f"My card {CARD}", body=f"It is {CARD}, quokka.", attachments=[paper])
    make_message(ticket, body="Did you get it? > It is 4111-1111-1111-1111, quokka.")
    make_note(ticket, ada, body="<p>The card is 4111 <b>1111</b> 1111 1111.</p>")
    other = make_ticket(farah, body=f"It is {CARD}, too.")
    return ticket, other


def first_of(ticket):
    return Message.objects.filter(ticket=ticket).order_by("at", "id").first()


def texts_of(ticket):
    """Everything the ticket says."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    said = Message.objects.filter(ticket=ticket).values_list("body_html", "body_text")
    names = Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True)
    drafts = Draft.objects.filter(ticket=ticket).values_list("body_html", flat=True)
    return " ".join([ticket.subject, ticket.preview, *(text for both in said for text in both), *names, *drafts])


def redact_card(ticket, actor=SYSTEM):
    message = first_of(ticket)
    [spot] = [spot for spot in suggested(message) if spot.kind == Kind.CARD]
    return redact(message, [(spot.start, spot.end)], reason=Reason.CARD, actor=actor)


def test_every_copy_in_the_ticket(northwind, ada, spread):
    ticket, other = spread
    with account_scope(northwind.id):
        draft = save_draft(ada, ticket, {"kind": "reply", "body_html": f"<p>About {CARD}:</p>"})
        done = redact_card(ticket, actor_of(ada))
        said = texts_of(ticket)
        assert "1111" not in said
        assert "quokka" in said
        assert said.count(MARK) == 10  # 3 messages twice, the subject, the preview, a name, a draft
        assert CARD in texts_of(other)
        with pytest.raises(DraftMoved):  # a tab that has the words still
            save_draft(ada, ticket, {"body_html": f"<p>About {CARD}!</p>"}, seen=Seen(frozenset({draft.mark})))
        assert (len(done.messages), done.files) == (3, 0)


def test_the_search_forgets_it_and_finds_the_rest(northwind, ada, spread):
    ticket, other = spread
    with account_scope(northwind.id):
        me = actor_of(ada)
        for query in (CARD, "4111111111111111", "4111-1111-1111-1111"):
            assert ticket.pk in [line.id for line in search_tickets(me, query).tickets]
        redact_card(ticket)
        for query in (CARD, "4111111111111111", "4111-1111-1111-1111", "4111"):
            assert ticket.pk not in [line.id for line in search_tickets(me, query).tickets]
        assert [line.id for line in search_tickets(me, CARD).tickets] == [other.pk]
        assert [line.id for line in search_tickets(me, "quokka").tickets] == [ticket.pk]


def test_who_and_why_are_told_and_the_words_are_not(northwind, ada, spread, clock):
    ticket, _other = spread
    with account_scope(northwind.id):
        redact_card(ticket, actor_of(ada))
        [event] = Event.objects.filter(kind="message.redacted")
        assert (event.object_id, event.actor_id, event.changes["reason"]) == (ticket.pk, ada.pk, "card")
        assert "1111" not in str(event.changes)
        [mark] = first_of(ticket).findings["redactions"]
        assert (mark["reason"], mark["by"]) == ("card", str(ada.pk))


def test_a_second_time_adds_a_mark(northwind, spread):
    ticket, _other = spread
    with account_scope(northwind.id):
        redact_card(ticket)
        redact_words(first_of(ticket), ["quokka"], reason=Reason.OTHER, actor=SYSTEM)
        assert [mark["reason"] for mark in first_of(ticket).findings["redactions"]] == ["card", "other"]
        with pytest.raises(NothingFound):
            redact_words(first_of(ticket), ["quokka"], reason=Reason.OTHER, actor=SYSTEM)


def test_a_part_of_a_word_takes_the_word(northwind, eli):
    ticket = make_ticket(eli, body="My password is correct-horse now.")
    with account_scope(northwind.id):
        message = first_of(ticket)
        start = message.body_text.index("orrect")
        redact(message, [(start, start + 8)], reason=Reason.SIGN_IN, actor=SYSTEM)
        assert first_of(ticket).body_text == f"My password is {MARK} now."


def test_what_stands_everywhere_is_not_redacted(northwind, spread):
    ticket, _other = spread
    with account_scope(northwind.id):
        with pytest.raises(TooShort):
            redact_words(first_of(ticket), ["is"], reason=Reason.OTHER, actor=SYSTEM)
        assert "4111" in texts_of(ticket)


@pytest.mark.parametrize("on", [LegalHold.On.CONTACT, LegalHold.On.DEPARTMENT, LegalHold.On.PERIOD])
def test_what_is_held_stays_as_it_is(northwind, eli, spread, on):
    ticket, _other = spread
    object_id = {LegalHold.On.CONTACT: eli.pk, LegalHold.On.DEPARTMENT: ticket.department_id}.get(on, new_id())
    period = Period(None, now()) if on == LegalHold.On.PERIOD else None
    with account_scope(northwind.id):
        place_hold(on, object_id, basis=LegalHold.Basis.CLAIMS, period=period, actor=SYSTEM)
        with pytest.raises(Held):
            redact_card(ticket)
        assert "4111" in texts_of(ticket)


def test_the_mail_as_it_came_is_rewritten_and_known_again(northwind, support_mail):
    mail = written(support_mail.address, text=f"It is {CARD}, quokka.", headers={"X-Card": CARD})
    [came] = receive(support_mail, mail)
    with account_scope(northwind.id):
        done = redact_card(came.message.ticket)
        raw = mail_as_it_came(came.message)
        assert b"1111" not in raw
        assert "quokka" in str(message_from_bytes(raw, policy=default).get_content())
        assert raw.startswith(b"X-Steward-Redacted:")
        assert (done.copies[Where.RAW_MAIL], done.gone[Where.RAW_MAIL]) == (1, 0)
    [again] = receive(support_mail, mail)
    assert again.raw.state == RawMail.State.KNOWN


def test_a_mail_that_cannot_be_rewritten_is_forgotten_and_known_again(northwind, support_mail):
    mail = written(support_mail.address, text=f"It is {CARD}.\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend")
    [came] = receive(support_mail, mail)
    with account_scope(northwind.id):
        assert reach_of(came.message, [CARD]).gone[Where.RAW_MAIL] == 1
        redact_card(came.message.ticket)
        raw = RawMail.objects.get(pk=came.raw.pk)
        assert (bytes(raw.content), raw.size, raw.envelope_from) == (b"", 0, "")
        with pytest.raises(RawMail.DoesNotExist):
            mail_as_it_came(came.message)
    [again] = receive(support_mail, mail)
    assert again.raw.state == RawMail.State.KNOWN


def test_the_same_mail_that_came_twice_and_reports_that_quote_ours(northwind, ada, support_mail):
    mail = written(support_mail.address, text=f"It is {CARD}.")
    [came] = receive(support_mail, mail)
    [twice] = receive(support_mail, mail)
    answer = mail_of(make_reply(came.message.ticket, ada))
    with account_scope(northwind.id):
        report = b"Subject: Undelivered\r\n\r\n> It is 4111 1111 1111 1111\r\n"
        sealed = encrypt(northwind.id, report, context=f"email.rawmail:{twice.raw.pk}")
        RawMail.objects.filter(pk=twice.raw.pk).update(content=sealed, returned=answer.row, state="bounce")
        assert redact_card(came.message.ticket).copies[Where.RETURNED] == 1
        assert b"1111" not in read_raw(RawMail.objects.get(pk=twice.raw.pk))


def test_files_that_are_text_are_rewritten_and_the_old_bytes_go(northwind, eli):
    within = written("help@northwind.example", text=f"It was {CARD}.")
    files = [
        NewAttachment("list.csv", f"Zoë;{CARD}".encode(), "text/csv"),
        NewAttachment("before.eml", within, "message/rfc822"),
        NewAttachment("scan.pdf", f"%PDF {CARD}".encode(), "application/pdf"),
    ]
    ticket = make_ticket(eli, body=f"It is {CARD}.", attachments=files)
    with account_scope(northwind.id), TestCase.captureOnCommitCallbacks(execute=True):
        old = {each.name: each.file for each in Attachment.objects.select_related("file")}
        done = redact_card(ticket)
    with account_scope(northwind.id):
        new = {each.name: each.file for each in Attachment.objects.select_related("file")}
        assert b"".join(read_file(new["list.csv"])).decode() == f"Zoë;{MARK}"
        assert b"1111" not in b"".join(read_file(new["before.eml"]))
        assert new["scan.pdf"] == old["scan.pdf"]
        assert not File.objects.filter(pk__in=[old["list.csv"].pk, old["before.eml"].pk]).exists()
        assert not default_storage.exists(old["list.csv"].storage_key)
        assert (done.copies[Where.FILE], done.files) == (2, 1)


def test_a_mail_that_only_a_key_opens_is_told_as_not_looked_into(northwind, eli):
    shut = f"Subject: {CARD}\r\nContent-Type: application/pkcs7-mime\r\n\r\nabc".encode()
    ticket = make_ticket(eli, body=f"It is {CARD}.", attachments=[NewAttachment("shut.eml", shut, "message/rfc822")])
    with account_scope(northwind.id):
        assert reach_of(first_of(ticket), [CARD]).files == 1
        [attachment] = unread_files(ticket, pattern_of([CARD]))
        done = redact_words(first_of(ticket), [CARD], reason=Reason.CARD, actor=SYSTEM, removing=[attachment.pk])
        assert (done.files, Attachment.objects.exists()) == (0, False)


def test_words_in_a_file_only(northwind, eli):
    ticket = make_ticket(eli, attachments=[NewAttachment("list.txt", f"card {CARD}".encode(), "text/plain")])
    with account_scope(northwind.id):
        redact_words(first_of(ticket), [CARD], reason=Reason.CARD, actor=SYSTEM)
        [attachment] = Attachment.objects.select_related("file")
        assert b"".join(read_file(attachment.file)).decode() == f"card {MARK}"


def test_an_automatic_answer_that_waits_does_not_leave_with_the_words(northwind, support_mail, ada):
    with account_scope(northwind.id):
        MailAccount.objects.update(answers_automatically=True, automatic_text="About {{ticket.subject}}")
    [came] = receive(support_mail, written(support_mail.address, subject=f"Card {CARD}", text=f"It is {CARD}."))
    run_jobs("email.answer")
    with account_scope(northwind.id):
        OutgoingMail.objects.update(state=State.WAITING)
        assert OutgoingMail.objects.filter(about=came.message.ticket_id).count() == 1
        redact_card(came.message.ticket)
        assert not OutgoingMail.objects.filter(about=came.message.ticket_id).exists()


def test_what_would_be_rewritten_is_told_before_and_nothing_changes(northwind, spread):
    ticket, _other = spread
    with account_scope(northwind.id):
        before = texts_of(ticket)
        reach = reach_of(first_of(ticket), [CARD])
        assert texts_of(ticket) == before
        assert redact_card(ticket) == reach
        with pytest.raises(NothingFound):
            reach_of(first_of(ticket), [CARD])


def test_incoming_messages_are_pointed_out_where_the_account_wants_it(northwind, eli):
    def found():
        with account_scope(northwind.id):
            return first_of(make_ticket(eli, body=f"It is {CARD}; write to eli@example.org.")).findings.get("sensitive")

    assert found() == ["card"]
    with account_scope(northwind.id):
        change_ticket_rules({"looks_for_sensitive": False}, actor=SYSTEM)
    assert found() is None


def test_what_is_pointed_out_goes_with_the_words(northwind, eli):
    ticket = make_ticket(eli, body=f"It is {CARD}. Password: correct-horse")
    with account_scope(northwind.id):
        assert first_of(ticket).findings["sensitive"] == ["card", "secret"]
        redact_card(ticket)
        assert first_of(ticket).findings["sensitive"] == ["secret"]


def test_an_answer_that_left_is_forgotten(northwind, eli, ada):
    ticket = make_ticket(eli, body=f"It is {CARD}.")
    answer = make_reply(ticket, ada)
    assert CARD.encode() in mail_of(answer).raw
    with account_scope(northwind.id):
        OutgoingMail.objects.update(state=State.SENT)
        redact_card(ticket)
        assert bytes(OutgoingMail.objects.get().content) == b""


def test_an_answer_that_waits_leaves_without_the_words(northwind, eli, ada):
    ticket = make_ticket(eli, body=f"It is {CARD}, quokka.")
    before = mail_of(make_reply(ticket, ada))
    with account_scope(northwind.id):
        OutgoingMail.objects.update(state=State.DEFERRED)
        answer = Message.objects.get(kind="outgoing")
        redact_card(ticket)
    after = mail_of(answer)
    assert after.message_id == before.message_id
    assert after.row.state == State.DEFERRED
    text = after.read.get_body(("plain",)).get_content()
    assert "1111" not in text
    assert "quokka" in text


def test_an_answer_that_cannot_be_made_anew_waits_for_somebody(northwind, eli, ada):
    """Its address is gone: the words must not wait in the outbox until there is another one."""
    ticket = make_ticket(eli, body=f"It is {CARD}.")
    mail_of(make_reply(ticket, ada))
    with account_scope(northwind.id):
        OutgoingMail.objects.update(state=State.FAILED)
        MailAccount.objects.all().delete()
        redact_card(ticket)
        assert not OutgoingMail.objects.exists()
        answer = Message.objects.get(kind="outgoing")
        assert (answer.outgoing_id, answer.findings["sending"]) == (None, "no_mail_account")
