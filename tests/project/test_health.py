"""What monitors ask, who may ask it, and that the figures are true."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from steward.channels.email.models import Arrival
from steward.lib.clock import now
from steward.operator import health as operator_health
from steward.outbox.models import InstallationMail
from steward.project import health
from steward.project.serving.counters import RequestCounter


def ask(view: health.View, **environ: object) -> HttpResponse:
    return view(RequestFactory().get("/", **environ))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Iterator[Path]:
    with override_settings(STEWARD_DATA=tmp_path, STEWARD_METRICS_TOKEN=""):
        yield tmp_path


def test_alive_answers_anybody_without_the_database() -> None:
    assert ask(health.healthz, REMOTE_ADDR="203.0.113.9").content == b"ok\n"


@pytest.mark.parametrize("view", [health.readyz, health.metrics])
@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "steward.unnamed_proxy": True},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"},
    ],
)
@pytest.mark.parametrize("token", ["", "the token"])
def test_strangers_learn_nothing(view: health.View, environ: dict[str, object], token: str) -> None:
    with override_settings(STEWARD_METRICS_TOKEN=token):
        assert ask(view, **environ).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "127.0.0.1"},
        {"REMOTE_ADDR": "::1"},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer the token"},
    ],
)
def test_this_machine_and_the_token_may_look(environ: dict[str, object]) -> None:
    with override_settings(STEWARD_METRICS_TOKEN="the token"):
        assert ask(health.readyz, **environ).status_code == 200
        assert ask(health.metrics, **environ).status_code == 200


@pytest.mark.parametrize("view", [health.healthz, health.readyz, health.metrics])
def test_nothing_is_changed_here(view: health.View) -> None:
    assert view(RequestFactory().post("/")).status_code == 405


def figures() -> dict[str, float]:
    lines = ask(health.metrics).content.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


@pytest.mark.django_db
def test_figures(data: Path) -> None:
    counter = RequestCounter(data / "metrics")
    for status in (200, 204, 302, 404, 500, 0):
        counter.count(status)
    before = figures()
    assert before['steward_requests_total{status="2xx"}'] == 2
    assert before['steward_requests_total{status="5xx"}'] == 1
    Arrival.objects.create(account_id=uuid.uuid4(), raw_id=uuid.uuid4(), not_before=now() - timedelta(seconds=90))
    _queue("outbox.deliver", waiting=timedelta(seconds=40))
    _queue("outbox.deliver", waiting=timedelta(seconds=-3600))
    InstallationMail.objects.create(purpose="x", state="held", created_at=now())
    after = figures()
    assert after['steward_installation_outbox_mails{state="held"}'] == 1
    assert after['steward_outbox_mails{state="failed"}'] == 0
    assert after["steward_streams_open"] == after["steward_mails_in_total"] == 0
    assert after["steward_spool_mails"] == before["steward_spool_mails"] + 1
    assert after["steward_spool_age_seconds"] == pytest.approx(90, abs=5)
    assert after["steward_mails_waiting"] == before["steward_mails_waiting"] + 2
    assert after['steward_queue_jobs{queue="probe",state="todo"}'] == 2
    assert after["steward_queue_age_seconds"] == pytest.approx(40, abs=5)


@pytest.mark.django_db
def test_a_late_queue_is_told_but_takes_nothing_out_of_service() -> None:
    _queue("tickets.wake", waiting=timedelta(hours=1))
    answer = ask(health.readyz)
    assert answer.status_code == 200
    assert b'"queue": "late"' in answer.content


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator_health, "_up_to_date", set())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tickets'")
    answer = ask(health.readyz)
    assert answer.status_code == 503
    assert b'"ready": false' in answer.content


def test_an_unreachable_database_is_not_ready(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    from django.db import OperationalError

    def refuse() -> int:
        raise OperationalError("connection failed: secret details")

    monkeypatch.setattr(health, "missing_migrations", refuse)
    answer = ask(health.readyz)
    assert answer.status_code == 503
    assert b"secret" not in answer.content


def _queue(task: str, *, waiting: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES ('probe', %s, %s)",
            [task, now() - waiting],
        )
