"""Servers and services of the account's own choice, for the privacy centre."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from steward.privacy.cards.offering import Asked, Card, Fact, Matter, Part, State
from steward.privacy.egress.models import Connector
from steward.privacy.egress.own_services import is_outside
from steward.tenancy.models import Account

_MOST = 500
OWN = Matter("own-services", gettext_lazy("Your own services"), Part.WHERE, 30, "own-services")


@OWN.card
def card(asked: Asked) -> Card:
    """How many are in use, and whether one is outside the region. Two queries."""
    found = Connector.objects.filter(retired_at=None).values_list("kind", "country")[:_MOST]
    services = [country for kind, country in found if kind == Connector.Kind.HTTP]
    facts = (
        Fact(pgettext("own services", "Mail servers"), len(found) - len(services)),
        Fact(pgettext("own services", "Other services"), len(services)),
    )
    region = Account.objects.select_related("data_centre__region").get(pk=asked.account_id).data_centre.region
    if any(is_outside(country, region) for country in services):
        words = _("Data go to a service of yours that is outside your region, or may be.")
        return Card(words, State.LOOK, facts)
    if found:
        return Card(_("Data go to servers that your company chose, as you set them up."), facts=facts)
    return Card(_("Nothing goes to a server or service of your own."))
