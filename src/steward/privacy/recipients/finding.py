"""Finding out who got data: companies by the ledger of what left, and people by the mails in somebody's tickets."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import base_address
from steward.contacts.actions import fold_email
from steward.privacy.egress.own_services import service_names
from steward.privacy.egress.registry.versions import Published, published
from steward.privacy.erasure.recipients import recipients
from steward.tickets.models import Message, Ticket

MOST = 200  # correspondents of one person that are listed
# Whoever only carries or fetches mail finds somebody by the address; whoever reads it, by the name too.
_BY_ADDRESS = frozenset({"mail.deliver", "mail.fetch", "mail.authenticate"})


@dataclass(frozen=True, slots=True)
class Whom:
    """Who a telling is about, as recipients may know them. Addresses are folded."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A company that data of the account went to within a year."""

    traffic: str  # S or T
    engagement: str
    host: str
    name: str
    address: str  # empty: not known
    purposes: tuple[str, ...]
    last_at: datetime

    def needs_of(self, whom: Whom) -> dict[str, list[str]]:
        """What of somebody this company has to know, to find them."""
        is_by_name = not set(self.purposes) <= _BY_ADDRESS
        return {"names": list(whom.names) if is_by_name else [], "addresses": list(whom.addresses)}


def companies() -> list[Company]:
    """By name and server. Which persons their data were about is not kept: so all of them are listed."""
    known, named = published(), service_names()
    return [
        Company(
            traffic=row["class"],
            engagement=row["engagement"],
            host=row["host"],
            purposes=tuple(row["purposes"]),
            last_at=datetime.fromisoformat(row["last_at"]),
            **(_of_registry(known, row["engagement"]) or _of_account(named, row["connectors"])),
        )
        for row in recipients()
    ]


def _of_registry(known: Published, engagement: str) -> dict[str, str] | None:
    """Name and address as they were stated last, also of a company that is not on the list any more."""
    stated = [revision.engaged for revision in known.revisions.get(engagement, ()) if revision.engaged is not None]
    if not stated:
        return None
    company = stated[-1].subprocessor
    mail = (company.data_protection_contact or "", company.contact.email if company.contact else "")
    return {"name": company.legal_name, "address": next((each for each in mail if _is_address(each)), "")}


def _of_account(named: Mapping[UUID, str], connectors: Iterable[UUID]) -> dict[str, str]:
    return {"name": next((named[each] for each in connectors if named.get(each)), ""), "address": ""}


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return bool(local) and "." in domain and not any(letter.isspace() for letter in text)


def correspondents(tickets: Collection[UUID], whom: Whom) -> dict[str, list[str]]:
    """People who got the same answers as somebody in their tickets: `{folded address: addresses of theirs they saw}`.

    Not the person, and no address of the account's own.
    """
    ours, theirs = set(MailAccount.objects.values_list("address", flat=True)), set(whom.addresses)
    answers = Message.objects.filter(ticket__in=list(tickets), kind=Message.Kind.OUTGOING).order_by("pk")
    found: dict[str, list[str]] = {}
    for written in answers.values_list("recipients", flat=True).iterator():
        people = {fold_email(one["email"]) for role in ("to", "cc") for one in written.get(role, [])}
        for other in sorted(people - theirs) if people & theirs else ():
            if base_address(other) not in ours:
                found[other] = sorted({*found.get(other, ()), *(people & theirs)})
    return found


def tickets_of(contacts: Collection[UUID]) -> list[UUID]:
    """The tickets in which somebody is the requester."""
    return list(Ticket.objects.filter(requester__in=list(contacts)).values_list("pk", flat=True))
