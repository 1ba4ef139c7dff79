"""Template tags of every screen: `{% load ui %}`."""

import json
from datetime import date, datetime
from functools import lru_cache
from html import escape

from django import template
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext_lazy

from steward.lib.clock import now
from steward.ui.ageing import end_of_day, grows, ladder
from steward.ui.ages import STYLES, Style, day_name, file_size, full_day, full_moment, in_full, told
from steward.ui.homes import Home, home_of
from steward.ui.initials import initials, tint

register = template.Library()

STATE_LABELS = {
    "new": pgettext_lazy("ticket status", "New"),
    "open": pgettext_lazy("ticket status", "Open"),
    "answered": pgettext_lazy("ticket status", "Answered"),
    "postponed": pgettext_lazy("ticket status", "Postponed"),
    "resolved": pgettext_lazy("ticket status", "Resolved"),
    "closed": pgettext_lazy("ticket status", "Closed"),
    "spam": pgettext_lazy("ticket status", "Spam"),
    "deleted": pgettext_lazy("ticket status", "Deleted"),
}


@register.simple_tag
@lru_cache(maxsize=1024)  # a page has a hundred of them, of a few dozen kinds
def icon(name: str, *, size: int = 16, flip: bool = False, tone: str = "") -> SafeString:
    """The symbol `i-<name>` of the sprite. It says nothing to screen readers: a text or a label stands beside it.

    `size` is 16 or 20 pixels, `flip` mirrors it in right-to-left pages, `tone` is one of `ok`, `warn`, `bad`.
    """
    classes = " ".join(filter(None, ("icon", "icon-20" if size == 20 else "", "flip" if flip else "", tone)))
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name)


@register.simple_tag
def state(status: str, *, labelled: bool = True) -> SafeString:
    """The glyph of a ticket status; without its label where the word stands beside it. `KeyError` for unknown words."""
    return _glyph(status, labelled, get_language())


@lru_cache(maxsize=1024)
def _glyph(status: str, labelled: bool, _language: str | None) -> SafeString:
    label = STATE_LABELS[status]
    if not labelled:
        return format_html('<svg class="state" data-state="{0}" aria-hidden="true"><use href="#s-{0}"/></svg>', status)
    return format_html(
        '<svg class="state" data-state="{0}" role="img" aria-label="{1}"><use href="#s-{0}"/></svg>', status, label
    )


@register.simple_tag
def fixed(name: str, *, page: str = "") -> SafeString:
    """The template of that name, which says the same to everybody: rendered once per language.

    It knows nothing of who asks, and of the page only which kind it is.
    """
    return _fixed(name, page, get_language())


@lru_cache(maxsize=1024)
def _fixed(name: str, page: str, _language: str | None) -> SafeString:
    return render_to_string(name, {"page": page})


@register.simple_tag
def avatar(name: str, kind: str = "customer", *, size: str = "", key: str = "", availability: str = "") -> SafeString:
    """Initials in a round shape for a customer, a square one for `kind="agent"`, tinted by `key` (or the name).

    `availability` is online, away or off: a dot, beside which a word says the same.
    """
    letters = initials(name or key)
    shown = escape(letters[0] if size == "small" else letters)
    dot = f' data-availability="{escape(availability)}"' if availability else ""
    sort = f'data-kind="{escape(kind)}" data-tint="{tint(key or name)}" data-size="{escape(size or "medium")}"{dot}'
    return SafeString(f'<span class="avatar" {sort} aria-hidden="true">{shown}</span>')


@register.simple_tag
def when(at: datetime | None, style: str = "age") -> SafeString | str:
    """`at` as people say it (`ages.told`), in a `<time>` that carries the exact moment; nothing for no moment."""
    if at is None:
        return ""
    if style not in STYLES:
        raise template.TemplateSyntaxError(f"when: {style!r} is none of {', '.join(STYLES)}")
    chosen: Style = style
    moment = now()
    growing = " data-age" if grows(at, now=moment, style=chosen) else ""
    text, title = escape(told(at, now=moment, style=chosen)), escape(in_full(at))
    return SafeString(f'<time datetime="{at.isoformat()}" title="{title}"{growing}>{text}</time>')


@register.simple_tag
def ageing() -> SafeString:
    """The attributes by which ages on this page grow: the words, the moment, and when the day ends (Unix time)."""
    moment = now()
    attributes = 'data-ages="{}" data-now="{}" data-day-ends="{}"'
    ends = int(end_of_day(moment).timestamp())
    return format_html(attributes, json.dumps(ladder(), ensure_ascii=False), int(moment.timestamp()), ends)


@register.simple_tag
def day(at: datetime) -> str:
    """The day of `at` as a heading (`ages.day_name`)."""
    return day_name(at, now=now())


@register.simple_tag(takes_context=True)
def home(context: template.Context) -> Home:
    """The way back from an error page (`homes.home_of`)."""
    return home_of(context.get("request"))


@register.filter
def on_day(at: date | None) -> str:
    """The day of a date or moment with its year: `13 December 2024`; nothing for none."""
    return "" if at is None else full_day(localtime(at).date() if isinstance(at, datetime) else at)


@register.filter
def at_moment(at: datetime | None) -> str:
    """The day with its year, and the time of day; nothing for none."""
    return "" if at is None else full_moment(at)


@register.filter
def number(value: int | None) -> str:
    """A whole number as the language groups its digits: `12,345`; nothing for none. For people only, not for fields."""
    return "" if value is None else number_format(value, force_grouping=True)


@register.filter
def filesize(size: int | None) -> str:
    """A number of bytes as `84 KB`; nothing for none."""
    return "" if size is None else file_size(size)


@register.filter
def control(field: BoundField, size: str = "large") -> SafeString:
    """The control of a form field as our pages show it; its help and errors are at `<auto_id>-about`.

    `size` is large, medium or small.
    """
    attributes: dict[str, str | bool] = {}
    if field.widget_type != "checkbox":
        attributes |= {"class": "input", "data-size": size, "dir": "auto"}
    if field.help_text or field.errors:
        attributes["aria-describedby"] = f"{field.auto_id}-about"
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.filter
def boxes(field: BoundField) -> list[BoundWidget]:
    """The boxes of a field of which some are ticked, or one; in a field that is refused each of them says why."""
    found = list(field)
    if field.errors:
        for each in found:
            each.data["attrs"]["aria-describedby"] = f"{field.auto_id}-about"
    return found
