"""How one gets into an account: who needs a second factor, from where, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.lib.clock import now
from steward.people.entering import policy_of_account
from steward.people.models import Requires, SecurityPolicy
from steward.people.networks import is_inside

IDLE = (15, 30, 60, 4 * 60, 12 * 60, 24 * 60, 7 * 24 * 60)  # minutes
LIFETIMES = (8, 12, 24, 7 * 24, 14 * 24)  # hours; no session lives longer than its cookie


class LocksOneselfOut(ValueError):
    """The one who saves would be refused by what they save."""


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """What is wanted. `networks` in CIDR form; none lets people in from anywhere."""

    second_factor: Requires
    networks: Sequence[str]
    idle_minutes: int
    lifetime_hours: int


def change_security_policy(new: NewPolicy, *, address: str, actor: Actor) -> None:
    """Set the policy of the account in scope; `address` is where the one who does it is.

    Raises `LocksOneselfOut` when that lies in none of the networks. The event tells how many networks there are, not
    which: one may be somebody's home.
    """
    if new.networks and not is_inside(address, new.networks):
        raise LocksOneselfOut(address)
    wanted: dict[str, Any] = {
        "second_factor": str(new.second_factor),
        "networks": list(new.networks),
        "idle_minutes": new.idle_minutes,
        "lifetime_hours": new.lifetime_hours,
    }
    with transaction.atomic():
        before = policy_of_account()
        changed = {name: value for name, value in wanted.items() if getattr(before, name) != value}
        if not changed:
            return
        SecurityPolicy.objects.update_or_create(defaults=wanted | {"changed_at": now()})
        _recorded(changed, actor)


def unlock_network(*, actor: Actor) -> bool:
    """Let people in from everywhere again; False when they were. The way out for those who locked themselves out."""
    with transaction.atomic():
        if not SecurityPolicy.objects.exclude(networks=[]).update(networks=[], changed_at=now()):
            return False
        _recorded({"networks": []}, actor)
    return True


def _recorded(changed: dict[str, Any], actor: Actor) -> None:
    told = {name: len(value) if name == "networks" else value for name, value in changed.items()}
    record("security_policy.changed", policy_of_account(), actor=actor, changes=told)
