"""Carrying an erasure out: step by step, each proven before the next begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.erasure.actions.planning import read, steps
from steward.privacy.erasure.ledger import write_down
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent, Key, all_stores
from steward.tenancy.scope import account_scope

State = Erasure.State
Keys = Mapping[str, Sequence[Key]]


def run_erasure(account_id: UUID, erasure_id: UUID) -> Erasure:
    """Erase what was planned and prove that it is gone; needs no scope. What was begun is gone on with.

    Each step is a transaction of its own, so a process that dies leaves nothing half done: what it had not yet proven
    is proven first. An erasure that failed stays failed, with what is left in each store.
    """
    with account_scope(account_id):
        erasure = Erasure.objects.get(pk=erasure_id)
        if erasure.state in {State.DONE, State.FAILED}:
            return erasure
        Erasure.objects.filter(pk=erasure_id, started_at=None).update(started_at=now())
        Erasure.objects.filter(pk=erasure_id).update(state=State.RUNNING)
    _prove(account_id, erasure_id)
    for step in steps(read(erasure.extent or {})):
        write_down(account_id, erasure_id, step)
        with account_scope(account_id):
            _erase(erasure_id, step)
        _prove(account_id, erasure_id)
    with account_scope(account_id):
        return _conclude(erasure_id)


def _erase(erasure_id: UUID, step: Extent) -> None:
    """All that belongs to a step is found before anything of it goes: what goes early is what leads to the rest."""
    erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
    found = {store.name: store.find(step) for store in all_stores()}
    erased = Counter(erasure.erased)
    for store in all_stores():
        erased[store.name] += store.erase(found[store.name], step)
    erasure.erased = dict(erased)
    erasure.unproven = {name: list(map(str, keys)) for name, keys in found.items() if keys}
    erasure.save(update_fields=["erased", "unproven"])


def _prove(account_id: UUID, erasure_id: UUID) -> None:
    """Let go of what no transaction holds, read everything back, and write down what is left."""
    with account_scope(account_id):
        unproven = Erasure.objects.get(pk=erasure_id).unproven
    for store in all_stores():
        store.settle(unproven.get(store.name, []))
    with account_scope(account_id):
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        left, extent = Counter(erasure.left), read(erasure.extent or {})
        for store in all_stores():
            left[store.name] += store.left(unproven.get(store.name, []), extent)
        erasure.left, erasure.unproven = {name: number for name, number in left.items() if number}, {}
        erasure.save(update_fields=["left", "unproven"])


def _conclude(erasure_id: UUID) -> Erasure:
    with transaction.atomic():
        erasure = Erasure.objects.select_for_update(no_key=True).get(pk=erasure_id)
        erasure.state = State.FAILED if erasure.left or missing(erasure) else State.DONE
        erasure.finished_at = now()
        if erasure.state == State.DONE:
            erasure.extent = None
        erasure.save(update_fields=["state", "finished_at", "extent"])
        verb = "erasure.completed" if erasure.state == State.DONE else "erasure.failed"
        record(verb, erasure, actor=SYSTEM, changes={"erased": erasure.erased, "left": erasure.left})
    return erasure


def missing(erasure: Erasure) -> list[str]:
    """The stores in which something was planned and nothing was erased: that is a fault, not a success."""
    return [name for name, number in erasure.planned.items() if number and not erasure.erased.get(name)]
