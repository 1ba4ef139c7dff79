"""Redacting words of a message by hand: choosing, seeing where they stand, doing it, and what shows afterwards."""

import re

import pytest

from steward.channels.email.models import RawMail
from steward.files import actions as files
from steward.lib.actor import SYSTEM
from steward.lib.redacting import MARK
from steward.privacy.egress.s3.errors import StoreFault
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.tenancy.scope import account_in_scope, account_scope
from steward.testing.letters import receive, written
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.conversation import NewAttachment
from steward.tickets.models import Attachment, Message

CARD = "4111 1111 1111 1111"
DONE = {"step": "redact", "words": CARD, "reason": "card", "word": "redact"}


@pytest.fixture
def ticket(eli):
    paper = NewAttachment("scan.pdf", b"%PDF", "application/pdf")
    ticket = make_ticket(eli, body=f"It is {CARD}, quokka. Call +49 30 901820.", attachments=[paper])
    make_message(ticket, body=f"> It is {CARD}, quokka.")
    return ticket


@pytest.fixture
def message(northwind, ticket):
    with account_scope(northwind.id):
        return Message.objects.filter(ticket=ticket).order_by("at", "id").first()


@pytest.fixture
def path(message):
    return f"/console/messages/{message.pk}/redaction"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def text_of(response):
    return response.content.decode()


def now(message):
    with account_scope(message.account_id):
        message.refresh_from_db()
        return message


class TestChoosing:
    def test_what_is_found_is_listed_with_its_kind(self, adas, path):
        page = text_of(adas.get(path))
        assert re.search(rf"<bdi>{CARD}</bdi>\s*<span class=\"muted\">card number</span>", page)
        assert "telephone number" in page

    def test_what_was_selected_in_the_ticket_stands_in_the_field(self, adas, path):
        page = text_of(adas.post(path, {"words": "  quokka,\r\n\r\nCall "}))
        assert ">\nquokka,\nCall</textarea>" in page

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("", "Choose or type"),
            ("is", "too short"),
            ("wombat", "does not stand"),
            (f"{CARD}\nwombat", "does not stand"),
        ],
    )
    def test_bad_words_are_told_and_kept(self, adas, path, words, said):
        answer = adas.post(path, {"step": "look", "words": words})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert words in text_of(answer)

    def test_where_they_stand_is_shown_and_nothing_is_changed(self, adas, path, message):
        start = message.body_text.index(CARD)
        found = f"{start}-{start + len(CARD)}"
        page = text_of(adas.post(path, {"step": "look", "found": [found], "words": "quokka"}))
        assert "Messages of this ticket" in page
        assert re.search(r'<td class="num">\s*2\s*</td>', page)
        assert '<option value="card"' in page
        assert "scan.pdf" in page
        assert CARD in now(message).body_text

    def test_a_place_in_the_text_that_is_none_is_refused(self, adas, path):
        assert adas.post(path, {"step": "look", "found": ["0-9"]}).status_code == 422

    def test_it_is_kept_by_no_browser(self, adas, path):
        assert "no-store" in adas.get(path)["Cache-Control"]


class TestRedacting:
    def test_the_words_go_and_the_message_and_the_timeline_say_so(self, adas, path, message, ticket):
        answer = adas.post(path, DONE)
        assert (answer.status_code, answer["Location"]) == (303, f"/console/tickets/{ticket.code}#m-{message.pk}")
        page = text_of(adas.get(answer["Location"]))
        assert CARD not in page
        assert "quokka" in page
        assert page.count("Ada redacted words of this message on ") >= 2
        assert 'class="redacted" role="img" aria-label="Ada redacted words' in page
        assert re.search(
            r"<b><bdi>Ada</bdi></b> redacted words of a message\. Reason: <b><bdi>card number</bdi></b>", page
        )

    @pytest.mark.parametrize("form", [{"word": "yes"}, {"reason": ""}, {"reason": "because"}])
    def test_without_reason_or_word_nothing_happens(self, adas, path, message, form):
        answer = adas.post(path, DONE | form)
        assert answer.status_code == 422
        assert CARD in text_of(answer)
        assert CARD in now(message).body_text

    def test_files_that_cannot_be_read_go_when_wanted(self, adas, path, message):
        with account_scope(message.account_id):
            pk = Attachment.objects.get(message=message).pk
        adas.post(path, DONE | {"removed": [str(pk)]})
        with account_scope(message.account_id):
            assert not Attachment.objects.filter(message=message).exists()

    def test_files_of_others_do_not(self, adas, path, message, eli):
        other = make_ticket(eli, attachments=[NewAttachment("b.pdf", b"%PDF", "application/pdf")])
        with account_scope(message.account_id):
            pk = Attachment.objects.get(message__ticket=other).pk
        assert adas.post(path, DONE | {"removed": [str(pk)]}).status_code == 422
        with account_scope(message.account_id):
            assert Attachment.objects.filter(pk=pk).exists()

    def test_words_that_are_gone_meanwhile(self, adas, path):
        adas.post(path, DONE)
        answer = adas.post(path, DONE, follow=True)
        assert answer.redirect_chain == [(path, 303)]
        assert "Nothing was redacted" in text_of(answer)

    def test_a_legal_hold_keeps_it(self, adas, path, message, eli):
        with account_scope(message.account_id):
            place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
        answer = adas.post(path, DONE)
        assert answer.status_code == 422
        assert "legal hold" in text_of(answer)
        assert CARD in now(message).body_text

    def test_a_hold_keeps_its_files_too(self, adas, path, message, eli):
        with account_scope(message.account_id):
            place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
            pk = Attachment.objects.get(message=message).pk
        assert adas.post(path, DONE | {"removed": [str(pk)]}).status_code == 422
        with account_scope(message.account_id):
            assert Attachment.objects.filter(pk=pk).exists()

    def test_a_key_that_runs_over_many_lines_goes_whole(self, adas, eli):
        lines = ["-----BEGIN PRIVATE KEY-----", *["QUFB" * 16] * 70, "Q0==", "-----END PRIVATE KEY-----"]
        body = "\n".join(["Here it is.", *lines])
        ticket = make_ticket(eli, body=body)
        with account_scope(ticket.account_id):
            message = Message.objects.get(ticket=ticket)
            Message.objects.filter(pk=message.pk).update(body_html=f"<pre>{body}</pre>")
        path = f"/console/messages/{message.pk}/redaction"
        start = body.index("-----BEGIN")
        page = text_of(adas.post(path, {"step": "look", "found": [f"{start}-{len(body)}"]}))
        words = re.search(r'<input type="hidden" name="words" value="([^"]*)"', page)[1]
        assert adas.post(path, DONE | {"words": words, "reason": "sign_in"}).status_code == 303
        assert now(message).body_text == f"Here it is.\n{MARK}"

    @pytest.mark.parametrize("words", [None, "quokka\n" * 51, "quokka " * 10_000])
    def test_words_that_this_page_never_gives_are_not_looked_for(self, adas, path, message, words):
        form = {name: value for name, value in (DONE | {"words": words}).items() if value is not None}
        assert adas.post(path, form)["Location"] == path
        assert "quokka" in now(message).body_text

    def test_other_words_can_be_chosen_again(self, adas, path):
        page = text_of(adas.post(path, DONE | {"step": "choose"}))
        assert f">\n{CARD}</textarea>" in page


