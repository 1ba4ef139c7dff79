"""Rules and runs as pages show them. `settings:edit` says who may change rules, `ticket:purge` who may purge."""

from uuid import UUID

from steward.people.access import can_purge
from steward.people.models import Membership
from steward.privacy.retention.models import RetentionRule, RetentionRun


def all_rules() -> list[RetentionRule]:
    """Every rule, on or off, those for a kind together and the least exact first."""
    rules = RetentionRule.objects.select_related("department").order_by("id")
    return sorted(rules, key=lambda rule: (rule.kind, rule.weight))


def get_rule(rule_id: UUID) -> RetentionRule:
    """Raises `RetentionRule.DoesNotExist`."""
    return RetentionRule.objects.select_related("department").get(pk=rule_id)


def get_purge(me: Membership, run_id: UUID) -> RetentionRun:
    """What somebody purged; raises `RetentionRun.DoesNotExist`, also for who may not purge, and for runs of rules."""
    if not can_purge(me):
        raise RetentionRun.DoesNotExist
    return RetentionRun.objects.get(pk=run_id, by_id__isnull=False)


def newest_runs(*, most: int, after: UUID | None = None) -> list[RetentionRun]:
    """What went, the newest first; with `after`, what went before that one. Ids are in the order of time (UUIDv7)."""
    runs = RetentionRun.objects.select_related("rule__department").order_by("-id")
    return list((runs.filter(pk__lt=after) if after else runs)[:most])
