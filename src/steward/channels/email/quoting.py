"""The end of an answer: the signature, and what it answers to."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape
from django.utils.translation import gettext as _

from steward.lib.html import sanitise_outgoing

_LONGEST_QUOTE = 50_000


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


def with_signature_and_quote(body_html: str, signature_html: str, quoted: Quoted | None) -> str:
    """The HTML of a mail as it leaves, sanitised last."""
    parts = [body_html]
    if signature_html:
        parts.append(f"<div>-- <br>{signature_html}</div>")
    if quoted:
        parts.append(quoted.as_html())
    return sanitise_outgoing("".join(parts))
