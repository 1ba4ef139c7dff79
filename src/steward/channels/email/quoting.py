"""The end of an answer: the signature, and what it answers to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Protocol

from django.utils.html import escape
from django.utils.translation import gettext as _

from steward.lib.html import html_to_text, sanitise_outgoing
from steward.ui.ages import in_full

_LONGEST_QUOTE = 50_000
_DELIMITER = re.compile(r"^--$", re.MULTILINE)
# As the sanitiser writes them: values in double quotes, which may hold angle brackets.
_CARRIED = re.compile(r'<img(?=\s)(?=(?:[^>"]|"[^"]*")*\ssrc="cid:)(?:[^>"]|"[^"]*")*>', re.IGNORECASE)
_ALTERNATIVE = re.compile(r'\salt="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that is being answered."""

    name: str
    at: datetime
    body_html: str

    def line(self) -> str:
        """The attribution line, in the language and time zone in force."""
        return _("On %(when)s, %(name)s wrote:") % {"when": in_full(self.at), "name": self.name}

    def as_html(self) -> str:
        body = self.body_html[:_LONGEST_QUOTE]
        return f'<p dir="auto">{escape(self.line())}</p><blockquote type="cite" dir="auto">{body}</blockquote>'


def without_carried_images(body_html: str) -> str:
    """Sanitised HTML with their alternative texts in place of images the mail carried itself (RFC 2392).

    What is quoted goes without them, and a reference to what is not there shows as a broken image.
    """
    return _CARRIED.sub(_alternative, body_html)


def _alternative(image: re.Match[str]) -> str:
    found = _ALTERNATIVE.search(image[0])
    text = unescape(found[1]).strip() if found else ""
    return escape(f"[{text}]") if text else ""


def answer_block(body_html: str) -> str:
    """What was written. It finds its own direction: an Arabic answer to a Danish question is read from the right."""
    return f'<div dir="auto">{sanitise_outgoing(body_html)}</div>'


class Signing(Protocol):
    """Who has a signature (HTML): one for everybody, and others in its place by the code of a language."""

    signature: str
    signatures: dict[str, str]


def signature_of(signing: Sequence[Signing], language: str) -> str:
    """What stands under a mail to a reader of this language: the signatures of all, each on lines of its own."""
    parts = (each.signatures.get(language) or each.signature for each in signing)
    return "<br>".join(part for part in parts if part)


def signature_block(signature_html: str) -> str:
    """The signature behind its line; nothing without one."""
    return f'<div dir="auto">-- <br>{sanitise_outgoing(signature_html)}</div>' if signature_html else ""


def as_plain_text(html: str) -> str:
    """The same mail as text. The line before a signature is two dashes and a blank (RFC 3676 section 4.3)."""
    return _DELIMITER.sub("-- ", html_to_text(html, quotes=True))
