"""Which state follows on which."""

from itertools import product

import pytest

from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.states import ENDED, MOVES, UNDECIDED, S, Type, follows

OTHERS = [one for one in Type if one is not Type.ERASE]


def ways(type_, start=S.RECEIVED):
    """Every state that can be reached."""
    found, open_ = {start}, [start]
    while open_:
        before = open_.pop()
        for after in S:
            if after not in found and follows(type_, before, after):
                found.add(after)
                open_.append(after)
    return found


def test_every_state_says_what_may_follow():
    assert set(MOVES) == set(S)
    assert all(MOVES[state] == frozenset() for state in ENDED)


@pytest.mark.parametrize("type_", [one for one in Type if one is not Type.UNSAID])
def test_every_request_can_be_closed_refused_and_held(type_):
    assert {S.CLOSED, S.REFUSED, S.ON_HOLD} <= ways(type_)


def test_what_is_asked_for_is_said_before_it_is_approved():
    assert ways(Type.UNSAID) == {*UNDECIDED, S.REFUSED, S.ON_HOLD, S.NOT_ONE}


def test_an_erasure_is_proven_and_waits_for_the_backups():
    assert ways(Type.ERASE) == set(S)
    for skipped in (S.VERIFYING_ABSENCE, S.BACKUPS_EXPIRING):
        reached, open_ = {S.RUNNING}, [S.RUNNING]
        while open_:
            before = open_.pop()
            after = [one for one in S if one not in {skipped, *reached} and follows(Type.ERASE, before, one)]
            reached.update(after)
            open_.extend(after)
        assert S.CLOSED not in reached


@pytest.mark.parametrize("type_", OTHERS)
def test_nothing_else_waits_for_backups(type_):
    assert not ways(type_) & {S.VERIFYING_ABSENCE, S.BACKUPS_EXPIRING}


@pytest.mark.parametrize("type_", list(Type))
def test_nothing_is_done_before_the_account_says_yes(type_):
    allowed = {S.RECEIVED, S.VERIFYING, S.AWAITING_CONTROLLER, S.REFUSED, S.ON_HOLD, S.NOT_ONE}
    for before, after in product((S.RECEIVED, S.VERIFYING), S):
        assert not follows(type_, before, after) or after in allowed
    assert not follows(type_, S.RECEIVED, S.APPROVED)


@pytest.mark.parametrize("type_", list(Type))
def test_a_request_at_work_is_not_held_nor_refused(type_):
    for before in (S.RUNNING, S.VERIFYING_ABSENCE, S.LIVE_DONE, S.BACKUPS_EXPIRING):
        assert not follows(type_, before, S.ON_HOLD)
        assert not follows(type_, before, S.REFUSED)


def test_states_are_those_of_the_model():
    assert set(S) == set(PrivacyRequest.State)
