"""What can be done with a request: take it in, decide about it, carry it on, hold it, and warn of its end."""

from steward.privacy.requests.actions.carrying_out import advance, answer, close, is_being_told
from steward.privacy.requests.actions.deciding import TooLate, approve, extend, refuse
from steward.privacy.requests.actions.erasing_persons import plan_again, plan_erasure_of
from steward.privacy.requests.actions.from_tickets import (
    NotedAlready,
    announce,
    open_request_from,
    open_request_in,
    rule_out,
)
from steward.privacy.requests.actions.fulfilling import (
    fulfil_correction,
    fulfil_objection,
    fulfil_restriction,
    fulfil_withdrawal,
    note_as_done,
)
from steward.privacy.requests.actions.holding import hold, release
from steward.privacy.requests.actions.setting_aside import set_aside, take_up_again
from steward.privacy.requests.actions.taking_in import NewRequest, ask_for_proof, open_request, say_kind, verify
from steward.privacy.requests.actions.warning import warn_of_ends

__all__ = [
    "NewRequest",
    "NotedAlready",
    "TooLate",
    "advance",
    "announce",
    "answer",
    "approve",
    "ask_for_proof",
    "close",
    "extend",
    "fulfil_correction",
    "fulfil_objection",
    "fulfil_restriction",
    "fulfil_withdrawal",
    "hold",
    "is_being_told",
    "note_as_done",
    "open_request",
    "open_request_from",
    "open_request_in",
    "plan_again",
    "plan_erasure_of",
    "refuse",
    "release",
    "rule_out",
    "say_kind",
    "set_aside",
    "take_up_again",
    "verify",
    "warn_of_ends",
]
