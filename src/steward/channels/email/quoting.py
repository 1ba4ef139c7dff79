"""The end of an answer: the signature, and what it answers to."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape

from django.utils.html import escape
from django.utils.translation import gettext as _

from steward.lib.html import sanitise_outgoing

_LONGEST_QUOTE = 50_000
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
        """The attribution line."""
        when = f"{self.at:%Y-%m-%d %H:%M} UTC"
        return _("On %(when)s, %(name)s wrote:") % {"when": when, "name": self.name}

    def as_html(self) -> str:
        return f'<p>{escape(self.line())}</p><blockquote type="cite">{self.body_html[:_LONGEST_QUOTE]}</blockquote>'


def without_carried_images(body_html: str) -> str:
    """Sanitised HTML with their alternative texts in place of images the mail carried itself (RFC 2392).

    What is quoted goes without them, and a reference to what is not there shows as a broken image.
    """
    return _CARRIED.sub(_alternative, body_html)


def _alternative(image: re.Match[str]) -> str:
    found = _ALTERNATIVE.search(image[0])
    text = unescape(found[1]).strip() if found else ""
    return escape(f"[{text}]") if text else ""


def with_signature_and_quote(body_html: str, signature_html: str, quoted: Quoted | None) -> str:
    """The HTML of a mail as it leaves, sanitised last.

    Each part is sanitised by itself first: what one leaves open must not swallow the next.
    """
    parts = [sanitise_outgoing(body_html)]
    if signature_html:
        parts.append(f"<div>-- <br>{sanitise_outgoing(signature_html)}</div>")
    if quoted:
        parts.append(sanitise_outgoing(quoted.as_html()))
    return sanitise_outgoing("".join(parts))
