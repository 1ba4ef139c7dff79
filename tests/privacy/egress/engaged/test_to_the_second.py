"""A second before and a second after, with somebody who listens."""

import datetime
import uuid
from collections.abc import Callable

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.terms import bring_into_force, end_terms
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.engaged import DAY, SECOND, Listener, is_open, publish, registry, relay

pytestmark = pytest.mark.django_db(transaction=True)


AT = datetime.datetime(2027, 1, 15, 12, tzinfo=datetime.UTC)


def until_then(hosted: Account, listener: Listener) -> None:
    """The agreement with the company ends."""
    ending = doc.VendorAgreement(version="1", effective_from=AT - DAY, ends_at=AT)
    publish(registry(relay(listener), agreements=(ending,)), at=AT - 9 * DAY)


def agreed_until_then(hosted: Account, listener: Listener) -> None:
    """The account's own agreement ends."""
    publish(registry(relay(listener)), at=AT - 9 * DAY)
    with account_scope(hosted.id):
        end_terms(actor=SYSTEM, at=AT)


def from_then_on(hosted: Account, listener: Listener) -> None:
    """The agreement with the company begins."""
    begun = doc.VendorAgreement(version="1", effective_from=AT)
    publish(registry(relay(listener), agreements=(begun,)), at=AT - 9 * DAY)


def noticed_until_then(hosted: Account, listener: Listener) -> None:
    """The notice of a new subprocessor is over."""
    publish(registry(), at=AT - 40 * DAY)
    publish(registry(relay(listener)), at=AT - 30 * DAY)


def narrowed_then(hosted: Account, listener: Listener) -> None:
    """The engagement is removed, which needs no notice."""
    publish(registry(relay(listener)), at=AT - 9 * DAY)
    publish(registry(), at=AT)


@pytest.mark.parametrize(
    ("prepare", "before", "after"),
    [
        (until_then, True, False),
        (agreed_until_then, True, False),
        (narrowed_then, True, False),
        (from_then_on, False, True),
        (noticed_until_then, False, True),
    ],
)
def test_a_second_before_and_a_second_after(
    hosted: Account,
    listener: Listener,
    stop_clock: Callable[[datetime.datetime], object],
    prepare: Callable[[Account, Listener], None],
    before: bool,
    after: bool,
) -> None:
    stop_clock(AT - 50 * DAY)
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    Account.objects.filter(pk=hosted.id).update(created_at=AT - 60 * DAY)
    prepare(hosted, listener)
    for moment, expected in ((AT - SECOND, before), (AT, after), (AT + SECOND, after)):
        stop_clock(moment)
        assert is_open(hosted, listener) is expected
