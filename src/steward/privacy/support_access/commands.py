"""Commands that name an account, sorted by what they show or change of it: this is what a grant is asked for.

Each `steward` command that takes an account stands here (a contract reads their options); one that is new is sorted
before it can be used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from steward.privacy.support_access.models import Area, Deed


class What(StrEnum):
    """What of an account a command is about."""

    CONTENT = "content"  # what customers and agents wrote, and who they are
    SETUP = "setup"  # how the account is arranged, without secrets


@dataclass(frozen=True, slots=True)
class Reach:
    """What a command needs leave for."""

    what: What
    deed: Deed
    area: Area
    also: tuple[Area, ...] = ()  # areas that it shows, too

    @property
    def areas(self) -> tuple[Area, ...]:
        """All that have to be let."""
        return (self.area, *self.also)


def _content(deed: Deed, area: Area, *also: Area) -> Reach:
    return Reach(What.CONTENT, deed, area, also)


def _setup(deed: Deed, area: Area = Area.SETTINGS) -> Reach:
    return Reach(What.SETUP, deed, area)


COMMANDS: Mapping[str, Reach] = {
    "account.export": _content(Deed.READ, Area.EXPORT),
    # Whoever is let in sees what the account holds.
    "agent.add": _content(Deed.WRITE, Area.SETTINGS),
    "agent.remove-second-factor": _content(Deed.WRITE, Area.SETTINGS),
    "bin.show": _content(Deed.READ, Area.TICKETS),
    "bin.purge": _content(Deed.ERASE, Area.TICKETS),
    "consent.list": _content(Deed.READ, Area.CUSTOMERS),
    "consent.record": _content(Deed.WRITE, Area.CUSTOMERS),
    "consent.withdraw": _content(Deed.WRITE, Area.CUSTOMERS),
    "egress.list": _setup(Deed.READ),
    "hold.list": _setup(Deed.READ, Area.PRIVACY),
    "hold.place": _setup(Deed.WRITE, Area.PRIVACY),
    "hold.lift": _setup(Deed.WRITE, Area.PRIVACY),
    "mail-account.add": _setup(Deed.WRITE),
    "mail-account.change": _setup(Deed.WRITE),
    "mail-account.list": _setup(Deed.READ),
    "person.find": _content(Deed.READ, Area.CUSTOMERS),
    # Whoever types it can open what it writes.
    "person.export": _content(Deed.READ, Area.CUSTOMERS, Area.TICKETS),
    "person.erase": _content(Deed.ERASE, Area.CUSTOMERS),
    "redact.find": _content(Deed.READ, Area.TICKETS),
    "redact.words": _content(Deed.ERASE, Area.TICKETS),
    "retention.list": _setup(Deed.READ),
    "retention.offer": _setup(Deed.WRITE),
    "retention.try": _setup(Deed.READ),
    "retention.on": _content(Deed.ERASE, Area.SETTINGS),  # from the next night on things go by it
    "retention.off": _setup(Deed.WRITE),
    "retention.run": _content(Deed.ERASE, Area.SETTINGS),
    "retention.report": _setup(Deed.READ),
    "service.add": _setup(Deed.WRITE),
    "service.list": _setup(Deed.READ),
    "service.retire": _setup(Deed.WRITE),
}
# The life of an account and the running of the installation: codes, counts and states, nothing that an account holds.
# Nobody has to let them; most are for when nobody there could.
FREE: frozenset[str] = frozenset(
    {
        "account.create",
        "account.show",
        "account.plan",
        "account.suspend",
        "account.resume",
        "account.reopen",
        "account.delete",  # asks for the owner's order itself
        "account.certificate",
        "account.unlock-network",  # for people who are locked out, and can grant nothing
        "audit.verify",
        "audit.restored",
        "grant.ask",
        "grant.list",
        "grant.show",
        "grant.revoke",
        "incident.note",
        "invoice.create",
        "invoice.paid",
        "invoice.void",
        "invoice.list",
        "redact.nothing",  # after a restore, as `redact words --as`
    }
)
# Of commands that ran by a grant: those that changed something, and those of them whose work nothing brings back.
ERASING = tuple(name for name, reach in COMMANDS.items() if reach.deed is Deed.ERASE)
CHANGING = tuple(name for name, reach in COMMANDS.items() if reach.deed is not Deed.READ)
