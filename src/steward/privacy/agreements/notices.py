"""Mail to the owners about what the operator decided on their text. By the installation's outbox: from the provider."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.privacy.agreements.models import Agreement
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account

S = Agreement.State


def tell_owners_of(agreement: Agreement) -> int:
    """Tell each owner, in their language, what has become of the text they handed in; returns to how many."""
    account = Account.objects.get(pk=agreement.account_id)
    told = 0
    for owner in Membership.objects.select_related("user").filter(role=Role.OWNER):
        with override(language_of(owner, account)):
            told += _put(owner.user.email, *_words(agreement, account))
    return told


def _put(to: str, subject: str, text: str) -> int:
    try:
        put_in_installation_outbox(purpose="agreement", to=to, subject=subject, text=text)
    except Unsendable:
        return 0  # the page says the same to whoever signs in
    return 1


def _words(agreement: Agreement, account: Account) -> tuple[str, str]:
    more = {
        "company": account.name,
        "words": agreement.review_words,
        "link": f"{base_url(account.slug)}/console/settings/privacy/agreement",
        "installation": settings.STEWARD_DOMAIN,
    }
    if agreement.state == S.CHANGES_REQUESTED:
        text = _(
            "Your data processing agreement for %(company)s at %(installation)s was read. Before it can be signed, "
            "something has to be different:\n\n%(words)s\n\nHand in the changed text here:\n%(link)s\n"
        )
        return _("Your agreement needs changes"), text % more
    if agreement.state == S.REJECTED:
        text = _(
            "Your data processing agreement for %(company)s at %(installation)s was read and is not accepted:\n\n"
            "%(words)s\n\nYou can conclude ours by a click, or hand in another text:\n%(link)s\n"
        )
        return _("Your agreement was not accepted"), text % more
    text = _(
        "Your data processing agreement for %(company)s at %(installation)s is countersigned and in force. The file "
        "with both signatures is here:\n%(link)s\n"
    )
    return _("Your agreement is in force"), text % more
