"""A worker that is killed while it tells of a version: everybody is told all the same, and nobody twice."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from steward.events.models import Event
from steward.jobs import maintenance
from steward.lifecycle.opening import Owner, open_account
from steward.notifications.account_models import AccountNotice
from steward.outbox.models import InstallationMail, OutgoingMail
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.subprocessors.actions import approve_draft, change_draft, open_draft, publish_draft
from steward.privacy.subprocessors.letters import PURPOSE
from steward.privacy.subprocessors.models import ChangeNotice, NoticeDelivery, Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe, confirm_subscription
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.jobs import queued
from steward.testing.listings import engagement, registry

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]

MANY = 40
_WORKER = """
import django; django.setup()
from steward.project.working import nothing, work
work(concurrency=2, beside=nothing)
"""


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """`worker()` starts one that serves accounts of others and has no relay."""
    environment = {**os.environ, "STEWARD_HOSTING": "1", "STEWARD_DEMO": "0", "STEWARD_SMTP_RELAY": ""}
    log, started = tmp_path / "worker.log", []

    def start() -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            command = [sys.executable, "-c", _WORKER]
            started.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait(10)


def published(*engagements: Any) -> None:
    draft = change_draft(open_draft(operator_id=None), registry(*engagements), operator_id=None)
    publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


@pytest.fixture
def crowd(settings: Any) -> list[Account]:
    """Many accounts with an owner each, and as many subscribers, under a first version."""
    settings.STEWARD_HOSTING = True
    published(engagement())
    accounts = [
        open_account(f"crowd-{n}", name=f"Crowd {n}", owner=Owner(f"o{n}@crowd.example", f"O {n}", None))
        for n in range(MANY)
    ]
    for number in range(MANY):
        ask_to_subscribe(f"s{number}@crowd.example", language="en")
    for subscription in Subscription.objects.all():
        confirm_subscription(subscription)
    return accounts


def untold() -> int:
    """Who still waits: accounts whose job is queued, and subscribers."""
    return len(queued("subprocessors.tell_account")) + Subscription.objects.filter(told_version__lt=2).count()


def killed_below(worker: Callable[[], "subprocess.Popen[bytes]"], number: int) -> None:
    """Kill -9 a worker as soon as no more than so many wait."""
    process, end = worker(), time.monotonic() + 60
    while queued("subprocessors.announce") or queued("subprocessors.tell_subscribers") or untold() > number:
        assert process.poll() is None
        assert time.monotonic() < end, untold()
        time.sleep(0.002)
    process.kill()
    process.wait(10)


def test_each_is_told_once_however_often_the_worker_dies(
    crowd: list[Account],
    worker: Callable[[], "subprocess.Popen[bytes]"],
    run_jobs: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_jobs("subprocessors.announce")
    published(engagement(), engagement("ai", purposes=("answer.suggest",), categories=("user.content",), regions=None))
    for left in (MANY * 3 // 2, MANY // 2):
        killed_below(worker, left)
        assert untold() > 0, "it was killed in the middle"
        monkeypatch.setattr(maintenance, "SILENT", 0.0)
        maintenance.revive_stalled_jobs()
    run_jobs("subprocessors.announce")
    run_jobs("subprocessors.tell_account")
    run_jobs("subprocessors.tell_subscribers")
    for account in crowd:
        with account_scope(account.id):
            assert list(ChangeNotice.objects.values_list("version", flat=True)) == [2]
            assert OutgoingMail.objects.filter(purpose=PURPOSE).count() == 1
            assert sorted(NoticeDelivery.objects.values_list("channel", flat=True)) == ["mail", "product"]
            assert Event.objects.filter(kind="subprocessor.announced").count() == 1
            assert AccountNotice.objects.filter(kind="subprocessor.announced").count() == 1
    sent = InstallationMail.objects.filter(purpose="subprocessor list")
    to = Counter(decrypt_for_installation(bytes(one.recipient), context=one.context_of("recipient")) for one in sent)
    assert len(to) == MANY
    assert set(to.values()) == {2}, "the link, and the news"
