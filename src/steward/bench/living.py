"""The pass over all accounts, each minute: when nothing is due, when everything is, and what its jobs take then."""

from dataclasses import asdict
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from steward.bench.figures import Spread, load
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.models import TRIAL, Standing
from steward.lifecycle.opening import Owner, open_account
from steward.lifecycle.passing import go_on, pass_over_accounts
from steward.tenancy.models import Account, DataCentre

MOST = 10_000  # accounts
_OPENED = 100  # of them are whole, with an owner who gets mail: their jobs are measured
_COPIED = """
WITH made AS (
  INSERT INTO tenancy_account (id, slug, name, state, state_since, refuses_mail, data_centre_id, language, time_zone,
      terms_version, created_at)
  SELECT gen_random_uuid(), %(run)s || n, 'Life', 'active', %(at)s, false, %(centre)s, 'en', 'UTC', '', %(at)s
    FROM generate_series(1, %(number)s) n RETURNING id)
INSERT INTO lifecycle_standing
       (account_id, plan_id, trial_ends_at, stage_due_at, suspended_because, next_stage, next_at)
SELECT id, %(plan)s, %(at)s + interval '14 days', %(at)s, '', 'suspended', %(at)s + interval '14 days' FROM made
"""
Figures = dict[str, Any]


def measure(superuser: str, size: int) -> Figures:
    """Seconds of a pass that finds nothing and of one that finds every account, and milliseconds of a job."""
    number = min(MOST, size)
    whole = _opened(min(_OPENED, number))
    _copy(superuser, number - len(whole))
    at = now()
    Standing.objects.update(look_at=at + timedelta(hours=1))
    idle, _none = _passed()
    Standing.objects.update(look_at=at, trial_ends_at=at, next_at=at)
    due, found = _passed()
    jobs = [_timed(account_id) for account_id in whole]
    suspended = Account.objects.filter(pk__in=whole, state=Account.State.SUSPENDED).count()
    if (found, suspended) != (number, len(whole)):
        raise RuntimeError(f"{found} accounts were asked for and {suspended} of {len(whole)} suspended")
    told = {"accounts": number, "idle": round(idle, 3), "due": round(due, 3), "job": asdict(Spread.of(jobs))}
    return {"lifecycle": told | {"load": load()}}


def _passed() -> tuple[float, int]:
    begin = perf_counter()
    found = pass_over_accounts()
    return perf_counter() - begin, found


def _timed(account_id: UUID) -> float:
    begin = perf_counter()
    go_on(account=str(account_id))
    return perf_counter() - begin


def _opened(number: int) -> list[UUID]:
    slugs = [f"whole-{new_id().hex[-10:]}" for _ in range(number)]
    owners = {slug: Owner(f"owner@{slug}.example", "Olga Owner", None) for slug in slugs}
    return [open_account(slug, name="Whole", owner=owner, plan=TRIAL).id for slug, owner in owners.items()]


def _copy(superuser: str, number: int) -> None:
    centre = DataCentre.objects.values_list("pk", flat=True)[0]
    asked = {"run": f"life-{new_id().hex[-8:]}-", "at": now(), "centre": centre, "number": number, "plan": TRIAL}
    with psycopg.connect(superuser, cursor_factory=psycopg.ClientCursor) as database:
        database.execute(_COPIED, asked)
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("ANALYZE tenancy_account, lifecycle_standing")
