"""Template tags of every screen: `{% load ui %}`."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from steward.lib.clock import now
from steward.ui.ages import STYLES, Style, day_name, file_size, in_full, told
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
def icon(name: str, *, size: int = 16, flip: bool = False, tone: str = "") -> SafeString:
    """The symbol `i-<name>` of the sprite. It says nothing to screen readers: a text or a label stands beside it.

    `size` is 16 or 20 pixels, `flip` mirrors it in right-to-left pages, `tone` is one of `ok`, `warn`, `bad`.
    """
    classes = " ".join(filter(None, ("icon", "icon-20" if size == 20 else "", "flip" if flip else "", tone)))
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', classes, name)


@register.simple_tag
def state(status: str, *, labelled: bool = True) -> SafeString:
    """The glyph of a ticket status; without its label where the word stands beside it. `KeyError` for unknown words."""
    label = STATE_LABELS[status]
    if not labelled:
        return format_html('<svg class="state" data-state="{0}" aria-hidden="true"><use href="#s-{0}"/></svg>', status)
    return format_html(
        '<svg class="state" data-state="{0}" role="img" aria-label="{1}"><use href="#s-{0}"/></svg>', status, label
    )


@register.simple_tag
def avatar(name: str, kind: str = "customer", *, size: str = "", key: str = "") -> SafeString:
    """Initials in a round shape for a customer, a square one for `kind="agent"`, tinted by `key` (or the name)."""
    letters = initials(name or key)
    return format_html(
        '<span class="avatar" data-kind="{}" data-tint="{}" data-size="{}" aria-hidden="true">{}</span>',
        kind,
        tint(key or name),
        size or "medium",
        letters[0] if size == "small" else letters,
    )


@register.simple_tag
def when(at: datetime | None, style: str = "age") -> SafeString | str:
    """`at` as people say it (`ages.told`), in a `<time>` that carries the exact moment; nothing for no moment."""
    if at is None:
        return ""
    if style not in STYLES:
        raise template.TemplateSyntaxError(f"when: {style!r} is none of {', '.join(STYLES)}")
    chosen: Style = style
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), in_full(at), told(at, now=now(), style=chosen)
    )


@register.simple_tag
def day(at: datetime) -> str:
    """The day of `at` as a heading (`ages.day_name`)."""
    return day_name(at, now=now())


@register.filter
def filesize(size: int | None) -> str:
    """A number of bytes as `84 KB`; nothing for none."""
    return "" if size is None else file_size(size)
