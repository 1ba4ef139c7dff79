"""The account's own words and its brand in the mails that really leave."""

import pytest
from django.utils import timezone
from django.utils.translation import override

from steward.brand.actions import Choices, choose_brand, choose_logo
from steward.brand.pictures import read_picture
from steward.channels.email.mail_templates import Kind, change_template, reset_template
from steward.channels.email.mailboxes import answer_automatically
from steward.channels.email.models import MailTemplate
from steward.channels.email.wording import BadWording
from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.letters import mail_of, outgoing_mails, receive, written
from steward.testing.pictures import png
from steward.testing.queries import queries_of
from steward.testing.tickets import make_reply, make_ticket
from steward.ui.ages import in_full

BRAND = {"name": "Fjord", "accent": "#7a0019", "corners": "soft", "font": "serif", "in_mails": "name"}


@pytest.fixture
def answering(support_mail):
    with account_scope(support_mail.account_id):
        answer_automatically(support_mail, is_on=True, actor=SYSTEM)
    return support_mail


def worded(account, kind, language, body, subject=""):
    with account_scope(account.id):
        return change_template(kind, language, subject=subject, body=body, actor=SYSTEM)


def branded(account, logo=None, **choices):
    with account_scope(account.id):
        if logo:
            choose_logo(read_picture(logo), actor=SYSTEM)
        choose_brand(Choices(**BRAND | choices), actor=SYSTEM)


def speaks(contact, language):
    with account_scope(contact.account_id):
        Contact.objects.filter(pk=contact.pk).update(language=language)


def parts(mail):
    return [mail.read.get_body((kind,)).get_content() for kind in ("plain", "html")]


def automatic(mail_account, **letter):
    receive(mail_account, written(mail_account.address, **letter))
    return outgoing_mails(mail_account)[-1]


class TestAutomaticAnswers:
    def test_own_words_with_their_gaps(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "en", "Hi {{contact.name}}: {{ticket.code}}", "Got it: {{ticket.subject}}")
        mail = automatic(answering, subject="Invoice", sender="Eli Berg <eli@example.org>")
        assert mail.read["Subject"] == "Got it: Invoice"
        for text in parts(mail):
            assert "Hi Eli Berg: " in text
            assert "{{" not in text

    def test_in_the_language_of_the_reader(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "pl", "Dzień dobry", "Mamy to")
        speaks(eli, "pl")
        assert "Dzień dobry" in parts(automatic(answering))[0]

    def test_else_in_that_of_the_account(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "da", "Hej", "Tak")
        Account.objects.filter(pk=northwind.pk).update(language="da")
        speaks(eli, "vi")
        assert "Hej" in parts(automatic(answering))[0]

    def test_else_ours_in_the_language_of_the_reader(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "da", "Hej", "Tak")
        assert "Thank you for writing" in parts(automatic(answering))[0]

    def test_the_words_of_the_address_come_first(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "en", "of the template", "x")
        with account_scope(northwind.id):
            answer_automatically(
                answering, is_on=True, subject="Own {{ticket.code}}", text="of the address", actor=SYSTEM
            )
        mail = automatic(answering)
        assert "of the address" in parts(mail)[0]
        assert mail.read["Subject"].startswith("Own ")

    def test_a_name_that_leads_somewhere_is_not_said(self, answering, northwind, eli):
        worded(northwind, Kind.AUTOMATIC, "en", "Hi {{contact.name}}!", "x")
        mail = automatic(answering, sender='"Win at http://evil.example" <eli@example.org>')
        for text in parts(mail):
            assert "evil.example" not in text
            assert "eli@example.org" in text

    def test_words_that_cannot_be_filled_are_refused(self, answering, northwind):
        with pytest.raises(BadWording):
            worded(northwind, Kind.AUTOMATIC, "en", "{{password}}")
        with account_scope(northwind.id), pytest.raises(BadWording):
            answer_automatically(answering, is_on=True, text="{{password}}", actor=SYSTEM)

    def test_a_batch_reads_the_words_once(self, answering, northwind, run_jobs):
        worded(northwind, Kind.AUTOMATIC, "en", "Hello", "x")
        branded(northwind, logo=png(16, 8), in_mails="logo")

        def letters(number, start):
            people = [f"p{start + n}@example.org" for n in range(number)]
            receive(answering, *(written(answering.address, sender=each) for each in people))
            return len(queries_of(lambda: run_jobs("email.answer")))

        letters(1, 0)
        assert letters(1, 1) == letters(8, 10)


