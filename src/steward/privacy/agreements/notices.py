"""Mail to the owners about their agreement and about texts that wait for them.

By the installation's outbox: it comes from the provider. Who did something is not told of it.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from steward.outbox.installation import Unsendable, put_in_installation_outbox
from steward.people.languages import language_of
from steward.people.models import Membership, Role
from steward.people.operators import operator_addresses
from steward.privacy.agreements.ending_words import Step, words_for_operators, words_for_owners
from steward.privacy.agreements.models import Agreement, TextNotice
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

S = Agreement.State
_Mail = tuple[str, str]  # subject and text


def tell_owners_of(agreement: Agreement, *, but: UUID | None = None) -> int:
    """Tell each owner, in their language, what has become of an agreement; returns to how many. `but` did it."""
    return _tell(lambda account: _words(agreement, account), but=but)


def tell_of_end(step: Step, agreement: Agreement, *, but: UUID | None = None) -> int:
    """Tell owners and operators that an agreement has ended, will end, or will not after all; returns to how many."""
    account = Account.objects.get(pk=agreement.account_id)
    told = _tell(lambda _account: words_for_owners(step, agreement, account), but=but)
    with override(settings.LANGUAGE_CODE):  # nobody has said which language an operator reads mail in
        mail = words_for_operators(step, agreement, account)
    return told + sum(_put(address, *mail) for address in operator_addresses())


def tell_owners_of_text(text: TextNotice.Text, version: str) -> int:
    """Tell each owner that there is a new text to accept; returns to how many."""
    return _tell(lambda account: _words_of_text(text, version, account), but=None)


def _tell(words: Callable[[Account], _Mail], *, but: UUID | None) -> int:
    account = Account.objects.get(pk=current_account_id())
    told = 0
    for owner in Membership.objects.select_related("user").filter(role=Role.OWNER):
        if owner.pk == but:
            continue
        with override(language_of(owner, account)):
            told += _put(owner.user.email, *words(account))
    return told


def _put(to: str, subject: str, text: str) -> int:
    try:
        put_in_installation_outbox(purpose="agreement", to=to, subject=subject, text=text)
    except Unsendable:
        return 0  # the page says the same to whoever signs in
    return 1


def _words(agreement: Agreement, account: Account) -> _Mail:
    more = _more(account) | {"words": agreement.review_words, "name": agreement.signer_name}
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
    if agreement.origin == Agreement.Origin.OURS:
        text = _(
            "%(name)s has concluded the data processing agreement for %(company)s at %(installation)s. It is in force. "
            "Read what was agreed, and download the file, here:\n%(link)s\n"
        )
        return _("Your agreement is in force"), text % more
    text = _(
        "Your data processing agreement for %(company)s at %(installation)s is countersigned and in force. The file "
        "with both signatures is here:\n%(link)s\n"
    )
    return _("Your agreement is in force"), text % more


def _words_of_text(text: TextNotice.Text, version: str, account: Account) -> _Mail:
    more = _more(account) | {"version": version}
    if text == TextNotice.Text.FORM:
        words = _(
            "There is a new wording (%(version)s) of the data processing agreement at %(installation)s. What "
            "%(company)s has concluded stays in force as it is. You can read the new one and conclude it in its "
            "place here:\n%(link)s\n"
        )
        return _("There is a new wording of the data processing agreement"), words % more
    words = _(
        "There are new terms of use (version %(version)s) at %(installation)s. Read them and accept them for "
        "%(company)s here:\n%(link)s\n"
    )
    return _("There are new terms of use"), words % more


def _more(account: Account) -> dict[str, str]:
    return {
        "company": account.name,
        "link": f"{base_url(account.slug)}/console/settings/privacy/agreement",
        "installation": settings.STEWARD_DOMAIN,
    }
