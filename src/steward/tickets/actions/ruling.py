"""Changing how an account numbers its tickets and when they open again and close."""

from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.tickets.models import TicketRules

NAMES = ("reopens_for_days", "closes_after_days", "code_letters", "code_digits", "looks_for_sensitive")


def change_ticket_rules(rules: dict[str, Any], *, actor: Actor) -> None:
    """Set the fields of `TicketRules` that are named. What stays as it is makes no event."""
    with transaction.atomic():
        row, _ = TicketRules.objects.select_for_update(no_key=True).get_or_create()
        changed = {name: rules[name] for name in NAMES if name in rules and getattr(row, name) != rules[name]}
        if changed:
            TicketRules.objects.filter(pk=row.pk).update(**changed)
            record("ticket_rules.changed", row, actor=actor, changes=changed)


def forget_ticket_rules(*, actor: Actor) -> None:
    """Go back to the rules every account begins with."""
    with transaction.atomic():
        if TicketRules.objects.exists():
            bare = TicketRules()
            change_ticket_rules({name: getattr(bare, name) for name in NAMES}, actor=actor)
            TicketRules.objects.all().delete()
