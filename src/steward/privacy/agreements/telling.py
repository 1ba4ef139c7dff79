"""Telling accounts, once each, that there are new terms of use, or a new wording of the agreement they have concluded.

What is new is a setting, or comes with a release: nothing happens in an account when it does, so the clock looks.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.agreements.actions.concluding import is_on_offer
from steward.privacy.agreements.actions.terms_of_use import is_terms_asked
from steward.privacy.agreements.composing import FORM
from steward.privacy.agreements.models import Agreement, TextNotice
from steward.privacy.agreements.notices import tell_owners_of_text
from steward.tenancy.models import SHUT_FOR_GOOD, Account
from steward.tenancy.scope import account_scope

_KINDS = {TextNotice.Text.TERMS: "terms.published", TextNotice.Text.FORM: "agreement.reworded"}


def tell_accounts_of_new_texts() -> int:
    """Tell every account that has not been told yet; returns how many notices were made."""
    served = Account.objects.exclude(state__in=SHUT_FOR_GOOD).order_by("id").values_list("id", flat=True)
    made = 0
    for account_id in list(served):
        with account_scope(account_id):
            made += tell_of_new_texts()
    return made


def tell_of_new_texts() -> int:
    """The same for the account in scope: an event, which the bell follows, and a mail to each owner."""
    return sum(_tell_once(text, version) for text, version in _waiting())


def _waiting() -> Iterator[tuple[TextNotice.Text, str]]:
    if is_terms_asked():
        yield TextNotice.Text.TERMS, str(settings.STEWARD_TERMS_VERSION)
    if is_reworded():
        yield TextNotice.Text.FORM, FORM


def is_reworded() -> bool:
    """Whether the agreement in force is our form in an earlier wording, and today's could be concluded."""
    ours = Agreement.objects.filter(state=Agreement.State.IN_FORCE, origin=Agreement.Origin.OURS)
    return is_on_offer() and ours.exclude(form_version=FORM).exists()


def _tell_once(text: TextNotice.Text, version: str) -> bool:
    with transaction.atomic():
        notice, is_new = TextNotice.objects.get_or_create(text=text, version=version, defaults={"at": now()})
        if is_new:
            record(_KINDS[text], notice, actor=SYSTEM, changes={"version": version})
            tell_owners_of_text(text, version)
    return is_new
