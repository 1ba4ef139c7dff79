"""`{% load branding %}`: the brand on pages that anybody sees."""

from django import template

from steward.brand.looks import Look, look_of
from steward.tenancy.directory import Entry
from steward.tenancy.scope import account_scope

register = template.Library()


@register.simple_tag
def brand_of(account: Entry | None) -> Look | None:
    """The look of an account; None on the base domain, and for an account that has chosen nothing."""
    if not account:
        return None
    with account_scope(account.id):
        return look_of(account.name)
