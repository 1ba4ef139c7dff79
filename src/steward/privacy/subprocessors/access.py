"""Who sees what of notices and objections: operators what waits for them, accounts their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from steward.outbox.models import State
from steward.people.access import may
from steward.people.models import Membership
from steward.privacy.egress.models import Authorisation
from steward.privacy.subprocessors.actions.objections import name_of
from steward.privacy.subprocessors.models import ChangeNotice, KeptPaper, Matter, NoticeDelivery
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope

_MOST_NOTICES = 20  # shown to an account


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as an operator sees it. `reason` is in the words of the account."""

    account: Account
    row: Authorisation
    name: str  # the company
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A notice that did not arrive at one person; `person` is gone when they left the account."""

    account: Account
    row: NoticeDelivery
    person: Membership | None
    words: str  # of the server
    held: str  # why the mail waits with us, as `outbox.delivery` notes it; empty when it does not
    due_at: datetime


def visible_objections() -> list[Objection]:
    """Every objection that waits for an answer, in every account: the oldest first. For operators."""
    found = [_objection(matter) for matter in _matters(Matter.Kind.OBJECTION)]
    return sorted((one for one in found if one), key=lambda one: one.due_at)


def objection_of(account_id: UUID, objection_id: UUID) -> Authorisation | None:
    """One objection, answered or not; None when there is none. For operators."""
    with upkeep_scope(account_id):
        return Authorisation.objects.filter(pk=objection_id).first()


def visible_undelivered() -> list[Undelivered]:
    """Every notice that came back and that nobody has seen to. For operators, who reach the account otherwise."""
    found = [_undelivered(matter) for matter in _matters(Matter.Kind.UNDELIVERED)]
    return sorted((one for one in found if one), key=lambda one: one.due_at)


def kept_papers(hashes: Iterable[str]) -> Mapping[str, KeptPaper]:
    """Files of due diligence by their hashes, without their bytes; what is not kept is left out. For operators."""
    return KeptPaper.objects.defer("content").in_bulk(set(hashes))


def can_object(me: Membership) -> bool:
    """Object, agree, and read what was announced."""
    return may(me, "subprocessor:object")


def visible_notices() -> Sequence[ChangeNotice]:
    """What the account in scope was told, the newest first, with the deliveries of each."""
    notices = ChangeNotice.objects.order_by("-version").prefetch_related("deliveries__membership")
    return list(notices[:_MOST_NOTICES])


def answers() -> dict[str, Authorisation]:
    """What the account in scope has said, by engagement."""
    return {row.engagement: row for row in Authorisation.objects.order_by("-at")}


def _matters(kind: str) -> list[Matter]:
    return list(Matter.objects.filter(kind=kind).select_related("account").order_by("account_id", "since"))


def _objection(matter: Matter) -> Objection | None:
    with upkeep_scope(matter.account_id):
        row = Authorisation.objects.filter(pk=matter.about_id).first()
    return Objection(matter.account, row, name_of(row.engagement), matter.due_at) if row else None


def _undelivered(matter: Matter) -> Undelivered | None:
    with upkeep_scope(matter.account_id):
        found = NoticeDelivery.objects.select_related("notice", "membership__user", "mail").filter(pk=matter.about_id)
        row = found.first()
        if row is None:
            return None
        mail = row.mail
        words, held = (mail.server_words, mail.reason if mail.state == State.HELD else "") if mail else ("", "")
        return Undelivered(matter.account, row, row.membership, words, held, matter.due_at)
