"""Folding plain text: what stays visible, in many languages; and that nothing is ever lost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.channels.email.folding import fold_text
from steward.lib.html import html_to_text, sanitise_mail, text_to_html

OWN = "Thank you, the second invoice is the right one."

ATTRIBUTIONS = [
    "On Mon, Jan 6, 2025 at 10:12 AM Ben Moss <ben@desk.example> wrote:",
    "On 6 Jan 2025, at 10:12, Ben Moss <ben@desk.example> wrote:",
    "On 06/01/2025 10:12, Ben Moss wrote:",
    "On Monday, January 6, 2025 at 10:12:00 AM GMT+1, Ben Moss <ben@desk.example> wrote:",
    "On Mon, 2025-01-06 at 10:12 +0100, Ben Moss wrote:",
    "2025-01-06 10:12 GMT+01:00 Ben Moss <ben@desk.example>:",
    "2013/7/20 Ben Moss <ben@desk.example>",
    "* Ben Moss <ben@desk.example> [2025-01-06 10:12]:",
    "Am 06.01.25 um 10:12 schrieb Ben Moss:",
    "Am Mo., 6. Jan. 2025 um 10:12 Uhr schrieb Ben Moss <ben@desk.example>:",
    "Ben Moss <ben@desk.example> schrieb am Mo., 6. Jan. 2025, 10:12:",
    "Le lun. 6 janv. 2025 à 10:12, Ben Moss <ben@desk.example> a écrit :",
    "Le 06/01/2025 à 10:12, Ben Moss a écrit\u00a0:",
    "Il giorno lun 6 gen 2025 alle ore 10:12 Ben Moss <ben@desk.example> ha scritto:",
    "Il 06/01/2025 10:12, Ben Moss ha scritto:",
    "Op ma 6 jan 2025 om 10:12 schreef Ben Moss <ben@desk.example>:",
    "pon., 6 sty 2025 o 10:12 Ben Moss <ben@desk.example> napisał(a):",
    "W dniu 6.01.2025 o 10:12, Ben Moss pisze:",
    "El lun, 6 ene 2025 a las 10:12, Ben Moss (<ben@desk.example>) escribió:",
    "Den mån 6 jan. 2025 kl 10:12 skrev Ben Moss <ben@desk.example>:",
    "Den man. 6. jan. 2025 kl. 10.12 skrev Ben Moss <ben@desk.example>:",
    "man. 6. jan. 2025 kl. 10:12 skrev Ben Moss <ben@desk.example>:",
    "2025年1月6日(月) 10:12 Ben Moss <ben@desk.example>:",
    "po 6. 1. 2025 v 10:12 odesílatel Ben Moss <ben@desk.example> napsal:",
    "Dne 6.1.2025 v 10:12 Ben Moss napsal(a):",
    "Em seg., 6 de jan. de 2025 às 10:12, Ben Moss <ben@desk.example> escreveu:",
    "пн, 6 янв. 2025 г. в 10:12, Ben Moss <ben@desk.example>:",
    "06.01.2025 10:12, Ben Moss пишет:",
    "6 января 2025 г., 10:12, пользователь Ben Moss <ben@desk.example> написал:",
    "пн, 6 січ. 2025 р. о 10:12 Ben Moss <ben@desk.example> пише:",
    "Vào Th 2, 6 thg 1, 2025 vào lúc 10:12 Ben Moss <ben@desk.example> đã viết:",
    "في الاثنين، 6 يناير 2025 في 10:12 ص تمت كتابة ما يلي بواسطة "
    "\u202aBen Moss\u202c\u200f <\u202aben@desk.example\u202c\u200f>:",
    "pirmd., 2025. g. 6. janv., plkst. 10:12 — lietotājs Ben Moss (<ben@desk.example>) rakstīja:",
    "ma 6. tammik. 2025 klo 10.12 Ben Moss (ben@desk.example) kirjoitti:",
    "Ben Moss <ben@desk.example> 于2025年1月6日周一 10:12写道：",
    "在 2025/1/6 10:12, Ben Moss 写道:",
    "Ben Moss <ben@desk.example> 於 2025年1月6日 週一 上午10:12寫道：",
    "2025년 1월 6일 (월) 오전 10:12, Ben Moss <ben@desk.example>님이 작성:",
    "Ben Moss <ben@desk.example>, 6 Oca 2025 Pzt, 10:12 tarihinde şunu yazdı:",
    "Ben Moss <ben@desk.example> ezt írta (időpont: 2025. jan. 6., H, 10:12):",
    "Στις Δευ 6 Ιαν 2025 στις 10:12, ο χρήστης Ben Moss <ben@desk.example> έγραψε:",
    "În lun., 6 ian. 2025 la 10:12, Ben Moss <ben@desk.example> a scris:",
    "\u202bבתאריך יום ב׳, 6 בינו׳ 2025 ב-10:12 מאת "
    "\u202aBen Moss\u202c\u200f <\u202aben@desk.example\u202c\u200f>:\u202c",
    "---- Ben Moss wrote ----",
    "---- On Mon, 06 Jan 2025 10:12:00 +0100 Ben Moss <ben@desk.example> wrote ----",
    # wrapped
    "On Mon, Jan 6, 2025 at 10:12 AM Ben Moss of the Northwind Service Desk\n<ben@desk.example> wrote:",
    "On Mon, Jan 6, 2025 at 10:12 AM Ben Moss <\nben@desk.example>\nwrote:",
    "Ben Moss <ben@desk.example> schrieb am Mo., 6. Jan. 2025\num 10:12 Uhr:",
    "2025-01-06 10:12 GMT+01:00 Ben Moss of the Northwind Service Desk <\nben@desk.example>:",
    "El lun, 6 ene 2025 a las 10:12, Ben Moss de Northwind\n(<ben@desk.example>) escribió:",
]

HEADERS = [
    "From: Ben <ben@desk.example>\nSent: Monday, January 6, 2025 10:12 AM\nTo: Eli\nSubject: Invoice",
    "*From:* Ben\n*Sent:* Monday, January 6, 2025 10:12\n*To:* Eli\n*Subject:* Invoice",
    "Von: Ben\nGesendet: Montag, 6. Januar 2025 10:12\nAn: Eli\nBetreff: Rechnung",
    "De : Ben\nEnvoyé : lundi 6 janvier 2025 10:12\nÀ : Eli\nObjet : Facture",
    "Da: Ben\nInviato: lunedì 6 gennaio 2025 10:12\nA: Eli\nOggetto: Fattura",
    "Van: Ben\nVerzonden: maandag 6 januari 2025 10:12\nAan: Eli\nOnderwerp: Factuur",
    "Od: Ben\nWysłano: 6 stycznia 2025 10:12\nDo: Eli\nTemat: Faktura",
    "De: Ben\nEnviado el: lunes, 6 de enero de 2025 10:12\nPara: Eli\nAsunto: Factura",
    "Från: Ben\nSkickat: den 6 januari 2025 10:12\nTill: Eli\nÄmne: Faktura",
    "Fra: Ben\nSendt: 6. januar 2025 10:12\nTil: Eli\nEmne: Faktura",
    "差出人: Ben\n送信日時: 2025年1月6日 10:12\n宛先: Eli\n件名: 請求書",
    "Od: Ben\nOdesláno: pondělí 6. ledna 2025 10:12\nKomu: Eli\nPředmět: Faktura",
    "De: Ben\nEnviado: 6 de janeiro de 2025 10:12\nPara: Eli\nAssunto: Fatura",
    "От: Ben\nОтправлено: 6 января 2025 г. 10:12\nКому: Eli\nТема: Счёт",
    "Từ: Ben\nĐã gửi: 6 tháng 1, 2025 10:12\nĐến: Eli\nChủ đề: Hóa đơn",
    "من: Ben\nتاريخ الإرسال: 6 يناير 2025 10:12\nإلى: Eli\nالموضوع: فاتورة",
    "No: Ben\nNosūtīts: 2025. gada 6. janvāris 10:12\nKam: Eli\nTēma: Rēķins",
    "Lähettäjä: Ben\nLähetetty: 6. tammikuuta 2025 10:12\nVastaanottaja: Eli\nAihe: Lasku",
    "发件人：Ben\n发送时间：2025年1月6日 10:12\n收件人：Eli\n主题：发票",
    "보낸 사람: Ben\n보낸 날짜: 2025년 1월 6일 10:12\n받는 사람: Eli\n제목: 청구서",
    "Kimden: Ben\nGönderildi: 6 Ocak 2025 10:12\nKime: Eli\nKonu: Fatura",
    "From: ben@desk.example\nDate: Mon, 6 Jan 2025 10:12:00 +0100",
    "Date: Mon, 6 Jan 2025 10:12:00 +0100\nTo: eli@mail.example",
    "From: Ben <ben@desk.example>\nDate: Mon, 6 Jan 2025\nSubject: a subject that\n goes on\nTo: Eli",
]

SEPARATORS = [
    "-----Original Message-----",
    "----- Original Message -----",
    "*-------- Original Message --------*",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "-----Oryginalna wiadomość-----",
    "-----Mensaje original-----",
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Původní zpráva-----",
    "-----Mensagem original-----",
    "-----Исходное сообщение-----",
    "-----元のメッセージ-----",
    "-----原始邮件-----",
    "-----원본 메시지-----",
    "-----Özgün İleti-----",
    "-----Thư gốc-----",
    "-----الرسالة الأصلية-----",
    "-----Sākotnējais ziņojums-----",
    "-----Alkuperäinen viesti-----",
]

DEVICES = [
    "Sent from my iPhone",
    "Sent from my Galaxy S23 phone. Please excuse typos.",
    "Get Outlook for iOS<https://aka.ms/x>",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android",
    "Envoyé de mon iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Wysłane z iPhone'a",
    "Enviado desde mi iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "iPhoneから送信",
    "Odesláno z iPhonu",
    "Enviado do meu iPhone",
    "Отправлено с iPhone",
    "Gửi từ iPhone của tôi",
    "تم الإرسال من الـ iPhone الخاص بي",
    "Nosūtīts no mana iPhone",
    "Lähetetty iPhonesta",
    "发自我的 iPhone",
    "從我的 iPhone 傳送",
    "나의 iPhone에서 보냄",
    "iPhone'umdan gönderildi",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_and_its_quotation_are_folded(attribution):
    assert fold_text(f"{OWN}\n\n{attribution}\n\n> old line\n> another\n").visible == OWN


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_history_below_an_attribution_need_not_be_marked(attribution):
    if "@" in attribution or re.search(r"\d[:.]\d\d\b", attribution) or attribution.startswith("--"):
        assert fold_text(f"{OWN}\n\n{attribution}\n\nold line\n").visible == OWN


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"])
def test_a_block_of_headers_begins_history(headers, rule):
    assert fold_text(f"{OWN}\n\n{rule}{headers}\n\nold line\n\nmore\n").visible == OWN


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_begins_history(separator):
    assert fold_text(f"{OWN}\n\n{separator}\n\nold line\n").visible == OWN


@pytest.mark.parametrize("device", DEVICES)
def test_what_a_phone_adds_at_the_end_is_folded(device):
    assert fold_text(f"{OWN}\n\n{device}\n").visible == OWN


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nEli Stone\nAcme",
        "--\nEli Stone\n+45 12 34 56 78",
        "______________________\nEli Stone, Acme",
        "_______________________________________________\nlist mailing list\nlist@desk.example",
    ],
)
def test_signatures_are_folded(signature):
    assert fold_text(f"{OWN}\n\n{signature}\n").visible == OWN


@pytest.mark.parametrize(
    "text",
    [
        "one\n\ntwo",
        "> the part I mean\n\nThis is wrong.",
        "> only a quotation",
        "This is what we see:\nFrom: Warsaw\nTo: Berlin\nDate: 12 May 2025\nPlease change it.",
        "From: Ben <ben@desk.example>\nSent: Monday, 6 January 2025\nTo: Eli\nSubject: form\n\nMessage of a form",
        "As I told you on 12.3.2025 your colleague wrote:\nwe will pay.",
        "I wrote on 12 May at 10:30 to bob@desk.example:\nplease help",
        "On 12.03.2025 your colleague wrote:\nwe will pay. Now what?",
        "On Monday at 10:30 I wrote to <bob@desk.example>:\nplease help, and nobody did",
        "Items:\n-- one\n-- two\nThe total is wrong.",
        "Part one\n--\n" + "\n".join(f"line {n} of mine" for n in range(30)),
        "Questions\n_____________\nWhat does it cost?",
        "Head\n-----\nBody of my mail.",
        "It says ---- error ---- on the screen",
        "Sent from my warehouse, the parcel never came.\nWhere is it?",
        "FYI\n\n---------- Forwarded message ----------\nFrom: a@b.example\nDate: 6 Jan 2025\nSubject: x\n\nthe matter",
        "me > you\n> <b>\nand so on, it goes further",
        "🎉\n\n—\nEli Stone",
        "To: do list\nSubject: to change",
        "Am 12.03.2025 um 10:30 Uhr schrieb mir Ihr Kollege:\nWir zahlen. Und nun?",
        "On 12 March 2025 at 10:30 your colleague Ben wrote:\nwe will pay. Now what?",
        "The log says:\n> error 1\n> error 2",
        "Please check:\n\n2025-01-06 10:12 invoice <a@b.example>:\n- wrong sum",
        "From the web site\n\nFrom: Eli <e@mail.example>\nDate: 6 Jan 2025\nSubject: Help\nMessage: it is broken",
        "The parcel never came.\n\nSent from Berlin on Monday, says the label.",
        "",
        "\n\n",
    ],
)
def test_in_doubt_everything_stays(text):
    folded = fold_text(text)
    assert folded.visible.split() == text.split()
    assert "<details" not in folded.html


def test_answers_between_quotations_stay_with_them():
    text = (
        "See below.\n\nOn 6 Jan 2025, at 10:12, Ben <ben@desk.example> wrote:\n"
        "> Which colour?\nThe green one, please.\n"
        "> Which size?\nThe same size as before, thank you.\n> old tail"
    )
    visible = fold_text(text).visible
    for words in ("See below.", "> Which colour?", "The green one", "> Which size?", "same size as before"):
        assert words in visible
    assert "wrote:" not in visible
    assert "old tail" not in visible


def test_an_answer_below_the_quotation_stays():
    text = "On 6 Jan 2025, at 10:12, Ben <ben@desk.example> wrote:\n> old\n> line\n\nHere is my answer.\n"
    assert fold_text(text).visible == "Here is my answer."


def test_a_postscript_below_the_signature_stays():
    visible = fold_text(f"{OWN}\n-- \nEli\n\nPS: My number is another one now.\n").visible
    assert visible.split() == [*OWN.split(), "PS:", *"My number is another one now.".split()]


def test_a_closing_below_the_quotation_stays_and_the_quotation_is_folded():
    text = f"{OWN}\n\nOn 6 Jan 2025, at 10:12, Ben <ben@desk.example> wrote:\n> old\n\nKind regards, Eli"
    assert fold_text(text).visible.split() == [*OWN.split(), "Kind", "regards,", "Eli"]


def test_a_forwarded_message_under_words_of_ones_own_is_folded():
    text = (
        f"{OWN}\n\n---------- Forwarded message ----------\nFrom: a@b.example\nDate: 6 Jan 2025\nSubject: x\n\nmatter"
    )
    assert fold_text(text).visible == OWN


def test_only_the_headers_of_a_message_that_is_nothing_but_forwarded_are_folded():
    text = "---------- Forwarded message ----------\nFrom: a@b.example\nDate: 6 Jan 2025\nSubject: x\n\nthe matter"
    assert fold_text(text).visible == "the matter"


def test_an_attribution_behind_the_answer():
    assert fold_text("Yes. On Wed, Jan 8, 2025 at 3:59 PM, ben@desk.example wrote:\n> Shall we?").visible == "Yes."


def test_the_fold():
    folded = fold_text(f"{OWN}\n\n-- \nEli <b>\n\nOn 6 Jan 2025, at 10:12, Ben <ben@desk.example> wrote:\n> old")
    assert folded.html.startswith(f"<p>{OWN}</p>" + '<details class="quoted"><summary class="quoted-mark">…</summary>')
    assert folded.html.count("<details") == 1
    assert "Eli &lt;b&gt;" in folded.html


LINES = (
    st.sampled_from(ATTRIBUTIONS + HEADERS + SEPARATORS + DEVICES)
    | st.sampled_from(["", "> quoted", "own words here", "-- ", "--", "____________", "C> x", "<b>", "a\0b", "\r"])
    | st.text(max_size=12)
)


def words(html):
    return re.sub(r"[\s…]+", "", html_to_text(html, links=False))


@given(st.lists(LINES, max_size=20).map("\n".join))
def test_no_text_is_lost(text):
    folded = fold_text(text)
    assert words(folded.html) == words(text_to_html(text))
    assert sanitise_mail(folded.html).count("<") == folded.html.count("<")
    assert "\0" not in folded.visible


@pytest.mark.parametrize(
    "text",
    [
        "On " + "a " * 20_000,
        "> > >" * 10_000,
        "> > >\n" * 8_000,
        "From: a@b.example\n" * 4_000,
        "From:\n" * 4_000,
        "-" * 20_000,
        "-----\n" * 4_000,
        "--\n" * 8_000,
        "__\n" * 8_000,
        "---------- Forwarded message ----------\n" * 1_000,
        "On Mon, Jan 6, 2025 at 10:12 AM Ben <ben@desk.example> \n" * 2_000,
        "On Mon, Jan 6, 2025 at 10:12 AM Ben <ben@desk.example> wrote:\n" * 2_000,
        "2025 10:12 " * 5_000,
        (("2025 10:12 " * 25) + ":\n") * 150,
        "a@" * 25_000,
        "Sent from " * 5_000,
        " " * 50_000 + "x",
        "\n" * 50_000,
        "C>\n" * 8_000,
        ":" * 50_000,
    ],
    ids=lambda text: text[:12],
)
def test_takes_hostile_input_in_reasonable_time(text):
    started = time.process_time()
    fold_text(text)
    assert time.process_time() - started < 0.5  # about 0.05 on a quiet machine; a quadratic step takes minutes
