"""How long things are kept, what goes next and what went, for the privacy centre."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.privacy.cards.offering import Asked, Card, Fact, Matter, Part, State
from steward.privacy.retention.access import all_rules, newest_runs
from steward.privacy.retention.models import Kind, RetentionRule, Since
from steward.privacy.retention.selecting import due

COUNTED = 1000  # by each rule, so that the page stays quick however much there is
_RULES = 5  # of which is counted what goes next
MATTER = Matter("retention", pgettext_lazy("settings", "Retention"), Part.KEPT, 10, "retention")


@MATTER.card
def card(_asked: Asked) -> Card:
    """How many rules are on, what goes in the night to come, and what went last."""
    rules = [rule for rule in all_rules() if rule.is_on]
    if not rules:
        words = _("Everything is kept for ever: no rule says how long.")
        return Card(words, State.LOOK)
    facts = [Fact(pgettext("retention", "Rules that are on"), len(rules)), *_next(rules)]
    facts += [Fact(pgettext("retention", "Went last"), run.at) for run in newest_runs(most=1)]
    return Card(_("What is old goes by itself, by the rules you chose."), facts=tuple(facts))


def _next(rules: list[RetentionRule]) -> list[Fact]:
    """What goes in the night to come, as far as it can be counted at once; the page behind counts all of it."""
    ending = [rule for rule in rules if rule.days is not None]
    some = [rule for rule in ending if _is_quick(rule)][:_RULES]
    counts = [due(rule, [one for one in rules if one.pk != rule.pk]).order_by()[:COUNTED].count() for rule in some]
    is_more = len(ending) > len(some) or any(count >= COUNTED for count in counts)
    number: int | str = f"{sum(counts)}+" if is_more else sum(counts)
    return [Fact(pgettext("retention", "Go in the night to come"), number)] if some else []


def _is_quick(rule: RetentionRule) -> bool:
    """Tickets of one status have an index by their last activity, and there are few requests. Of others all there is
    would be read.
    """
    is_of_status = rule.kind == Kind.TICKETS and rule.since == Since.ACTIVITY and bool(rule.status)
    return is_of_status or rule.kind == Kind.REQUESTS