class TestAnswers:
    def test_a_frame_around_the_words(self, northwind, support_mail, eli, ben):
        worded(northwind, Kind.ANSWER, "en", "Dear {{contact.name}},\n\n{{answer}}\n\n{{history}}\n\n[{{ticket.code}}]")
        ticket = make_ticket(eli)
        text, html = parts(mail_of(make_reply(ticket, ben)))
        assert f"[{ticket.code}]" in text
        assert text.index("Dear Eli") < text.index("wrote:") < text.index(f"[{ticket.code}]")
        assert "<blockquote" in html

    def test_in_the_language_of_its_words(self, northwind, support_mail, eli, ben):
        worded(northwind, Kind.ANSWER, "da", "Kære\n{{answer}}\n{{history}}")
        speaks(eli, "da")
        ticket = make_ticket(eli)
        text, _html = parts(mail_of(make_reply(ticket, ben)))
        assert "Kære" in text
        with override("da"), timezone.override(northwind.time_zone):
            assert in_full(ticket.created_at) in " ".join(text.split())

    def test_back_to_ours(self, northwind, support_mail, eli, ben):
        worded(northwind, Kind.ANSWER, "en", "Dear all\n{{answer}}")
        with account_scope(northwind.id):
            reset_template(Kind.ANSWER, "en", actor=SYSTEM)
            reset_template(Kind.ANSWER, "en", actor=SYSTEM)
            events = Event.objects.filter(kind__startswith="mail_template").order_by("id")
            kinds = list(events.values_list("kind", flat=True))
            assert not MailTemplate.objects.exists()
        assert kinds == ["mail_template.changed", "mail_template.reset"]
        assert "Dear all" not in parts(mail_of(make_reply(make_ticket(eli), ben)))[0]


class TestBrand:
    def test_plain_unless_chosen(self, northwind, support_mail, eli, ben):
        branded(northwind, font="system", in_mails="nothing")
        assert "Fjord" not in parts(mail_of(make_reply(make_ticket(eli), ben)))[1]

    def test_the_name_and_the_colour(self, northwind, support_mail, eli, ben):
        branded(northwind)
        text, html = parts(mail_of(make_reply(make_ticket(eli), ben)))
        assert "Fjord" in html
        assert "#7a0019" in html
        assert "Georgia" in html
        assert "Fjord" not in text

    def test_the_logo_comes_along_and_nothing_is_loaded(self, northwind, support_mail, eli, ben):
        branded(northwind, logo=png(400, 80), in_mails="logo")
        mail = mail_of(make_reply(make_ticket(eli), ben))
        html = parts(mail)[1]
        assert 'src="cid:logo@brand"' in html
        assert 'width="200"' in html
        assert "http" not in html
        [picture] = [part for part in mail.read.walk() if part.get_content_type() == "image/png"]
        assert picture["Content-ID"] == "<logo@brand>"
        assert picture.get_payload(decode=True) == read_picture(png(400, 80)).content
        assert "attachment" not in str(picture["Content-Disposition"])

    def test_a_name_with_markup_is_text(self, northwind, support_mail, eli, ben):
        branded(northwind, name='<img src="http://evil.example/x">')
        html = parts(mail_of(make_reply(make_ticket(eli), ben)))[1]
        assert "<img" not in html

    def test_the_own_server_carries_automatic_answers(self, answering, northwind):
        with account_scope(northwind.id):
            declared = Declaration(
                kind=Connector.Kind.SMTP,
                destination=Destination("mail.test", 465),
                tls=Connector.Tls.IMPLICIT,
                username="x",
                password="y",
            )
            answering.smtp = declare_connector(declared, actor=SYSTEM)
            answering.save()
        assert automatic(answering).row.connector_id == answering.smtp_id
