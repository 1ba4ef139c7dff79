"""What needs consent: each feature declares it here, is asked for it by a contract, and is stopped on withdrawal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from steward.events.models import Event
from steward.events.subscriptions import subscribe
from steward.privacy.consent.actions import Who
from steward.privacy.consent.asking import may
from steward.privacy.consent.models import ConsentRecord

Stop = Callable[[ConsentRecord], None]


@dataclass(frozen=True, slots=True)
class Processing:
    """Something that is done only with consent to the purpose of this code.

    `asks` is the module, below `steward.`, that asks before it does it; `stop` ends what is being done, in the
    transaction of a withdrawal. `egress` are purposes of the gate for which data leave by it.
    """

    name: str
    purpose: str
    asks: str
    stop: Stop
    egress: frozenset[str] = field(default_factory=frozenset)


_declared: dict[str, Processing] = {}


def declare(*found: Processing) -> None:
    """Say what needs consent. A name is used once; raises `ValueError`."""
    for one in found:
        if one.name in _declared:
            raise ValueError(f"{one.name} is declared twice")
        _declared[one.name] = one


def all_processing() -> list[Processing]:
    """Everything that was declared, by name."""
    return [_declared[name] for name in sorted(_declared)]


def lacks_consent(egress_purpose: str, people: Iterable[Who]) -> bool:
    """Whether data of one of these people may not leave for a purpose of the gate, because it needs their consent.

    Whoever asks the gate says it as `is_restricted`, with what `contacts.restriction` knows: the gate denies it as
    SUBJECT_RESTRICTED. Asked anew each time something is sent, not when it is queued.
    """
    needed = {one.purpose for one in _declared.values() if egress_purpose in one.egress}
    return bool(needed) and not all(may(who, purpose).is_allowed for who in people for purpose in needed)


@subscribe("consent.withdrawn")
def stop_what_was_done(events: Sequence[Event]) -> None:
    """In the transaction of the withdrawal: when it is committed nothing goes on."""
    withdrawn = ConsentRecord.objects.filter(pk__in=[event.object_id for event in events]).select_related("purpose")
    for one in withdrawn.order_by("pk"):
        for processing in all_processing():
            if processing.purpose == one.purpose.code:
                processing.stop(one)
