"""The purposes data may leave for, with the classes of traffic and the data categories each can have at most.

A purpose that is not in this table is denied everywhere. Categories are fideslang keys.
"""

from dataclasses import dataclass
from enum import StrEnum


class TrafficClass(StrEnum):
    """The five classes of outbound traffic; anything else is denied."""

    SUBPROCESSOR = "S"
    TENANT_DIRECTED = "T"
    COUNTERPARTY = "P"
    INFRASTRUCTURE = "I"
    BROWSER = "B"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose: which classes of traffic serve it, and the data it may carry.

    `is_by_wish`: only when a person has asked for it just now.
    """

    classes: frozenset[TrafficClass]
    categories: frozenset[str]
    is_by_wish: bool = False


_DIRECTED = frozenset({TrafficClass.SUBPROCESSOR, TrafficClass.TENANT_DIRECTED})
_CORRESPONDENCE = frozenset({"user.name", "user.contact.email", "user.content", "user.account.username"})

PURPOSES: dict[str, Purpose] = {
    "mail.deliver": Purpose(_DIRECTED, _CORRESPONDENCE),
    "mail.fetch": Purpose(
        frozenset({TrafficClass.COUNTERPARTY}), frozenset({"user.contact.email", "user.account.username"})
    ),
    # Trying out a server before it is declared: asked for by hand each time, and nothing of a customer goes there.
    "mail.try": Purpose(
        frozenset({TrafficClass.TENANT_DIRECTED}),
        frozenset({"user.contact.email", "user.account.username"}),
        is_by_wish=True,
    ),
    "mail.authenticate": Purpose(frozenset({TrafficClass.INFRASTRUCTURE}), frozenset({"user.contact.email"})),
    "mail.remote_images": Purpose(frozenset({TrafficClass.BROWSER}), frozenset({"user.device.ip_address"})),
    "dns.resolve": Purpose(frozenset({TrafficClass.INFRASTRUCTURE}), frozenset({"system.operations"})),
}
