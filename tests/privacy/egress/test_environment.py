"""What the environment names is recorded when a process first starts with it, and ends when it is gone."""

import threading
from typing import Any

import pytest
from django.db import connection

from steward.events.models import Event
from steward.lib.actor import ActorKind
from steward.privacy.egress import environment
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Reason, Request, decide
from steward.privacy.egress.known import gather
from steward.privacy.egress.models import Connector
from steward.project.places import note_instructions
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

RELAY, FILES, BACKUPS = Connector.Kind.RELAY.value, Connector.Kind.FILES.value, Connector.Kind.BACKUPS.value


@pytest.fixture
def own(settings: Any) -> Any:
    """Who runs Steward for themselves, with a relay and two buckets."""
    settings.STEWARD_HOSTING = False
    settings.STEWARD_SMTP_RELAY = "smtps://user:hidden@relay.own.example:465"
    settings.STEWARD_OBJECT_STORE = "s3s://key:hidden@files.own.example:9000/steward"
    settings.STEWARD_BACKUPS = "s3s://key:hidden@backups.own.example/steward"
    return settings


def noted(account: Account) -> dict[str, str]:
    with account_scope(account.id):
        return {kind: f"{row.host}:{row.port}" for kind, row in environment.in_use().items()}


def happened(account: Account) -> list[str]:
    """`declared relay` and the like, in order."""
    with account_scope(account.id):
        kinds = dict(Connector.objects.values_list("id", "kind"))
        events = Event.objects.filter(kind__startswith="connector.", object_id__in=kinds).order_by("id")
        assert {event.actor_kind for event in events} <= {ActorKind.SYSTEM}
        return [f"{event.kind.partition('.')[2]} {kinds[event.object_id]}" for event in events]


def test_the_first_process_that_starts_with_it_records_it_for_each_account(own, northwind, contoso) -> None:  # type: ignore[no-untyped-def]
    note_instructions()
    note_instructions(is_whole=True)
    everything = {
        RELAY: "relay.own.example:465", FILES: "files.own.example:9000", BACKUPS: "backups.own.example:443",
    }  # fmt: skip
    for account in (northwind, contoso):
        assert noted(account) == everything
        assert sorted(happened(account)) == ["declared backups", "declared files", "declared relay"]
        with account_scope(account.id):
            assert not any(bytes(row.password or b"") or row.username for row in Connector.objects.all())


def test_a_new_value_ends_the_one_before(own, northwind) -> None:  # type: ignore[no-untyped-def]
    note_instructions()
    own.STEWARD_SMTP_RELAY = "smtp://user:other@mail.example"
    note_instructions()
    assert noted(northwind)[RELAY] == "mail.example:587"
    assert happened(northwind)[-2:] == ["retired relay", "declared relay"]
    own.STEWARD_SMTP_RELAY = "smtp://user:another-password@mail.example"
    note_instructions()
    with account_scope(northwind.id):
        [before] = environment.used_before(9)
        assert (before.host, before.retired_at is not None) == ("relay.own.example", True)


def test_what_is_not_set_any_more_ends_when_the_worker_starts_without_it(own, northwind) -> None:  # type: ignore[no-untyped-def]
    note_instructions()
    own.STEWARD_SMTP_RELAY = own.STEWARD_BACKUPS = ""
    note_instructions()
    assert set(noted(northwind)) == {RELAY, FILES, BACKUPS}, "another process may do without"
    note_instructions(is_whole=True)
    assert set(noted(northwind)) == {FILES}
    own.STEWARD_HOSTING = True  # then it is the provider's
    note_instructions(is_whole=True)
    assert noted(northwind) == {}


def test_a_setting_that_cannot_be_read_is_told_and_stops_nothing(own, northwind, capsys) -> None:  # type: ignore[no-untyped-def]
    own.STEWARD_SMTP_RELAY = "mail.example"
    note_instructions()
    assert "cannot be used" in capsys.readouterr().err
    assert noted(northwind) == {}
    with account_scope(northwind.id):
        environment.note_for_new_account()
        own.STEWARD_SMTP_RELAY = "smtp://mail.example"
        environment.note_for_new_account()
    assert noted(northwind)[RELAY] == "mail.example:587"


def test_the_gate_goes_by_the_environment_and_the_ledger_names_the_record(own, northwind) -> None:  # type: ignore[no-untyped-def]
    note_instructions()
    with account_scope(northwind.id):
        row = environment.in_use()[RELAY]
    mail = {"account_id": northwind.id, "purpose": "mail.deliver", "categories": ("user.content",)}
    request = Request(**mail, destination=Destination("relay.own.example", 465))
    [grant] = gather(request).grants[:1]
    assert (grant.connector_id, grant.is_active) == (row.id, True)
    own.STEWARD_SMTP_RELAY = ""  # before any process has noted that
    assert decide(request, gather(request)).reason is Reason.UNKNOWN_HOST


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_at_once_record_it_once(own, northwind) -> None:  # type: ignore[no-untyped-def]
    faults: list[BaseException] = []

    def start() -> None:
        try:
            note_instructions(is_whole=True)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    processes = [threading.Thread(target=start) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert faults == []
    assert sorted(happened(northwind)) == ["declared backups", "declared files", "declared relay"]
