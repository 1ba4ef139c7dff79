"""`steward retention`: how long an account keeps things, what would go, and what went."""

import argparse
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from steward.lib.actor import SYSTEM
from steward.privacy.retention.actions import RuleRefused, apply_rules, change_rule, take_offer
from steward.privacy.retention.forecasting import forecast
from steward.privacy.retention.models import RetentionRule, RetentionRun
from steward.privacy.retention.offered import OFFERED
from steward.project.commands.content import refuse_without_consent
from steward.project.commands.parsing import parser_for
from steward.project.commands.session import account_named, run_chosen
from steward.project.failure import Failure
from steward.tenancy.scope import account_scope

_MOST_RUNS = 100


def main(arguments: Sequence[str]) -> int:
    return run_chosen(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = parser_for("retention", "How long things are kept. Nothing goes unless a rule was switched on.")
    commands = parser.add_subparsers(required=True, metavar="list|offer|try|on|off|run|report")
    for name, words, run in (
        ("list", "show the rules", _list),
        ("offer", "make rules as most have them; they are off", _offer),
        ("try", "show what would go by a rule now", _try),
        ("on", "switch a rule on: from the next night things go by it", _switch),
        ("off", "switch a rule off", _switch),
        ("run", "let go now of what is due by the rules that are on", _run),
        ("report", "show what went", _report),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--account", required=True, metavar="SLUG")
        if name in {"try", "on", "off"}:
            command.add_argument("rule", type=UUID, metavar="ID", help="as `steward retention list` shows it")
        command.set_defaults(run=run, name=name, is_on=name == "on")
    return parser


def _list(options: argparse.Namespace) -> None:
    with _account(options):
        for rule in RetentionRule.objects.order_by("id"):
            _show(rule)


def _offer(options: argparse.Namespace) -> None:
    with _account(options):
        for offer in OFFERED:
            try:
                _show(take_offer(offer, actor=SYSTEM))
            except RuleRefused:
                continue  # the account has one of its own for that


def _try(options: argparse.Namespace) -> None:
    with _account(options):
        found = forecast(_rule(options))
        told = {"number": found.number, "bytes": found.size, "held": found.held}
        print(json.dumps(told | {"first": [getattr(each, "code", str(each.pk)) for each in found.sample]}))


def _switch(options: argparse.Namespace) -> None:
    with _account(options):
        rule = _rule(options)
        change_rule(rule, {"is_on": options.is_on}, actor=SYSTEM)
        _show(rule)


def _run(options: argparse.Namespace) -> None:
    account = account_named(options.account)
    refuse_without_consent(account, "retention.run")
    apply_rules(account.id)
    with account_scope(account.id):
        _print_runs()


def _report(options: argparse.Namespace) -> None:
    with _account(options):
        _print_runs()


def _print_runs() -> None:
    for run in RetentionRun.objects.order_by("-at", "-id")[:_MOST_RUNS]:
        told = {"at": run.at.isoformat(), "kind": run.kind, "days": run.days, "number": run.number}
        print(json.dumps(told | {"bytes": run.size, "erasures": list(map(str, run.erasures))}))


def _account(options: argparse.Namespace) -> AbstractContextManager[None]:
    """The scope of the account that is named, once it lets the command in. Raises `Failure`."""
    account = account_named(options.account)
    refuse_without_consent(account, f"retention.{options.name}")
    return account_scope(account.id)


def _rule(options: argparse.Namespace) -> RetentionRule:
    rule = RetentionRule.objects.filter(pk=options.rule).first()
    if rule is None:
        raise Failure("There is no such rule; `steward retention list` shows those there are.")
    return rule


def _show(rule: RetentionRule) -> None:
    where = {"department": str(rule.department_id or ""), "channel": rule.channel, "status": rule.status}
    told = {"id": str(rule.pk), "is_on": rule.is_on, "kind": rule.kind, "days": rule.days, "since": rule.since}
    print(json.dumps(told | {name: value for name, value in where.items() if value}))
