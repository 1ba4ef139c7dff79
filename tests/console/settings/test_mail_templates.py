"""Mail templates in the settings: words per language, their gaps, the preview, and the way back."""

import pytest
from django.utils.translation import gettext, override

from steward.brand.actions import Choices, choose_brand
from steward.channels.email.models import MailTemplate
from steward.lib.actor import SYSTEM
from steward.outbox.models import OutgoingMail
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails

LIST = "/console/settings/mail-templates"
FRAME = f"{LIST}/words?kind=answer&language=pl"


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


OWN = '<span class="badge">your own</span>'


def own(account):
    with account_scope(account.id):
        return list(MailTemplate.objects.values_list("kind", "language", "body"))


def test_saved_and_listed(adas, northwind):
    assert OWN not in shown(adas, LIST)
    assert adas.post(FRAME, {"body": "Dzień dobry\r\n{{answer}}\r\n"}).status_code == 303
    assert own(northwind) == [("answer", "pl", "Dzień dobry\n{{answer}}")]
    assert shown(adas, LIST).count(OWN) == 1
    assert "Dzień dobry" in shown(adas, FRAME)


def test_ours_are_where_one_begins(adas):
    page = shown(adas, f"{LIST}/words?kind=automatic&language=en")
    assert "has reached us as {{ticket.code}}" in page
    assert "Re: {{ticket.subject}}" in page
    assert 'name="subject"' not in shown(adas, FRAME)


def test_the_language_of_the_account_comes_first(adas, northwind):
    Account.objects.filter(pk=northwind.pk).update(language="lv")
    assert 'lang="lv"' in shown(adas, f"{LIST}/words?kind=first")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{{answer}} {{secret}}", "There is no placeholder {{secret}}."),
        ("Hello", "The mail needs {{answer}}"),
        ("Hi {{answer}}", "Put {{answer}} on a line of its own."),
        ("{{answer}}\n{{answer}}", "can stand here only once"),
        ("{{answer}}\n{{ticket.code", "begin or end no placeholder"),
        ("", "required"),
    ],
)
def test_bad_words_stay_in_the_field(adas, northwind, body, words):
    answer = adas.post(FRAME, {"body": body})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert own(northwind) == []


@pytest.mark.parametrize("query", ["kind=invoice&language=pl", "kind=answer&language=xx", "kind=answer&language=../"])
def test_what_is_none(adas, query):
    assert adas.get(f"{LIST}/words?{query}").status_code == 404


def test_back_to_ours(adas, northwind):
    adas.post(FRAME, {"body": "Own\n{{answer}}"})
    assert "Go back" in shown(adas, FRAME)
    assert adas.post(f"{LIST}/reset?kind=answer&language=pl").status_code == 303
    assert own(northwind) == []
    assert "Go back" not in shown(adas, FRAME)


class TestPreview:
    def see(self, adas, body, kind="answer"):
        answer = adas.post(
            f"{LIST}/preview?kind={kind}&language=en", {"body": body, "subject": "Re: {{ticket.subject}}"}
        )
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        return " ".join(answer.content.decode().split())

    def test_as_typed_with_sample_values(self, adas, northwind):
        page = self.see(adas, "Dear {{contact.name}} <script>alert(1)</script>\n{{answer}}\n{{signature}}\n{{history}}")
        assert "Dear Eli Aronsen" in page
        assert "<script" not in page
        assert page.count("Eli Aronsen wrote:") == 2, "as HTML and as text"
        assert "<blockquote" in page
        assert own(northwind) == []

    def test_as_it_is_stored(self, adas):
        assert "has reached us as KXQ-40321" in shown(adas, f"{LIST}/preview?kind=automatic")

    def test_in_the_brand(self, adas, northwind):
        with account_scope(northwind.id):
            look = Choices(name="Fjord", accent="#7a0019", corners="soft", font="system", in_mails="name")
            choose_brand(look, actor=SYSTEM)
        page = self.see(adas, "{{account.name}}\n{{answer}}")
        assert "#7a0019" in page
        assert "Fjord" in page

    def test_words_that_cannot_be_filled(self, adas):
        assert "There is no placeholder {{nope}}." in self.see(adas, "{{nope}}")

    def test_the_subject(self, adas):
        assert "Re: Invoice shows the wrong VAT" in self.see(adas, "Hello", kind="automatic")


