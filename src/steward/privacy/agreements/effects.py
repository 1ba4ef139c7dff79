"""What the terms of an agreement mean for what leaves, in plain words: beside it, and before it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steward.privacy.agreements.access import region_name, region_names
from steward.privacy.agreements.annexes import apart
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.privacy.subprocessors.words import enumeration
from steward.tenancy.models import Region


class Agreed(Protocol):
    """The terms that the gate goes by. `regions` are codes; none is the account's own."""

    @property
    def notice_days(self) -> int: ...
    @property
    def mode(self) -> str: ...
    @property
    def regions(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class OfOurs:
    """The terms of our form."""

    notice_days: int = LEAST_NOTICE_DAYS
    mode: str = AccountTerms.Mode.GENERAL.value
    regions: tuple[str, ...] = ()


def effects_of(agreed: Agreed, *, region: Region) -> tuple[str, ...]:
    """One sentence each for the notice, the mode and the regions. `region` is the account's own."""
    return _notice(agreed.notice_days), _mode(agreed.mode), _place(agreed.regions, apart(region_name(region)))


def _notice(days: int) -> str:
    words = ngettext(
        "You are told of a new subprocessor, or of a wider use of one, at least %(count)d day before. Until then the "
        "system sends it none of your data.",
        "You are told of a new subprocessor, or of a wider use of one, at least %(count)d days before. Until then the "
        "system sends it none of your data.",
        days,
    )
    return words % {"count": days}


def _mode(mode: str) -> str:
    if mode == AccountTerms.Mode.SPECIFIC:
        return _(
            "No subprocessor gets your data, those of today included, before an owner or an admin has agreed to it on "
            "the page Subprocessors."
        )
    return _("After that it may be used unless you object. What you object to is switched off for you at once.")


def _place(regions: Sequence[str], own: str) -> str:
    if not regions:
        words = _(
            "Only subprocessors that serve your region (%(region)s) get your data. They process them elsewhere only "
            "where the list names what that transfer rests on."
        )
        return words % {"region": own}
    names = dict(region_names())
    words = _(
        "Only subprocessors that serve your region (%(region)s) and process data nowhere but in %(regions)s get your "
        "data, whatever a transfer elsewhere would rest on."
    )
    return words % {"region": own, "regions": enumeration(apart(names.get(one, one)) for one in regions)}
