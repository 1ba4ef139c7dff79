"""What pages of the back office show of accounts, of what operators did and of the installation's own mail."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Min

from steward.outbox.models import InstallationMail, State
from steward.people.models import OperatorAct, User
from steward.tenancy.models import Account


def accounts_by_slug(*, beginning: str, after: str, most: int) -> list[Account]:
    """Accounts with their size and plan, those whose slug begins so; `after` a slug, as many as `most`."""
    found = Account.objects.select_related("data_centre", "usage", "standing__plan").order_by("slug")
    if beginning:
        found = found.filter(slug__startswith=beginning)  # by an index, whatever the collation
    return list(found.filter(slug__gt=after)[:most] if after else found[:most])


def get_account(slug: str) -> Account:
    """An account with where it lies and its size; raises `Account.DoesNotExist`."""
    return Account.objects.select_related("data_centre__region", "usage").get(slug=slug)


def acts(*, before: UUID | None, most: int) -> list[OperatorAct]:
    """What operators did, the newest first: ids grow with time."""
    found = OperatorAct.objects.order_by("-id")
    return list(found.filter(id__lt=before)[:most] if before else found[:most])


def addresses_of(operators: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The address of each, by id; of those that are gone none."""
    return dict(User.objects.filter(pk__in=set(operators)).values_list("pk", "email"))


def unsent_of_the_installation() -> list[dict[str, Any]]:
    """Mail about sign-ins that has not gone: `state`, `reason`, `mails`, `since`."""
    unsent = InstallationMail.objects.exclude(state=State.SENT).values("state", "reason").order_by("state", "reason")
    return [dict(row) for row in unsent.annotate(mails=Count("pk"), since=Min("created_at"))]
