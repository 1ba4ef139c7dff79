"""The demo sends nothing, and all the same holds what the account has switched off: one sees what objecting does."""

from dataclasses import replace
from typing import NoReturn
from uuid import UUID

from steward.privacy.egress import ledger
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Decision, EgressDenied, Reason, Request, decide
from steward.privacy.egress.known import gather_together
from steward.privacy.egress.registry.versions import published
from steward.privacy.egress.smtp import CATEGORIES

_SAID_NO = frozenset({Reason.TENANT_OBJECTED, Reason.NOT_AUTHORISED})


def ask_the_account(account_id: UUID) -> None:
    """Raise `EgressDenied` when the account said no to who would carry its mail, as the registry names them."""
    asked = [
        Request(account_id=account_id, purpose="mail.deliver", categories=CATEGORIES, destination=destination)
        for destination in published().engaged_at
    ]
    for request, known in gather_together(asked):
        decision = decide(request, replace(known, resolves_to_reachable=True))
        if decision.reason in _SAID_NO:
            ledger.write(request, decision, known)
            raise EgressDenied(request, decision)


def refuse_restricted(account_id: UUID) -> NoReturn:
    """Raise `EgressDenied` for a mail about somebody whose data are only kept, as the gate would."""
    nowhere = Destination("outbox.invalid", 25)
    request = Request(
        account_id=account_id, purpose="mail.deliver", categories=CATEGORIES, destination=nowhere, is_restricted=True
    )
    raise EgressDenied(request, Decision(Reason.SUBJECT_RESTRICTED))
