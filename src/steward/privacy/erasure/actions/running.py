"""Carrying an erasure out: step by step, each proven before the next begins."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from steward.events.actions import record
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import read, steps, written
from steward.privacy.erasure.certifying import certified, note_in_ledger
from steward.privacy.erasure.ledger import withdraw, write_down
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.outside import PATIENCE, PAUSE, prepare_outside, reach_outside
from steward.privacy.erasure.portions import portions
from steward.privacy.erasure.sparing import missing
from steward.privacy.holds.actions import Held, refuse_held
from steward.privacy.inventory.stores import Extent, Key, Store, all_stores, joined, looking, widened
from steward.tenancy.scope import upkeep_scope

logger = logging.getLogger(__name__)

BACKUPS_KEPT = timedelta(days=30)
_PATIENCE = 5  # tries of one step: people go on writing while it runs

TAKEN = "taken"  # in the extent: all steps are, and what is left to do is outside
HOLDS = "legal_holds"  # in `left`: what stopped it
State = Erasure.State
Keys = Mapping[str, Sequence[Key]]


def run_erasure(account_id: UUID, erasure_id: UUID) -> Erasure:
    """Erase what was planned and prove that it is gone; needs no scope. What was begun is gone on with.

    Each step is a transaction of its own, so a process that dies leaves nothing half done: what it had not yet proven
    is proven first. An erasure that failed stays failed, with what is left in each store. So does one that a legal hold
    stops: what went before is gone.
    """
    with upkeep_scope(account_id):
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        if erasure.state in {State.DONE, State.FAILED}:
            return erasure
        is_taken = bool((erasure.extent or {}).get(TAKEN))
        extent = read(erasure.extent or {}) if is_taken else widened(read(erasure.extent or {}))
        if erasure.state == State.PLANNED:  # by who did not order it before: on the command line
            record("erasure.started", erasure, actor=Actor(ActorKind(erasure.asked_by_kind), erasure.asked_by_id))
        erasure.state, erasure.extent = State.RUNNING, written(extent) | {TAKEN: is_taken}
        erasure.started_at = erasure.started_at or now()
        erasure.save(update_fields=["state", "extent", "started_at"])
    _prove(account_id, erasure_id)
    try:
        for store, keys in () if is_taken else _portions(account_id, extent):
            _take_portion(account_id, erasure_id, store, keys)
            _prove(account_id, erasure_id)
        for step in () if is_taken else steps(extent):
            _take(account_id, erasure_id, step)
            _prove(account_id, erasure_id)
    except Held as held:
        with upkeep_scope(account_id):
            return _conclude(erasure_id, stopped_by=len(held.holds))
    if not reach_outside(account_id, erasure_id) and (waiting := _later(account_id, erasure_id)):
        return waiting
    with upkeep_scope(account_id):
        return _conclude(erasure_id)


def _later(account_id: UUID, erasure_id: UUID) -> Erasure | None:
    """Try what is out of reach again in a while; None when it was tried for long enough."""
    from steward.privacy.erasure.tasks import run  # noqa: PLC0415  tasks call this module

    with upkeep_scope(account_id):
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        if erasure.state != State.RUNNING or now() >= (erasure.started_at or now()) + PATIENCE:
            return None
        erasure.extent = (erasure.extent or {}) | {TAKEN: True}
        erasure.save(update_fields=["extent"])
        enqueue(run, at=now() + PAUSE, erasure=str(erasure_id))
    return erasure


def _portions(account_id: UUID, extent: Extent) -> list[tuple[Store, list[Key]]]:
    """What goes before the steps. Raises `Held`: then nothing does."""
    with upkeep_scope(account_id):
        found = list(portions(replace(extent, tickets=())))
        if found:
            refuse_held(extent)
    return found


def _take_portion(account_id: UUID, erasure_id: UUID, store: Store, keys: list[Key]) -> None:
    with upkeep_scope(account_id):
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        if erasure.state in {State.DONE, State.FAILED}:
            return  # another worker was faster
        erased = Counter(erasure.erased)
        erased[store.name] += store.erase(keys, read(erasure.extent or {}))
        erasure.erased = {name: number for name, number in erased.items() if number}
        erasure.unproven = _both(erasure.unproven, {store.name: keys})
        erasure.save(update_fields=["erased", "unproven"])


def _take(account_id: UUID, erasure_id: UUID, step: Extent) -> None:
    """One step. Whoever is erased may write at this moment: what refers to them at COMMIT stops it, and goes along.

    A step that a legal hold stops is taken back: who restores a backup must not follow what was never done. Not one
    that a process had carried out before it died: that is done. Raises `Held`.
    """
    try:
        _try(account_id, erasure_id, step)
    except Held:
        if _is_there(account_id, step):
            withdraw(account_id, erasure_id, step)
        raise


def _is_there(account_id: UUID, step: Extent) -> bool:
    with upkeep_scope(account_id), looking():
        return any(store.find(step) for store in all_stores())


def _try(account_id: UUID, erasure_id: UUID, step: Extent) -> None:
    for tried in range(1, _PATIENCE + 1):
        with upkeep_scope(account_id):
            step = widened(step)
            refuse_held(step)
        write_down(account_id, erasure_id, step)
        try:
            with upkeep_scope(account_id):
                erase_step(erasure_id, step)
        except IntegrityError:
            if tried == _PATIENCE:
                raise
            logger.warning("a step of erasure %s is taken again: something came to it meanwhile", erasure_id)
        else:
            return


def erase_step(erasure_id: UUID, step: Extent) -> None:
    """All that belongs to a step is found before anything of it goes: what goes early is what leads to the rest."""
    refuse_held(step)  # again: one may have been placed since it was written down
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    if erasure.state in {State.DONE, State.FAILED}:
        return  # another worker was faster, and whom it was about is forgotten
    prepare_outside(erasure_id, step)
    with looking():
        found = {store.name: store.find(step) for store in all_stores()}
    erased = Counter(erasure.erased)
    for store in all_stores():
        if found[store.name]:
            erased[store.name] += store.erase(found[store.name], step)
    erasure.erased = {name: number for name, number in erased.items() if number}
    # Beside what another worker, that only seemed dead, has erased and not proven yet: here it is not found any more.
    erasure.unproven = _both(erasure.unproven, found)
    changed = ["erased", "unproven"]
    if step.is_about_somebody:  # the ids of thousands of tickets are not written anew with each step
        erasure.extent = written(joined(read(erasure.extent or {}), step))
        changed.append("extent")
    erasure.save(update_fields=changed)


def _prove(account_id: UUID, erasure_id: UUID) -> None:
    """Let go of what no transaction holds, read everything back, and write down what is left."""
    with upkeep_scope(account_id):
        unproven = Erasure.objects.get(pk=erasure_id).unproven
    stores = [store for store in all_stores() if unproven.get(store.name)]
    for store in stores:
        store.settle(unproven[store.name])
    with upkeep_scope(account_id):
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        # Stores ask by keys, and whom it is about: of thousands of tickets no ids are read for that.
        left, extent = Counter(erasure.left), read((erasure.extent or {}) | {"tickets": []})
        for store in stores:
            left[store.name] += store.left(unproven[store.name], extent)
        erasure.left = {name: number for name, number in left.items() if number}
        erasure.unproven = _rest(erasure.unproven, unproven)
        erasure.save(update_fields=["left", "unproven"])


def _both(one: Keys, other: Keys) -> dict[str, list[str]]:
    each = {name: (*one.get(name, ()), *other.get(name, ())) for name in {**one, **other}}
    return {name: list(dict.fromkeys(map(str, keys))) for name, keys in each.items() if keys}


def _rest(keys: Keys, proven: Keys) -> dict[str, list[str]]:
    rest = {name: set(map(str, each)) - set(map(str, proven.get(name, ()))) for name, each in keys.items()}
    return {name: sorted(each) for name, each in rest.items() if each}


def _conclude(erasure_id: UUID, *, stopped_by: int = 0) -> Erasure:
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        if erasure.state in {State.DONE, State.FAILED}:
            return erasure  # another worker was faster
        if stopped_by:
            erasure.left |= {HOLDS: stopped_by}
        erasure.state = State.FAILED if erasure.left or missing(erasure) else State.DONE
        erasure.finished_at = now()
        if erasure.state == State.DONE:
            erasure.backups_end_at = erasure.finished_at + BACKUPS_KEPT
            erasure.certificate, erasure.certificate_sha256 = certified(erasure)
            erasure.extent = None
        erasure.save()
        verb = "erasure.completed" if erasure.state == State.DONE else "erasure.failed"
        record(verb, erasure, actor=SYSTEM, changes={"erased": erasure.erased, "left": erasure.left})
        if erasure.state == State.DONE:
            note_in_ledger(erasure)
    return erasure
