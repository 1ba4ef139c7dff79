"""What can be done with a request: take it in, decide about it, carry it on, hold it, and warn of its end."""

from steward.privacy.requests.actions.carrying_out import advance, answer, close, is_being_told
from steward.privacy.requests.actions.deciding import TooLate, approve, extend, refuse
from steward.privacy.requests.actions.erasing_persons import plan_again, plan_erasure_of
from steward.privacy.requests.actions.fulfilling import (
    fulfil_correction,
    fulfil_objection,
    fulfil_restriction,
    note_as_done,
)
from steward.privacy.requests.actions.holding import hold, release
from steward.privacy.requests.actions.taking_in import NewRequest, ask_for_proof, open_request, verify
from steward.privacy.requests.actions.warning import warn_of_ends

__all__ = [
    "NewRequest",
    "TooLate",
    "advance",
    "answer",
    "approve",
    "ask_for_proof",
    "close",
    "extend",
    "fulfil_correction",
    "fulfil_objection",
    "fulfil_restriction",
    "hold",
    "is_being_told",
    "note_as_done",
    "open_request",
    "plan_again",
    "plan_erasure_of",
    "refuse",
    "release",
    "verify",
    "warn_of_ends",
]
