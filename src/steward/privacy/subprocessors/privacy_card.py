"""Which companies work on the data, and what changes there, for the privacy centre."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.privacy.cards.offering import Asked, Card, Fact, Matter, Part, State
from steward.privacy.egress import configuration
from steward.privacy.egress.engaging import terms_of
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import Listing, listing_at
from steward.privacy.subprocessors.words import enumeration
from steward.tenancy.models import Account
from steward.ui.enumerating import isolated

COMPANIES = Matter("companies", pgettext_lazy("settings", "Subprocessors"), Part.WHERE, 20, "subprocessors")
CHANGES = Matter(
    "changes", pgettext_lazy("privacy centre", "Changes of subprocessors"), Part.COMING, 10, "subprocessors"
)
_FEW = 3
_SAID_NO = (Authorisation.State.OBJECTED, Authorisation.State.REFUSED)


def listing_of_account(asked: Asked) -> Listing:
    """The list as it stands for the account in scope. Five queries at most; the list itself is kept in the process."""
    return asked.once("listing", lambda: _listing(asked))


def _listing(asked: Asked) -> Listing:
    account = Account.objects.select_related("data_centre__region").get(pk=asked.account_id)
    bound = terms_of(account, is_engaged=True).bound
    return listing_at(published(), asked.at, bound, region=account.data_centre.region_id)


@COMPANIES.card
def companies(asked: Asked) -> Card | None:
    """How many there are, and how many of their uses the account said no to; none where it runs Steward itself."""
    if not configuration.is_hosting():
        return None
    rows = listing_of_account(asked).rows
    names = list(dict.fromkeys(row.subprocessor.legal_name for row in rows))
    if not names:
        return Card(_("No other company works on your data."))
    refused = Authorisation.objects.filter(
        state__in=_SAID_NO, resolved_at=None, engagement__in=[row.engagement.key for row in rows]
    ).count()
    told = enumeration(map(isolated, names[:_FEW]))
    words = told if len(names) <= _FEW else _("%(names)s and others") % {"names": told}
    facts = (
        Fact(pgettext("subprocessors", "Companies"), len(names)),
        Fact(pgettext("subprocessors", "Uses you said no to"), refused),
    )
    return Card(_("These work on your data: %(names)s.") % {"names": words}, facts=facts)


@CHANGES.card
def changes(asked: Asked) -> Card | None:
    """What is announced, and whether the account has answered it."""
    if not configuration.is_hosting():
        return None
    coming = listing_of_account(asked).coming
    if not coming:
        return Card(_("No change is announced."))
    until = min(one.objection_until for one in coming)
    answered = dict(Authorisation.objects.values_list("engagement", "version"))
    is_open = any(one.row and answered.get(one.key) != one.version.number for one in coming)
    facts = (
        Fact(pgettext("changes of subprocessors", "Announced"), len(coming)),
        Fact(pgettext("changes of subprocessors", "First one stands from"), until),
    )
    if is_open:
        words = _("Changes are announced. If you do not want one, object before its date: then nothing of it is used.")
        return Card(words, State.LOOK, facts)
    return Card(_("Changes are announced; you have answered."), facts=facts)
