"""Mail to who runs the installation: what the owner of a suspended or terminated account asks for."""

from enum import Enum
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from steward.lifecycle.letters import put_letter
from steward.people.models import Membership
from steward.people.operators import operator_addresses
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account


class Asked(Enum):
    LIFT = "lift"
    COPY = "copy"
    DELETION = "deletion"
    NO_DELETION = "no deletion"
    REOPENING = "reopening"
    NO_REOPENING = "no reopening"


_SUBJECTS: dict[Asked, Any] = {
    Asked.LIFT: _("%(company)s asks to be opened again"),
    Asked.COPY: _("%(company)s orders a copy of everything"),
    Asked.DELETION: _("%(company)s orders that everything is deleted"),
    Asked.NO_DELETION: _("%(company)s takes back the order to delete everything"),
    Asked.REOPENING: _("%(company)s orders to be opened again"),
    Asked.NO_REOPENING: _("%(company)s takes back the order to be opened again"),
}
_TEXTS: dict[Asked, Any] = {
    Asked.LIFT: _("%(owner)s asks to open the help desk of %(company)s again.\n"),
    Asked.COPY: _("%(owner)s orders an encrypted copy of everything that the account of %(company)s holds.\n"),
    Asked.DELETION: _(
        "%(owner)s orders that everything the account of %(company)s holds is deleted now, without waiting for the "
        "days that are left.\n"
    ),
    Asked.NO_DELETION: _("%(owner)s takes back the order to delete what the account of %(company)s holds.\n"),
    Asked.REOPENING: _(
        "%(owner)s, an owner, orders that the terminated help desk of %(company)s is opened again. Until it is deleted "
        "you can do that on the page of the account:\n%(page)s\n"
    ),
    Asked.NO_REOPENING: _("%(owner)s takes back the order to open the help desk of %(company)s again.\n"),
}
_SAYS = _("They say:\n\n%(words)s\n")
_MORE = _("Plan and invoices of the account:\n%(link)s\n\nAnswer them at %(email)s.\n")


def tell_operators(asked: Asked, account: Account, owner: Membership, *, words: str = "") -> int:
    """Mail to every operator, stored with what it tells of. Returns how many."""
    filled = {
        "company": account.name,
        "owner": owner.name,
        "email": owner.user.email,
        "words": words,
        "link": f"{base_url()}/operator/accounts/{account.slug}/plan",
        "page": f"{base_url()}/operator/accounts/{account.slug}",
    }
    addresses = operator_addresses()
    with override(settings.LANGUAGE_CODE):  # nobody has said which language an operator reads mail in
        parts = [_TEXTS[asked], *([_SAYS] if words else []), _MORE]
        text = "\n".join(str(part) % filled for part in parts)
        for address in addresses:
            put_letter(address, str(_SUBJECTS[asked]) % filled, text)
    return len(addresses)
