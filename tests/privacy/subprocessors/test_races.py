"""What two people do at the same moment: one version, and nobody opens an account past an announcement."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, transaction

from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Provider, Registry
from steward.privacy.subprocessors.actions import (
    DraftChanged,
    approve_draft,
    change_draft,
    hold_publishing,
    open_draft,
    publish_draft,
)
from steward.privacy.subprocessors.models import RegistryDraft, Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe

pytestmark = pytest.mark.django_db(transaction=True)

LIST = Registry(provider=Provider(legal_name="Host s.r.o.", service="Desk"), regions=(), subprocessors=(), prose=())
ADA, BEN = uuid4(), uuid4()


def approved() -> RegistryDraft:
    draft = change_draft(open_draft(operator_id=ADA), LIST, operator_id=ADA)
    return approve_draft(draft, operator_id=BEN)


def elsewhere(work: Callable[[], object]) -> Future[object]:
    """Done by another connection, as by another process."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    with_one = ThreadPoolExecutor(1)
    future = with_one.submit(run)
    with_one.shutdown(wait=False)
    return future


def test_of_two_who_publish_one_does() -> None:
    draft, together = approved(), threading.Barrier(2)

    def publish() -> str:
        together.wait(10)
        try:
            return str(publish_draft(draft, operator_id=ADA).number)
        except (DraftChanged, RegistryDraft.DoesNotExist):
            return "too late"

    assert {one.result(20) for one in [elsewhere(publish), elsewhere(publish)]} == {"1", "too late"}
    assert RegistryVersion.objects.count() == 1


def test_a_change_in_the_moment_of_publishing_is_published_by_nobody() -> None:
    draft = approved()
    with transaction.atomic():
        change_draft(draft, LIST, operator_id=ADA)
        publishing = elsewhere(lambda: publish_draft(draft, operator_id=BEN))
        with pytest.raises(TimeoutError):
            publishing.result(0.3)
    assert isinstance(publishing.exception(20), PermissionError)  # the change ended the approval
    assert not RegistryVersion.objects.exists()


def test_nobody_publishes_while_somebody_accepts_the_list() -> None:
    draft = approved()
    with transaction.atomic():
        assert hold_publishing() == 0
        assert elsewhere(_held).result(20) == 0  # others open accounts at the same time
        publishing = elsewhere(lambda: publish_draft(draft, operator_id=BEN))
        with pytest.raises(TimeoutError):
            publishing.result(0.3)
        assert not RegistryVersion.objects.exists()
    publishing.result(20)
    assert _held() == 1


def _held() -> int:
    with transaction.atomic():
        return hold_publishing()


def test_a_double_click_subscribes_once() -> None:
    together = threading.Barrier(2)

    def ask() -> None:
        together.wait(10)
        ask_to_subscribe("eli@elsewhere.example", language="en")

    assert [one.exception(20) for one in [elsewhere(ask), elsewhere(ask)]] == [None, None]
    assert Subscription.objects.count() == 1