class TestAccess:
    def test_solvers_may_not_and_do_not_see_where(self, bens, path, ticket):
        assert bens.get(path).status_code == 403
        assert bens.post(path, DONE).status_code == 403
        page = text_of(bens.get(f"/console/tickets/{ticket.code}"))
        assert "/redaction" not in page
        assert "Found in this message" not in page

    def test_others_find_nothing(self, client_of, cleo, zoe, path, message):
        for somebody in (cleo, zoe):
            browser = client_of(somebody)
            assert browser.get(path).status_code == 404
            assert browser.post(path, DONE).status_code == 404
        assert CARD in now(message).body_text

    def test_signed_out_is_a_redirect(self, visitor_at, northwind, path):
        assert visitor_at(northwind).get(path).status_code == 302


class TestTicketPage:
    def test_what_was_found_is_pointed_out_to_who_may(self, adas, ticket):
        page = text_of(adas.get(f"/console/tickets/{ticket.code}"))
        assert "Found in this message: card number." in page
        assert page.count("data-redact") == 4  # two messages, each with the hint

    def test_the_mark_in_a_frame_says_what_it_is(self, adas, support_mail):
        [came] = receive(support_mail, written(support_mail.address, html=f"<p>It is <b>{CARD}</b>.</p>"))
        adas.post(f"/console/messages/{came.message.pk}/redaction", DONE)
        page = text_of(adas.get(f"/console/messages/{came.message.pk}/body"))
        assert re.search(
            rf'<span class="redacted" role="img" aria-label="Ada redacted[^"]*" title="[^"]*">{MARK}</span>', page
        )

    def test_the_mail_as_it_came_is_there_without_the_words(self, adas, support_mail):
        [came] = receive(support_mail, written(support_mail.address, text=f"It is {CARD}."))
        adas.post(f"/console/messages/{came.message.pk}/redaction", DONE)
        raw = adas.get(f"/console/messages/{came.message.pk}/raw")
        assert raw.status_code == 200
        assert b"1111" not in raw.content

    def test_or_a_page_says_why_it_is_not(self, adas, northwind, support_mail):
        [came] = receive(support_mail, written(support_mail.address, text=f"It is {CARD}."))
        with account_scope(northwind.id):
            RawMail.objects.update(content=b"", size=0)
        adas.post(f"/console/messages/{came.message.pk}/redaction", DONE)
        answer = adas.get(f"/console/messages/{came.message.pk}/raw")
        assert answer.status_code == 410
        assert "is not kept any more" in text_of(answer)
        assert "Ada redacted words" in text_of(answer)


class Away:
    """A store whose files are all on another machine until they are brought."""

    def __init__(self, fault=None):
        self.brought, self.fault = [], fault

    def is_here(self, key):
        return key in self.brought

    def bring(self, key):
        assert account_in_scope() is None, "a transaction waits"
        if self.fault:
            raise self.fault
        self.brought.append(key)


@pytest.mark.parametrize("fault", [None, FileNotFoundError("lost"), StoreFault("the store is down")])
def test_no_transaction_waits_for_files_that_are_elsewhere(adas, northwind, eli, monkeypatch, fault):
    paper = NewAttachment("list.txt", f"It is {CARD}.".encode(), "text/plain")
    ticket = make_ticket(eli, body=f"It is {CARD}, quokka.", attachments=[paper])
    with account_scope(northwind.id):
        message = ticket.messages.get()
    path, store = f"/console/messages/{message.pk}/redaction", Away(fault)
    monkeypatch.setattr(files, "bucket_store", lambda: store)
    assert adas.get(path).status_code == 200
    assert store.brought == []
    answer = adas.post(path, {"step": "look", "words": CARD})
    if isinstance(fault, StoreFault):
        assert (answer.status_code, answer["Location"]) == (303, path)
        assert "does not answer" in text_of(adas.get(path))
        return
    assert answer.status_code == 200
    assert len(store.brought) == (fault is None)
    assert adas.post(path, DONE).status_code == 303
    assert CARD not in now(message).body_text