class TestWhoMay:
    @pytest.mark.parametrize(
        "path", ["", "/words?kind=answer", "/preview?kind=answer", "/test?kind=answer", "/reset?kind=answer"]
    )
    def test_not_an_agent(self, client_of, ben, path):
        browser = client_of(ben)
        assert {browser.get(LIST + path).status_code, browser.post(LIST + path).status_code} <= {403, 405}

    def test_each_account_has_its_own(self, adas, client_of, zoe):
        adas.post(FRAME, {"body": "Only Northwind\n{{answer}}"})
        assert "Only Northwind" not in shown(client_of(zoe), FRAME)
        client_of(zoe).post(f"{LIST}/reset?kind=answer&language=pl")
        assert "Only Northwind" in shown(adas, FRAME)


@pytest.mark.parametrize("language", ["en", "pl", "vi", "ar", "da", "lv"])
@pytest.mark.parametrize("kind", ["automatic", "answer", "first"])
def test_the_preview_is_in_its_language_and_direction(adas, kind, language):
    page = shown(adas, f"{LIST}/preview?kind={kind}&language={language}")
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert "{{" not in page
    with override(language):
        assert gettext("Invoice shows the wrong VAT") in page
        if kind != "automatic":
            assert gettext("You are right, the rate was wrong. The new invoice is attached.") in page


class TestTestMail:
    """To oneself, with what is typed and not saved."""

    PATH = f"{LIST}/test?kind=answer&language=ar"

    def test_it_leaves_as_customers_would_get_it(self, adas, ada, northwind, support_mail):
        answer = adas.post(self.PATH, {"body": "Typed {{ticket.code}}\n{{answer}}"}, headers={"HX-Request": "true"})
        assert f'on its way to <bdi dir="ltr">{ada.user.email}</bdi>' in answer.content.decode()
        [mail] = outgoing_mails(support_mail)
        assert (mail.row.purpose, mail.row.envelope_to) == ("template test", [ada.user.email])
        assert mail.read["From"].addresses[0].addr_spec == support_mail.address
        with override("ar"):
            assert gettext("Invoice shows the wrong VAT") in str(mail.read["Subject"])
        assert "Typed KXQ-40321" in mail.read.get_body(("plain",)).get_content()
        assert mail.read["Auto-Submitted"] == "auto-replied"
        assert own(northwind) == []

    def test_without_scripts_the_page_keeps_what_was_typed(self, adas, support_mail):
        page = adas.post(self.PATH, {"body": "Typed\n{{answer}}"}).content.decode()
        assert "Typed\n{{answer}}</textarea>" in page
        assert "The test mail is on its way" in page

    def test_words_that_cannot_be_filled_are_not_sent(self, adas, support_mail):
        answer = adas.post(self.PATH, {"body": "{{nope}}"}, headers={"HX-Request": "true"})
        assert "There is no placeholder {{nope}}." in answer.content.decode()
        assert outgoing_mails(support_mail) == []

    def test_not_endlessly(self, adas, support_mail):
        for _try in range(21):
            answer = adas.post(self.PATH, {"body": "{{answer}}"}, headers={"HX-Request": "true"})
        assert "too many tries" in answer.content.decode()
        assert len(outgoing_mails(support_mail)) == 20

    def test_without_an_address_of_its_own(self, adas, northwind):
        adas.post(self.PATH, {"body": "{{answer}}"})
        with account_scope(northwind.id):
            assert OutgoingMail.objects.get().purpose == "template test"
