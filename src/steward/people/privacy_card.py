"""Who of the account's own people may see the data, for the privacy centre and its report."""

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.people.models import Membership, Role
from steward.privacy.cards.offering import Asked, Card, Chapter, Fact, Matter, Part, State

_matter = Matter("people", pgettext_lazy("privacy centre", "Your own people"), Part.WHERE, 40, "agents")
_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@_matter.card
def card(_asked: Asked) -> Card:
    """How many have which role, and whether all who see everything have a second factor. One query."""
    counted = _counted()
    if counted["bare"]:
        facts = (Fact(pgettext("people", "Without a second factor"), counted["bare"]), *_facts(counted))
        words = _("Somebody who may see everything has no second factor: a stolen password is enough.")
        return Card(words, State.LOOK, facts)
    return Card(_("Only people you invited see tickets and customers."), facts=_facts(counted))


@_matter.chapter
def chapter(_asked: Asked) -> Chapter:
    """The same numbers. Agents see the departments they belong to; that is decided anew for each request."""
    counted = _counted()
    bare = Fact(pgettext("people", "Owners and admins without a second factor"), counted["bare"])
    text = (_("Owners and admins see everything, agents the departments they belong to."),)
    return Chapter(("29", "32(4)"), text=text, facts=(*_facts(counted), bare))


def _counted() -> dict[str, int]:
    factor = Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=_KINDS))
    roles = {role.value: Count("pk", filter=Q(role=role)) for role in Role}
    see_all = Q(role__in=(Role.OWNER, Role.ADMIN), has_factor=False)
    return Membership.objects.annotate(has_factor=factor).aggregate(**roles, bare=Count("pk", filter=see_all))


def _facts(counted: dict[str, int]) -> tuple[Fact, ...]:
    return (
        Fact(pgettext("people", "Owners"), counted[Role.OWNER]),
        Fact(pgettext("people", "Admins"), counted[Role.ADMIN]),
        Fact(pgettext("people", "Agents"), counted[Role.AGENT]),
    )
