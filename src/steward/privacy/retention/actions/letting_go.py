"""Customers of whom nothing else is here go as persons do who are erased: from every store, proven, in the ledger."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from steward.contacts.models import Contact, ContactAddress
from steward.lib.actor import SYSTEM
from steward.privacy.erasure.actions import plan_erasure, start_erasure
from steward.privacy.erasure.actions.planning import read
from steward.privacy.erasure.actions.running import TAKEN, erase_step
from steward.privacy.erasure.ledger import write_down
from steward.privacy.erasure.models import Erasure
from steward.privacy.inventory.stores import Extent
from steward.privacy.retention.alone import being_written
from steward.tickets.holding import kept_for_others


@dataclass(frozen=True, slots=True)
class Gone:
    """How many customers went, and by which erasure."""

    number: int
    erasure: UUID


def erase_alone(due: "QuerySet[Contact]", *, most: int) -> Gone | None:
    """Erase customers in the current transaction; None when none are due. Callers hold off legal holds.

    Whoever writes in this moment waits for their row and then is a new customer: an erasure that a job carries out
    later would take the ticket they have opened meanwhile. The job only proves it, and signs the certificate.
    """
    chosen = _free(due, most)
    locked = Contact.objects.select_for_update(skip_locked=True).filter(pk__in=chosen).order_by("pk")
    keys = list(due.filter(pk__in=list(locked.values_list("pk", flat=True))).values_list("pk", flat=True))
    written = being_written(keys)
    keys = sorted(key for key in keys if key not in written)
    if not keys:
        return None
    addresses = ContactAddress.objects.filter(contact__in=keys).order_by("pk").values_list("folded", flat=True)
    erasure = plan_erasure(Extent(contacts=tuple(keys), addresses=tuple(addresses)), actor=SYSTEM)
    # Of nobody by name: companies that process data for the account need no letter with hundreds of them each night.
    Erasure.objects.filter(pk=erasure.pk).update(of=Erasure.Of.ALONE)
    extent = read(erasure.extent or {})
    start_erasure(erasure, actor=SYSTEM)
    erase_step(erasure.pk, extent)
    erasure.refresh_from_db()
    Erasure.objects.filter(pk=erasure.pk).update(extent=(erasure.extent or {}) | {TAKEN: True})
    # After the commit: what is rolled back must not be in the ledger. A restored backup that has never heard of it has
    # the rule, too.
    transaction.on_commit(partial(write_down, erasure.account_id, erasure.pk, extent))
    return Gone(len(keys), erasure.pk)


def _free(due: "QuerySet[Contact]", most: int) -> list[UUID]:
    """The first whom nothing keeps that the rule does not see: being named in a ticket that is held, or a mail."""
    rows = due.order_by("pk").values_list("pk", flat=True)
    chosen = list(rows[:most])
    while chosen:
        kept = kept_for_others(chosen) | being_written(chosen)
        if len(kept) < len(chosen):
            return [key for key in chosen if key not in kept]
        chosen = list(rows.filter(pk__gt=chosen[-1])[:most])
    return []
