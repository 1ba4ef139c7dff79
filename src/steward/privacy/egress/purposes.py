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

    `is_by_wish`: only when a person has asked for it just now. `is_installations`: only where whoever runs Steward
    has set it up; no account can.
    """

    classes: frozenset[TrafficClass]
    categories: frozenset[str]
    is_by_wish: bool = False
    is_installations: bool = False


_DIRECTED = frozenset({TrafficClass.SUBPROCESSOR, TrafficClass.TENANT_DIRECTED})
_CORRESPONDENCE = frozenset({"user.name", "user.contact.email", "user.content", "user.account.username"})
_PEOPLES_WORK: frozenset[TrafficClass] = frozenset()  # nothing is sent: people, or our own machines, do it
_ALL_HELD = frozenset(
    {
        "user.name",
        "user.contact",
        "user.contact.email",
        "user.contact.phone_number",
        "user.contact.address",
        "user.device.ip_address",
        "user.device.cookie_id",
        "user.behavior",
        "user.account.username",
        "user.content",
    }
)

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
    # The same for a service of their own: its key goes there, and nothing of anybody.
    "service.try": Purpose(
        frozenset({TrafficClass.TENANT_DIRECTED}), frozenset({"system.operations"}), is_by_wish=True
    ),
    "mail.authenticate": Purpose(frozenset({TrafficClass.INFRASTRUCTURE}), frozenset({"user.contact.email"})),
    "mail.remote_images": Purpose(frozenset({TrafficClass.BROWSER}), frozenset({"user.device.ip_address"})),
    # What subprocessors are engaged for beyond mail.
    "data.host": Purpose(frozenset({TrafficClass.INFRASTRUCTURE}), _ALL_HELD),
    # Files and backups in an object store. What is asked without sending anything along is of nobody.
    "data.keep": Purpose(
        frozenset({TrafficClass.TENANT_DIRECTED, TrafficClass.INFRASTRUCTURE}),
        _ALL_HELD | {"system.operations"},
        is_installations=True,
    ),
    "service.deliver": Purpose(_PEOPLES_WORK, _ALL_HELD),
    "support.cover": Purpose(_PEOPLES_WORK, _ALL_HELD),
    "call.carry": Purpose(
        _DIRECTED, frozenset({"user.contact.phone_number", "user.content", "user.name", "user.device.ip_address"})
    ),
    "answer.suggest": Purpose(_DIRECTED, frozenset({"user.content", "user.name", "user.contact.email"})),
    "dns.resolve": Purpose(frozenset({TrafficClass.INFRASTRUCTURE}), frozenset({"system.operations"})),
}

# What an account can instruct us to use a service of its own choice for.
INSTRUCTED = frozenset(
    name
    for name, purpose in PURPOSES.items()
    if TrafficClass.TENANT_DIRECTED in purpose.classes and not (purpose.is_by_wish or purpose.is_installations)
)
