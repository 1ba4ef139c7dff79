"""What is open when an account objects, or retires a service, is cut at its next step."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress import again, http, smtp
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import object_to
from steward.privacy.egress.connectors import retire_connector
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.http import Call, call
from steward.privacy.egress.models import Connector, EgressEvent
from steward.privacy.egress.own_services import Wanted, declare_service
from steward.privacy.egress.registry.document import Endpoint, Protocol
from steward.privacy.egress.routes import Route, Tls
from steward.privacy.egress.smtp import Envelope, deliver
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry

MESSAGE = b"From: a@example.org\r\nTo: eli@example.org\r\nSubject: Hello\r\n\r\nGood day.\r\n"
ENVELOPE = Envelope("bounce@northwind.example", ("eli@example.org",), MESSAGE)


@pytest.fixture(autouse=True)
def at_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every step took longer than a decision stays fresh."""
    monkeypatch.setattr(again, "FRESH_SECONDS", 0.0)


@pytest.fixture
def relayed(actor, names, trusting, certificate, northwind) -> tuple[Any, Route]:  # type: ignore[no-untyped-def]
    """A subprocessor's relay that is engaged for Northwind, and the route to it."""
    made = actor("smtp", implicit=True, certificate=certificate)
    names({"mail.test. A": [["127.0.0.1"]]})
    trusting.STEWARD_EGRESS_ALLOW = [f"mail.test:{made.port}"]
    trusting.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE", host="company")
    with account_scope(northwind.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    there = Endpoint(host="mail.test", port=made.port, protocol=Protocol.SMTP)
    carried = ("user.name", "user.contact.email", "user.content")
    publish(registry(engagement(endpoints=(there,), categories=carried)))
    return made, Route(account_id=northwind.id, destination=Destination("mail.test", made.port), tls=Tls.IMPLICIT)


def meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, happens: Callable[[], None]) -> None:
    """Let something happen right before a step."""
    step = getattr(where, name)

    def first(*args: Any, **named: Any) -> Any:
        happens()
        return step(*args, **named)

    monkeypatch.setattr(where, name, first)


def rows(account: Account) -> list[EgressEvent]:
    with account_scope(account.id):
        return list(EgressEvent.objects.order_by("at"))


def test_a_mail_whose_decision_still_holds_goes_its_way(relayed) -> None:  # type: ignore[no-untyped-def]
    there, route = relayed
    assert deliver(route, ENVELOPE).outcome == "sent"
    assert any("message" in one for one in there.heard())


@pytest.mark.parametrize("step", ["_send", "_recipients"])
def test_an_objection_ends_a_mail_on_its_way(relayed, northwind, monkeypatch, step: str) -> None:  # type: ignore[no-untyped-def]
    there, route = relayed

    def objects() -> None:
        with account_scope(northwind.id):
            object_to("relay", actor=SYSTEM)

    meanwhile(monkeypatch, smtp._Conversation, step, objects)
    with pytest.raises(EgressDenied) as denied:
        deliver(route, ENVELOPE)
    assert denied.value.reason is Reason.TENANT_OBJECTED
    assert not any({"message", "recipient"} & set(one) for one in there.heard())
    assert [(row.is_allowed, row.reason_code) for row in rows(northwind)] == [
        (True, "allowed"),
        (False, "tenant_objected"),
    ]


def test_and_before_the_text_of_it(relayed, northwind, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    there, route = relayed

    def objects(*_: Any) -> None:
        with account_scope(northwind.id):
            object_to("relay", actor=SYSTEM)

    meanwhile(monkeypatch, smtp, "_send_text", objects)
    with pytest.raises(EgressDenied):
        deliver(route, ENVELOPE)
    assert not any("message" in one for one in there.heard())


def test_a_call_to_a_service_retired_meanwhile(actor, names, trusting, authority, northwind, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
    there = actor("web", implicit=True, certificate=authority.issue("api.test"), answers={"/": [ok]})
    names({"api.test. A": [["127.0.0.1"]]})
    trusting.STEWARD_EGRESS_ALLOW = [f"api.test:{there.port}"]
    url = f"https://api.test:{there.port}/"
    wanted = Wanted(name="AI", url=url, purposes=frozenset({"answer.suggest"}), may_leave_region=True)
    with account_scope(northwind.id):
        declare_service(wanted, actor=SYSTEM)

    def retire() -> None:
        with account_scope(northwind.id):
            retire_connector(Connector.objects.get(kind="http"), actor=SYSTEM)

    meanwhile(monkeypatch, http.Wire, "start_tls", retire)
    with pytest.raises(EgressDenied) as denied:
        call(Call(account_id=northwind.id, purpose="answer.suggest", categories=("user.content",), url=url, body=b"x"))
    assert denied.value.reason is Reason.NOT_ACTIVE
    assert not any("method" in one for one in there.heard()), "it was reached, and told nothing"


def test_who_has_just_been_asked_is_not_asked_again(relayed, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(again, "FRESH_SECONDS", 60.0)
    monkeypatch.setattr(again, "gather", lambda _request: pytest.fail("a question to the database at every step"))
    _there, route = relayed
    assert deliver(route, ENVELOPE).outcome == "sent"
