"""The verbs of agreements."""

from steward.privacy.agreements.actions.concluding import (
    AlreadyInForce,
    NotNeeded,
    Signer,
    conclude,
    draft_content,
    is_needed,
    is_on_offer,
)
from steward.privacy.agreements.actions.ending import Ending, end, end_what_is_due, keep_in_force
from steward.privacy.agreements.actions.reviewing import (
    Proposal,
    countersign,
    reject,
    request_changes,
    submit,
    take_into_review,
    withdraw,
)
from steward.privacy.agreements.actions.terms_of_use import accept_terms, is_terms_asked, note_terms

__all__ = [
    "AlreadyInForce",
    "Ending",
    "NotNeeded",
    "Proposal",
    "Signer",
    "accept_terms",
    "conclude",
    "countersign",
    "draft_content",
    "end",
    "end_what_is_due",
    "is_needed",
    "is_on_offer",
    "is_terms_asked",
    "keep_in_force",
    "note_terms",
    "reject",
    "request_changes",
    "submit",
    "take_into_review",
    "withdraw",
]
