"""Mails as customers write them: text and HTML with a small file, in several languages, some of them replies."""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr

from steward.lib.clock import now

ADDRESS = "support@{host}"
_BYTES = 20_000
_REPLIES = 0.15
_REPLY_TO_AFTER = 300  # mails: what is replied to has become a ticket by then
_SIGNATURES = ("Regards,", "Med venlig hilsen", "Pozdrawiam", "Mit freundlichen Grüßen", "Cordialement", "Trân trọng")
_SENTENCES = (
    "My order {n} has not arrived although the tracking page says that it was delivered on Tuesday.",
    "Could you please tell me which documents I have to send so that invoice {n} can be corrected?",
    "Jeg har modtaget den forkerte vare i pakke {n}, hvordan får jeg den byttet?",
    "Proszę o pilną odpowiedź w sprawie zamówienia {n}, ponieważ towar jest uszkodzony.",
    "Die Bestellung {n} wurde zweimal abgebucht, bitte prüfen Sie das und erstatten Sie den Betrag zurück.",
    "Je n'arrive plus à me connecter à mon compte depuis la mise à jour {n} de votre application.",
    "Tôi muốn đổi địa chỉ giao hàng cho đơn hàng số {n}, xin vui lòng giúp tôi.",
    "Es nevaru atvērt pielikumu, kas bija pievienots jūsu vēstulei {n}, lūdzu, nosūtiet to vēlreiz.",
    "لم أستلم الطلب رقم {n} حتى الآن، أرجو إفادتي بموعد التسليم.",
    "注文番号{n}の商品がまだ届いていません。状況を確認していただけますか。",
    "The printer on the second floor shows error {n} again since the technician was here last week.",
    "I would like to cancel subscription {n} at the end of the month and get a confirmation by e-mail.",
)
_NAMES = (
    "Anna Berg", "Zofia Wójcik", "Jürgen Müller", "Nguyễn Văn An", "Ilze Kalniņa", "Søren Ørsted", "Fatima Al-Sayed",
    "佐藤 花子", "Hélène Dupont", "John O'Neill", "Olga Petrova", "Maria da Silva",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with its envelope."""

    sender: str
    recipient: str
    raw: bytes


def corpus(count: int, recipient: str, *, seed: int = 822) -> Iterator[Mail]:
    """So many mails of about 20 KB, no two alike in sender, text or file, except that every seventh is a reply."""
    drawing = random.Random(seed)  # noqa: S311  the same mails in each run, no secret
    run = f"{drawing.getrandbits(32):08x}"
    sent: list[tuple[str, str, str, str]] = []
    for number in range(count):
        is_reply = number > _REPLY_TO_AFTER and drawing.random() < _REPLIES
        before = drawing.choice(sent[: number - _REPLY_TO_AFTER]) if is_reply else None
        name, address = (
            before[:2] if before else (drawing.choice(_NAMES), f"customer{number}.{run}@mail{number % 97}.example")
        )
        subject = f"Re: {before[2]}" if before else _sentence(drawing, number)[:60]
        message_id = f"<{run}.{number}@mail.example>"
        sent.append((name, address, subject.removeprefix("Re: "), message_id))
        yield Mail(address, recipient, _written(drawing, number, sent[-1], recipient, before))


def _written(
    drawing: random.Random,
    number: int,
    mail: tuple[str, str, str, str],
    recipient: str,
    before: tuple[str, str, str, str] | None,
) -> bytes:
    name, address, subject, message_id = mail
    sentences = [_sentence(drawing, number + i) for i in range(drawing.randint(6, 14))]
    quoted = [_sentence(drawing, number - i) for i in range(drawing.randint(4, 9))] if before else []
    headers = {
        "Received": f"from mail.example ([192.0.2.{number % 250}]) by relay.example; {format_datetime(now())}",
        "From": formataddr((name, address), charset="utf-8"),
        "To": f"Support <{recipient}>",
        "Subject": Header(f"{'Re: ' if before else ''}{subject}", "utf-8").encode(linesep="\r\n"),
        "Date": format_datetime(now()),
        "Message-ID": message_id,
        "MIME-Version": "1.0",
        "User-Agent": "Mozilla Thunderbird",
        "Content-Type": f'multipart/mixed; boundary="m{number}"',
    }
    if before:
        headers |= {"In-Reply-To": before[3], "References": before[3]}
    plain, html = _plain(drawing, sentences, quoted), _html(drawing, sentences, quoted)
    alternative = f'--m{number}\r\nContent-Type: multipart/alternative; boundary="a{number}"\r\n\r\n'
    alternative += (
        _part(f"a{number}", "text/plain", plain) + _part(f"a{number}", "text/html", html) + f"--a{number}--\r\n"
    )
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    left = _BYTES - len(head) - len(alternative)
    return f"{head}{alternative}{_file(drawing, number, left)}--m{number}--\r\n".encode("ascii")


def _sentence(drawing: random.Random, number: int) -> str:
    return drawing.choice(_SENTENCES).format(n=100_000 + number * 7 + drawing.randint(0, 6))


def _plain(drawing: random.Random, sentences: list[str], quoted: list[str]) -> str:
    text = "\r\n\r\n".join(sentences) + f"\r\n\r\n{drawing.choice(_SIGNATURES)}\r\n-- \r\nCustomer\r\nMain Street 1\r\n"
    if quoted:
        text += "\r\nOn Mon, 16 Nov 2026 at 10:12, Support wrote:\r\n" + "\r\n".join(f"> {line}" for line in quoted)
    return text


def _html(drawing: random.Random, sentences: list[str], quoted: list[str]) -> str:
    style = "font-family:Calibri,sans-serif;font-size:11pt;margin:0 0 8pt 0"
    body = "".join(f'<p class="MsoNormal" style="{style}">{line}<br></p>\r\n' for line in sentences)
    body += f'<table border="0" cellpadding="2"><tr><td><b>{drawing.choice(_SIGNATURES)}</b></td><td>'
    body += '<a href="https://www.example.com/track">Track</a> <img src="https://www.example.com/logo.png" width="90">'
    body += "</td></tr></table>"
    if quoted:
        body += '<div class="gmail_quote"><div>On Mon, 16 Nov 2026 Support wrote:</div><blockquote class="gmail_quote">'
        body += "".join(f"<p>{line}</p>" for line in quoted) + "</blockquote></div>"
    return f"<html><head><meta charset=utf-8><style>p.MsoNormal {{ {style} }}</style></head><body>{body}</body></html>"


def _part(boundary: str, content_type: str, text: str) -> str:
    return (
        f"--{boundary}\r\nContent-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{_base64(text.encode())}\r\n"
    )


def _file(drawing: random.Random, number: int, left: int) -> str:
    """A picture or a document that makes the mail as large as it should be."""
    content_type, name, begin = (
        ("image/png", "screenshot.png", b"\x89PNG\r\n\x1a\n")
        if number % 2
        else ("application/pdf", "invoice.pdf", b"%PDF-1.7\n")
    )
    content = begin + drawing.randbytes(max(500, left * 3 // 4 - 300))
    return (
        f'--m{number}\r\nContent-Type: {content_type}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{_base64(content)}\r\n'
    )


def _base64(content: bytes) -> str:
    encoded = base64.b64encode(content).decode()
    return "\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
