"""What the parameters of the addresses of agreements hold: a text that an account has handed in."""

from typing import Any

from django.test import override_settings

from steward.lib.actor import SYSTEM
from steward.privacy.agreements.actions import Proposal, Signer, submit
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.uploads import read_upload
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


def samples_of_agreements(account: Account) -> dict[str, Any]:
    """An account's own agreement, which waits for its review, and the name of its file."""
    return {"agreement_id": agreement_handed_in(account).pk, "part": "file"}


def agreement_handed_in(account: Account) -> Agreement:
    """A text of 45 days of notice that nobody has read yet."""
    signer = Signer(name="Ada Berg", email=f"ada@{account.slug}.example", position="Managing director")
    with override_settings(STEWARD_HOSTING=True), account_scope(account.pk):
        return submit(read_upload(b"%PDF-1.7 our own"), Proposal(notice_days=45), signer, actor=SYSTEM)
