"""The rows of a list: `{% load rows %}{% rows tickets %}`.

They are most of what a page has to say, thirty times the same few places. Written here and not by a template, they take
0.8 ms instead of 3.7, of the ten that the server computes for a list.
"""

from collections.abc import Sequence
from html import escape  # of every text that comes from people

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from steward.console.lists import Row
from steward.ui.templatetags.ui import avatar, state, when

register = template.Library()


@register.simple_tag
def rows(tickets: Sequence[Row]) -> SafeString:
    """A list item for each ticket."""
    waiting = escape(pgettext("ticket", "waiting for an answer"))
    return SafeString("\n".join(_row(row, waiting) for row in tickets))


def _row(row: Row, waiting: str) -> str:
    unread = " data-unread" if row.unread else ""
    current = ' aria-current="true"' if row.current else ""
    return (
        f'<li id="row-{escape(row.code)}" data-entry><a class="row" href="{escape(row.url)}"{unread}{current}>'
        f"{state(row.status)}{_who(row, waiting)}"
        f'<span class="row-when">{_assignee(row)}{when(row.last_message_at, "short")}</span>'
        f'<span class="row-line">{_text(row)}{_tags(row)}</span></a></li>'
    )


def _who(row: Row, waiting: str) -> str:
    count = f'<span class="row-n" aria-hidden="true">{row.message_count}</span>' if row.message_count > 1 else ""
    unread = f'<span class="sr">{waiting}</span>' if row.unread else ""
    return f'<span class="row-who"><bdi>{escape(row.requester_name)}</bdi>{count}{unread}</span>'


def _assignee(row: Row) -> str:
    if not row.assignee_name:
        return ""
    face = avatar(row.assignee_name, "agent", size="small")
    return f'<span class="row-looking" title="{escape(row.assigned_to)}">{face}</span> '


def _text(row: Row) -> str:
    language = f' lang="{escape(row.language)}"' if row.language else ""
    subject = f'<bdi class="row-subject">{escape(row.subject)}</bdi>'
    return f'<span class="row-text"{language}>{subject} <bdi>{escape(row.preview)}</bdi></span>'


def _tags(row: Row) -> str:
    return "".join(f'<bdi class="row-tag">{escape(tag)}</bdi>' for tag in row.tags)
