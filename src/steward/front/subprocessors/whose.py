"""Whom the page speaks of: everybody, or one account with its region, notice period, and what it has switched off."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from steward.lib.clock import now
from steward.privacy.egress.decision import Answer
from steward.privacy.egress.engaging import beyond_answers, terms_of
from steward.privacy.egress.registry.standing import EVERYBODY, Bound
from steward.privacy.egress.registry.versions import published
from steward.tenancy.directory import Entry
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


@dataclass(frozen=True, slots=True)
class Whose:
    """What of an account the page depends on; without an account nothing."""

    slug: str = ""
    name: str = ""
    region: str = ""
    region_name: str = ""
    bound: Bound = EVERYBODY
    answers: tuple[tuple[str, Answer], ...] = ()
    is_specific: bool = False
    beyond: frozenset[str] = frozenset()  # what has become wider since it agreed, where it is asked for each

    @property
    def notice_days(self) -> int:
        """How long ahead a change is announced."""
        return self.bound.notice_days

    @property
    def answered(self) -> Mapping[str, Answer]:
        """What was said of engagements, by their key."""
        return MappingProxyType(dict(self.answers))

    def is_off(self, engagement: str) -> bool:
        """Whether nothing goes there for this account: it objected or refused, or was asked and has not agreed."""
        has_agreed = self.answered.get(engagement) is Answer.AUTHORISED and engagement not in self.beyond
        return (self.is_specific and not has_agreed) or self.has_objected(engagement)

    def has_objected(self, engagement: str) -> bool:
        """Whether it said no."""
        return self.answered.get(engagement) in {Answer.OBJECTED, Answer.REFUSED}


ALL = Whose()


def whose_page(entry: Entry | None) -> Whose:
    """Of the account that the host belongs to; opens a scope."""
    if entry is None:
        return ALL
    with account_scope(entry.id):
        account = Account.objects.select_related("data_centre__region").get(pk=entry.id)
        facts = terms_of(account, is_engaged=True)
    is_specific = facts.terms.is_specific
    return Whose(
        slug=entry.slug,
        name=entry.name,
        region=facts.terms.region,
        region_name=account.data_centre.region.name,
        bound=facts.bound,
        answers=tuple(sorted(facts.terms.answers.items())),
        is_specific=is_specific,
        beyond=beyond_answers(published(), facts, now())[0] if is_specific else frozenset(),
    )
