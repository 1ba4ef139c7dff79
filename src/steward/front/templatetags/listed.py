"""The facts and texts of the list of subprocessors as HTML: a page has thousands of values, too many for a template."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from steward.front.subprocessors.prose import Part
from steward.front.subprocessors.rows import Fact

register = template.Library()


@register.filter
def facts(stated: Iterable[Fact]) -> SafeString:
    """What the list states of a row, each with its name: the inside of a `dl`."""
    return mark_safe("\n".join(map(_fact, stated)))  # noqa: S308  every value is escaped below


@register.filter
def paragraphs(parts: Iterable[Part]) -> SafeString:
    """The paragraphs and lists of a text."""
    return mark_safe("\n".join(map(_part, parts)))  # noqa: S308  every value is escaped below


def _fact(fact: Fact) -> str:
    return f'<div data-fact="{escape(fact.key)}"><dt>{escape(str(fact.label))}</dt><dd>{_values(fact)}</dd></div>'


def _values(fact: Fact) -> str:
    told = [escape(value) for value in fact.told]
    if fact.address:
        return f'<a class="link" href="{escape(fact.address)}" rel="noopener nofollow" dir="ltr">{told[0]}</a>'
    if fact.is_code and fact.values:
        return " ".join(f'<code dir="ltr">{_with_whole_port(value)}</code>' for value in told)
    if len(told) > 1:
        return f"<ul>{''.join(f'<li><bdi>{value}</bdi></li>' for value in told)}</ul>"
    return f"<bdi>{told[0]}</bdi>"


def _with_whole_port(value: str) -> str:
    """Where a line is too short for a host and its port it ends between them, never inside the number."""
    host, colon, port = value.rpartition(":")
    return f"{host}<wbr>:{port}" if colon and port.isdigit() else value


def _part(part: Part) -> str:
    if part.items:
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in part.items)}</ul>"
    return f"<p>{escape(part.text)}</p>"
