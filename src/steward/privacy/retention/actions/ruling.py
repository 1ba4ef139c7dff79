"""Writing rules. A new one is off: what it would do is looked at first."""

from typing import Any

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.models import Department
from steward.privacy.retention.models import COUNTS_FROM, IN_TICKETS, Kind, RetentionRule, Since
from steward.privacy.retention.offered import Offer

LONGEST = 36_500  # days: a hundred years
_CHANGEABLE = ("days", "since", "is_on")


class RuleRefused(ValueError):
    """Days, a beginning or a place that do not fit the kind, or a second rule for the same place."""


def make_rule(
    kind: Kind, *, days: int | None, since: Since, actor: Actor, department: Department | None = None,
    channel: str = "", status: str = "",
) -> RetentionRule:  # fmt: skip
    """A rule that is off. `days` None keeps for ever. Raises `RuleRefused`."""
    _check(kind, days, since)
    where: dict[str, Any] = {"department": department, "channel": channel, "status": status}
    if kind not in IN_TICKETS and any(where.values()):
        raise RuleRefused(f"{kind} are in no department, channel or status")
    try:
        with transaction.atomic():
            rule = RetentionRule.objects.create(kind=kind, days=days, since=since, changed_at=now(), **where)
            told = {"kind": rule.kind, "days": days, "since": rule.since, "department": rule.department_id}
            record("retention_rule.made", rule, actor=actor, changes=told | {"channel": channel, "status": status})
    except IntegrityError as error:
        raise RuleRefused("there is a rule for that already") from error
    return rule


def take_offer(offer: Offer, *, actor: Actor) -> RetentionRule:
    """Make a rule of what is offered; it is off like any other. Raises `RuleRefused`."""
    return make_rule(offer.kind, days=offer.days, since=offer.since, status=offer.status, actor=actor)


def change_rule(rule: RetentionRule, changes: dict[str, Any], *, actor: Actor) -> None:
    """Set `days`, `since` or `is_on`. What stays as it is makes no event. Raises `RuleRefused`."""
    with transaction.atomic():
        row = RetentionRule.objects.select_for_update(no_key=True, of=("self",)).get(pk=rule.pk)
        changed = {
            name: changes[name] for name in _CHANGEABLE if name in changes and changes[name] != getattr(row, name)
        }
        _check(Kind(row.kind), changed.get("days", row.days), Since(changed.get("since", row.since)))
        if changed:
            RetentionRule.objects.filter(pk=row.pk).update(**changed, changed_at=now())
            record("retention_rule.changed", row, actor=actor, changes={"kind": row.kind} | changed)
    rule.refresh_from_db()


def drop_rule(rule: RetentionRule, *, actor: Actor) -> None:
    """End a rule. What went by it stays in the report."""
    with transaction.atomic():
        row = RetentionRule.objects.filter(pk=rule.pk).first()
        if row is not None:
            record("retention_rule.dropped", row, actor=actor, changes={"kind": row.kind, "days": row.days})
            row.delete()


def _check(kind: Kind, days: int | None, since: Since) -> None:
    if since not in COUNTS_FROM[kind]:
        raise RuleRefused(f"{kind} are not counted from {since}")
    if days is not None and not 1 <= days <= LONGEST:
        raise RuleRefused("days from 1 to 36500, or for ever")
