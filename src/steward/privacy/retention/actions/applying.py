"""Carrying rules out, a batch at a time. What went is written down, by numbers."""

from typing import Any
from uuid import UUID

from steward.channels.email.raw import empty_raw_mails
from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.holds.actions import let_holds_wait
from steward.privacy.requests.actions.dropping import drop_requests
from steward.privacy.retention.actions.letting_go import erase_alone
from steward.privacy.retention.forecasting import size_of
from steward.privacy.retention.models import Kind, RetentionRule, RetentionRun
from steward.privacy.retention.selecting import deciding_rules, due
from steward.tenancy.scope import account_scope
from steward.tickets.actions.purging import NothingToPurge, purge_tickets
from steward.tickets.actions.removing_files import remove_attachments
from steward.tickets.going import going_now

# In one transaction.
BATCH = {Kind.TICKETS: 2_000, Kind.FILES: 500, Kind.RAW_MAIL: 1_000, Kind.CONTACTS: 500, Kind.REQUESTS: 500}


def apply_rules(account_id: UUID) -> None:
    """Let go of everything that is due in an account by the rules that are on; needs no scope."""
    with account_scope(account_id):
        rules = [rule.pk for rule in deciding_rules() if rule.days is not None]
    for rule_id in rules:
        while apply_rule(account_id, rule_id):
            pass


def apply_rule(account_id: UUID, rule_id: UUID) -> RetentionRun | None:
    """Let go of one batch of what is due by a rule; None when nothing is, or the rule is off. Needs no scope.

    Tickets and customers go by an erasure, which a job of its own brings to its end.
    """
    with account_scope(account_id):
        beside = deciding_rules()
        rule = next((each for each in beside if each.pk == rule_id and each.days is not None), None)
        if rule is None:
            return None
        let_holds_wait()
        run: RetentionRun | None = _APPLY[Kind(rule.kind)](rule, beside)
        if run is not None:
            run.save(force_insert=True)
            told = {"rule": rule.pk, "kind": rule.kind, "days": rule.days, "number": run.number, "size": run.size}
            record("retention.applied", run, actor=SYSTEM, changes=told)
        return run


def _tickets(rule: RetentionRule, beside: list[RetentionRule]) -> RetentionRun | None:
    rows = due(rule, beside).exclude(pk__in=going_now())
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: BATCH[Kind.TICKETS]])
    if not keys:
        return None
    run = _run(rule, number=len(keys), size=size_of(rule, rows.filter(pk__in=keys)))
    try:
        erasure = purge_tickets(keys, actor=SYSTEM, among=due(rule, beside))
    except NothingToPurge:
        return None  # all of them were written to just now
    run.number, run.erasures = len((erasure.extent or {})["tickets"]), [erasure.pk]
    return run


def _files(rule: RetentionRule, beside: list[RetentionRule]) -> RetentionRun | None:
    keys = list(due(rule, beside).order_by("pk").values_list("pk", flat=True)[: BATCH[Kind.FILES]])
    removed = remove_attachments(keys, actor=SYSTEM)
    return _run(rule, number=removed.number, size=removed.size) if keys else None


def _raw_mails(rule: RetentionRule, beside: list[RetentionRule]) -> RetentionRun | None:
    rows = due(rule, beside)
    chosen = rows.model.objects.filter(
        pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[: BATCH[Kind.RAW_MAIL]])
    )
    size = size_of(rule, chosen)
    number = empty_raw_mails(chosen)
    return _run(rule, number=number, size=size) if number else None


def _contacts(rule: RetentionRule, beside: list[RetentionRule]) -> RetentionRun | None:
    gone = erase_alone(due(rule, beside), most=BATCH[Kind.CONTACTS])
    if gone is None:
        return None
    run = _run(rule, number=gone.number, size=0)
    run.erasures = [gone.erasure]
    return run


def _requests(rule: RetentionRule, beside: list[RetentionRule]) -> RetentionRun | None:
    keys = list(due(rule, beside).order_by("pk").values_list("pk", flat=True)[: BATCH[Kind.REQUESTS]])
    number = drop_requests(keys)
    return _run(rule, number=number, size=0) if number else None


def _run(rule: RetentionRule, *, number: int, size: int) -> RetentionRun:
    at = now()
    days = rule.days or 0
    return RetentionRun(rule=rule, kind=rule.kind, days=days, number=number, size=size, at=at, ordered_at=at)


_APPLY: dict[Kind, Any] = {
    Kind.TICKETS: _tickets,
    Kind.FILES: _files,
    Kind.RAW_MAIL: _raw_mails,
    Kind.CONTACTS: _contacts,
    Kind.REQUESTS: _requests,
}
