"""Which words are taken for a request, in each language; and which are not."""

import pytest

from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.recognising import right_in

Type = PrivacyRequest.Type


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (Type.ERASE, "Hello,\nplease delete all of my personal data.\nEli"),
        (Type.ERASE, "I make use of my Right to be Forgotten"),
        (Type.ERASE, "Proszę o usunięcie wszystkich moich danych osobowych."),
        (Type.ERASE, "Proszę, usuńcie moje dane"),
        (Type.ERASE, "Vui lòng xóa toàn bộ dữ liệu cá nhân của tôi."),
        (Type.ERASE, "أطلب حذف جميع بياناتي الشخصية"),
        (Type.ERASE, "I bedes slette alle mine personoplysninger"),
        (Type.ERASE, "Lūdzu, dzēsiet visus manus personas datus."),
        (Type.ACCESS, "This is a subject access request."),
        (Type.ACCESS, "What personal data do you hold about me?"),
        (Type.ACCESS, "Wnoszę o dostęp do moich danych osobowych"),
        (Type.ACCESS, "Tôi muốn truy cập dữ liệu cá nhân của tôi"),
        (Type.ACCESS, "أريد الاطلاع على بياناتي"),
        (Type.ACCESS, "Jeg ønsker indsigt i mine personoplysninger."),
        (Type.ACCESS, "Vēlos saņemt manu personas datu kopiju."),
        (Type.RECTIFY, "Please correct my data: I am called Elias."),
        (Type.RECTIFY, "Proszę o sprostowanie moich danych"),
        (Type.RESTRICT, "I ask for restriction of processing"),
        (Type.RESTRICT, "Jeg beder om begrænsning af behandlingen af mine oplysninger"),
        (Type.RESTRICT, "Lūdzu ierobežot manu datu apstrādi"),
        (Type.PORTABILITY, "Under data portability, send me a file."),
        (Type.OBJECT, "I object to the processing of my data for marketing."),
        (Type.OBJECT, "Wnoszę sprzeciw wobec przetwarzania"),
        (Type.WITHDRAW, "Hereby I withdraw my consent."),
        (Type.WITHDRAW, "Jeg trækker mit samtykke tilbage"),
        (Type.WITHDRAW, "Atsaucu savu piekrišanu."),
        (Type.WITHDRAW, "Tôi rút lại sự đồng ý của mình"),
        (Type.ERASE, "According to Art. 17 GDPR I want you to act."),
        (Type.PORTABILITY, "na podstawie artykułu 20 RODO"),
        (Type.ACCESS, "Saskaņā ar VDAR 15. pantu"),
        (Type.UNSAID, "Art. 22 of Regulation (EU) 2016/679 applies to me."),
    ],
)
def test_what_asks_for_a_right_is_recognised_in_the_text_and_in_the_subject(type_, text):
    assert right_in("Hello", text) == type_
    if "\n" not in text:
        assert right_in(f"Re: {text}", "As above.") == type_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Where is my order? It should have come on Friday.",
        "Your export of data fails: see article 17 of your own help.",
        "Please delete the second item of my order, it was a mistake.",
        "The restriction of the lift in our house is 400 kg.",
        "I have no access to my account.",
        "> Please delete all of my personal data.\nWe wrote this to you in March.",
        "\n".join([f"line {number}" for number in range(12)] + ["You have the right to be forgotten."]),
        "Gdzie jest moje zamówienie? Nie mam dostępu do konta.",
    ],
)
def test_what_asks_for_none_is_left_alone(text):
    assert right_in("", text) is None


def test_a_long_mail_is_not_read_to_its_end():
    asked = "I use my right to be forgotten."
    assert right_in("", f"{'word ' * 200}{asked}") == Type.ERASE
    assert right_in("", f"{'word ' * 1_000_000}{asked}") is None
