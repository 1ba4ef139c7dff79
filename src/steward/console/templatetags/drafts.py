"""Drafts in pages."""

from django import template

from steward.lib.html import sanitise_draft

register = template.Library()


@register.filter
def for_editor(html: str | None) -> str:
    """The HTML of a draft as a script may put it into the page, also what a refused form held."""
    return sanitise_draft(html or "")
