"""Reading agreements: an account its own, operators those in their queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from steward.files.models import File
from steward.lib.clock import now
from steward.privacy.agreements.models import Agreement, Review, TermsAcceptance
from steward.privacy.agreements.states import OPEN
from steward.privacy.agreements.uploads import ENDINGS
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.words import in_language
from steward.tenancy.models import Account, Region

PARTS = ("file", "content", "countersigned")


class NoSuchFile(LookupError):
    """The agreement, or that file of it, does not exist (yet)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The agreement of the account in scope: what is in force, what waits, and all there ever was, newest first."""

    in_force: Agreement | None
    waiting: Agreement | None
    versions: tuple[Agreement, ...]


def standing_of_account() -> Standing:
    """How the account in scope stands. One query."""
    rows = tuple(Agreement.objects.order_by("-created_at", "-id"))
    in_force = next((row for row in rows if row.state == Agreement.State.IN_FORCE), None)
    return Standing(in_force, next((row for row in rows if row.state in OPEN), None), rows)


def get_agreement(agreement_id: UUID) -> Agreement:
    """One of the account in scope; raises `Agreement.DoesNotExist`."""
    return Agreement.objects.get(pk=agreement_id)


def get_review(agreement_id: UUID) -> Review:
    """One place in the operators' queue, with its account; raises `Review.DoesNotExist`."""
    return Review.objects.select_related("account").get(pk=agreement_id)


def account_with_region(account_id: UUID) -> Account:
    """The account with where its data lie, as an agreement needs it."""
    return Account.objects.select_related("data_centre__region").get(pk=account_id)


def region_names() -> list[tuple[str, str]]:
    """The regions of the directory: code and name, in the reader's language where the list of subprocessors has one."""
    return [(region.code, region_name(region)) for region in Region.objects.order_by("code")]


def region_name(region: Region) -> str:
    """The name of a region as the newest list has it in the reader's language, else as in the directory."""
    versions = published().versions
    places = versions[-1].registry.regions if versions else ()
    return next((in_language(one.name) for one in places if one.code == region.code), "") or region.name


def file_of(agreement: Agreement, part: str) -> tuple[File, str]:
    """A file of an agreement (`PARTS`) and what to call it. Raises `NoSuchFile`."""
    found: File | None = getattr(agreement, part) if part in PARTS else None
    if found is None:
        raise NoSuchFile(part)
    ending = ENDINGS.get(found.content_type, "bin")
    more = "-countersigned" if part == "countersigned" else ""
    return found, f"data-processing-agreement-{agreement.created_at:%Y-%m-%d}{more}.{ending}"


def accepted_terms() -> list[TermsAcceptance]:
    """The versions of the terms of use that the account in scope has accepted, newest first."""
    return list(TermsAcceptance.objects.order_by("-at"))


def reviews(*, is_closed: bool = False) -> Iterator[Review]:
    """The operators' queue: what is due first, or what was closed last. Across accounts; ids and times only."""
    rows = Review.objects.select_related("account")
    if is_closed:
        return rows.exclude(state__in=OPEN).order_by("-closed_at")[:100].iterator()
    return rows.filter(state__in=OPEN).order_by("due_at", "pk").iterator()


def count_overdue(at: datetime | None = None) -> int:
    """How many texts wait longer for the operator than ten working days."""
    waiting = (Agreement.State.SUBMITTED, Agreement.State.IN_REVIEW)
    return Review.objects.filter(state__in=waiting, due_at__lt=at or now()).count()
