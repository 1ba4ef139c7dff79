"""HTTP through the gate, to real servers under TLS: what leaves, what comes back, and what ends it."""

import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from steward.lib.actor import SYSTEM
from steward.privacy.egress import tls
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.gate import InsideTransaction
from steward.privacy.egress.http import Answer, Call, CallFailed, Fault, call
from steward.privacy.egress.models import Connector, EgressEvent
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
NAMES = {"api.test. A": [["127.0.0.1"]], "other.test. A": [["127.0.0.1"]]}
KEY = "sk-very-secret"


def to(location: str, status: int = 302, more: str = "") -> list[str]:
    return [f"HTTP/1.1 {status} Moved\r\nlocation: {location}\r\n{more}content-length: 0\r\n\r\n"]


def declare(account: Account, host: str, port: int, *purposes: str) -> Connector:
    declared = Declaration(
        kind=Connector.Kind.HTTP,
        destination=Destination(host, port),
        tls=Connector.Tls.IMPLICIT,
        password=KEY,
        purposes=frozenset(purposes or {"answer.suggest"}),
    )
    with account_scope(account.id):
        return declare_connector(declared, actor=SYSTEM)


@pytest.fixture
def service(actor, names, trusting, authority, northwind) -> Callable[..., Any]:  # type: ignore[no-untyped-def]
    """`service({path: [...]})` starts a server that Northwind has declared, at `api.test`."""
    presented = authority.issue("api.test", "other.test")
    trusting.STEWARD_EGRESS_ALLOW = []
    names(NAMES)

    def start(answers: dict[str, list[Any]], *, host: str = "api.test", declared: bool = True, **options: Any) -> Any:
        made = actor("web", **{"implicit": True, "certificate": presented, "answers": answers} | options)
        if declared:
            declare(northwind, host, made.port)
        trusting.STEWARD_EGRESS_ALLOW = [*trusting.STEWARD_EGRESS_ALLOW, f"{host}:{made.port}"]
        return made

    return start


def ask(account: Account, there: Any, path: str = "/", host: str = "api.test", **changes: Any) -> Answer:
    limits = {name: changes.pop(name) for name in ("seconds", "longest") if name in changes}
    usual: dict[str, Any] = {
        "account_id": account.id,
        "purpose": "answer.suggest",
        "categories": ("user.content",),
        "url": f"https://{host}:{there.port}{path}",
    }
    return call(Call(**(usual | changes)), **limits)


def fault(account: Account, there: Any, path: str = "/", **changes: Any) -> Fault:
    with pytest.raises(CallFailed) as failed:
        ask(account, there, path, **changes)
    return failed.value.fault


def rows(account: Account) -> list[EgressEvent]:
    with account_scope(account.id):
        return list(EgressEvent.objects.order_by("at"))


def test_a_service_the_account_declared_is_called_and_stands_in_the_ledger(service, northwind) -> None:  # type: ignore[no-untyped-def]
    there = service({"/v1/answer?q=1": [OK]})
    answer = ask(
        northwind, there, "/v1/answer?q=1", method="POST", body=b"hello", headers={"Authorization": f"Bearer {KEY}"}
    )
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"ok", "2")
    (heard,) = there.heard()
    assert (heard["method"], heard["path"], heard["body"]) == ("POST", "/v1/answer?q=1", "hello")
    assert heard["headers"]["host"] == f"api.test:{there.port}"
    assert heard["headers"]["authorization"] == f"bearer {KEY}"
    assert heard["headers"]["accept-encoding"] == "identity"
    (row,) = rows(northwind)
    assert (row.traffic, row.purpose, row.host, row.is_allowed) == ("T", "answer.suggest", "api.test", True)
    assert row.bytes > len("hello") + len(KEY)
    written = " ".join(str(getattr(row, each.attname)) for each in row._meta.concrete_fields)
    assert not any(secret in written for secret in (KEY, "hello", "/v1"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_each_method_gets_its_answer(service, northwind, method: str) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK.removesuffix("ok") if method == "HEAD" else OK]})
    assert ask(northwind, there, method=method).body == (b"" if method == "HEAD" else b"ok")
    (heard,) = there.heard()
    assert heard["method"] == method
    assert ("content-length" in heard["headers"]) is (method not in {"GET", "HEAD"})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "call.carry"}, Reason.PURPOSE_NOT_COVERED),
        ({"purpose": "mail.try", "categories": ("user.contact.email",)}, Reason.NOT_AUTHORISED),
        ({"purpose": "data.host"}, Reason.UNDECLARED_CALL),
        ({"categories": ("user.device.cookie_id",)}, Reason.CATEGORY_NOT_COVERED),
        ({"is_restricted": True}, Reason.SUBJECT_RESTRICTED),
        ({"host": "other.test"}, Reason.UNKNOWN_HOST),
    ],
)
def test_nothing_leaves_for_anything_else(service, northwind, changes, reason: Reason) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    with pytest.raises(EgressDenied) as denied:
        ask(northwind, there, **changes)
    assert denied.value.reason is reason
    assert not there.heard()


def test_nor_for_another_account_nor_once_it_is_retired(service, northwind, contoso) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    with pytest.raises(EgressDenied, match="unknown_host"):
        ask(contoso, there)
    with account_scope(northwind.id):
        retire_connector(Connector.objects.get(), actor=SYSTEM)
    with pytest.raises(EgressDenied, match="not_active"):
        ask(northwind, there)
    assert not there.heard()


def test_not_inside_a_transaction(service, northwind) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    with account_scope(northwind.id), pytest.raises(InsideTransaction):
        ask(northwind, there)
    assert not there.heard()


@pytest.mark.parametrize("purposes", [set(), {"mail.try"}, {"data.host"}, {"mail.remote_images"}, {"made.up"}])
def test_an_account_can_only_instruct_what_is_its_to_instruct(northwind, purposes: set[str]) -> None:  # type: ignore[no-untyped-def]
    declared = Declaration(
        kind=Connector.Kind.HTTP,
        destination=Destination("api.test", 443),
        tls=Connector.Tls.IMPLICIT,
        purposes=frozenset(purposes),
    )
    with account_scope(northwind.id), pytest.raises(ValueError, match=r"purposes|instruct"):
        declare_connector(declared, actor=SYSTEM)


def test_the_database_holds_services_to_their_purposes_too(northwind) -> None:  # type: ignore[no-untyped-def]
    made = declare(northwind, "api.test", 443)
    refused = pytest.raises(IntegrityError, match="egress_connector_purposes")
    with account_scope(northwind.id), refused, transaction.atomic():
        Connector.objects.filter(pk=made.pk).update(purposes=[])


def test_a_redirect_on_the_same_host_keeps_what_it_was_trusted_with(service, northwind) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": to("/next", more="set-cookie: a=b; path=/\r\n"), "/next": [OK]})
    answer = ask(northwind, there, headers={"X-Api-Key": KEY})
    assert (answer.status, answer.url) == (200, f"https://api.test:{there.port}/next")
    first, second = there.heard()
    assert second["headers"]["x-api-key"] == first["headers"]["x-api-key"] == KEY
    assert "cookie" not in second["headers"]
    assert len(rows(northwind)) == 2


def test_another_host_is_decided_anew_and_gets_no_key(service, northwind) -> None:  # type: ignore[no-untyped-def]
    other = service({"/": [OK]}, host="other.test")
    there = service({"/": to(f"https://other.test:{other.port}/", 307)})
    headers = {"X-Api-Key": KEY, "Authorization": KEY, "Content-Type": "text/plain"}
    assert ask(northwind, there, method="POST", body=b"hello", headers=headers).status == 200
    (heard,) = other.heard()
    assert not any(KEY in value for value in heard["headers"].values())
    assert (heard["body"], heard["headers"]["content-type"]) == ("hello", "text/plain")
    assert {row.host for row in rows(northwind)} == {"api.test", "other.test"}


def test_a_host_nobody_declared_hears_nothing_of_a_redirect(service, northwind) -> None:  # type: ignore[no-untyped-def]
    other = service({"/": [OK]}, host="other.test", declared=False)
    there = service({"/": to(f"https://other.test:{other.port}/")})
    with pytest.raises(EgressDenied, match="unknown_host"):
        ask(northwind, there)
    assert not other.heard()
    assert [row.reason_code for row in rows(northwind)] == ["allowed", "unknown_host"]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://api.test:{port}/", Fault.CLEAR),
        ("http://169.254.169.254/", Fault.CLEAR),
        ("https://user:word@api.test:{port}/", Fault.ADDRESS),
        ("https://api.test:0/", Fault.ADDRESS),
        ("https://api.test:99999/", Fault.ADDRESS),
        ("https://0x7f000001/", Fault.ADDRESS),
        ("https://2130706433/", Fault.ADDRESS),
        ("https://127.1/", Fault.ADDRESS),
        ("file:///etc/passwd", Fault.CLEAR),
        ("/", Fault.TOO_MANY_REDIRECTS),
    ],
)
def test_where_a_redirect_may_not_lead(service, northwind, location: str, expected: Fault) -> None:  # type: ignore[no-untyped-def]
    answers: dict[str, list[str]] = {}
    there = service(answers)
    heard_at = service({"/": to(location.replace("{port}", str(there.port)))})
    assert fault(northwind, heard_at) is expected
    assert not there.heard()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "localhost"]
)
def test_a_redirect_into_a_private_range_is_refused(service, northwind, host: str) -> None:  # type: ignore[no-untyped-def]
    listener = service({"/": [OK]}, host="other.test", declared=False)
    there = service({"/": to(f"https://{host}:{listener.port}/")})
    declare(northwind, host.strip("[]").replace("::ffff:127.0.0.1", "::ffff:7f00:1"), listener.port)
    with pytest.raises(EgressDenied, match="private_address"):
        ask(northwind, there)
    assert not listener.heard()


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"), (308, "PATCH", "PATCH")],
)
def test_a_redirect_changes_the_method_as_the_standard_says(service, northwind, status, method, becomes) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": to("/next", status), "/next": [OK]})
    ask(northwind, there, method=method, body=b"hello", headers={"Content-Type": "text/plain"})
    _, second = there.heard()
    assert second["method"] == becomes
    assert second["body"] == ("" if becomes == "GET" else "hello")
    assert ("content-type" in second["headers"]) is (becomes != "GET")


def test_a_name_that_turns_private_between_two_requests_is_refused(names, service, northwind, settings) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": to("/next"), "/next": [OK]})
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{there.port}"]
    names({"api.test. A": [["127.0.0.1"], ["127.0.0.2"]]})
    with pytest.raises(EgressDenied, match="private_address"):
        ask(northwind, there)
    assert [heard["path"] for heard in there.heard()] == ["/"]


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\n" + "x" * 3000,
        "HTTP/1.1 200 OK\r\n\r\n" + "x" * 3000,
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + "3e8\r\n" + "x" * 1000 + "\r\n3e8\r\n" + "x" * 1000,
    ],
)
def test_a_long_answer_is_not_read_to_its_end(service, northwind, answer: str) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [answer, 2.0]})
    started = time.monotonic()
    assert fault(northwind, there, longest=1500) is Fault.TOO_LONG
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "answer",
    [
        ["HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nok"],
        ["HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
        ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nok"],
        ["HTTP/1.1 200 OK\r\nx: " + "y" * 200_000],
        ["220 mail.test ESMTP\r\n"],
        [""],
    ],
)
def test_what_is_no_answer_is_told_apart(service, northwind, answer: list[Any]) -> None:  # type: ignore[no-untyped-def]
    assert fault(northwind, service({"/": answer})) is Fault.PROTOCOL


@pytest.mark.parametrize(
    "answer",
    [
        [5.0],
        [part for _ in range(60) for part in ("HTTP/1.1 100 Continue\r\n\r\n", 0.1)],
        ["HTTP/1.1 200 OK\r\n", *[part for _ in range(60) for part in ("x: y\r\n", 0.1)]],
        ["HTTP/1.1 200 OK\r\n\r\n", *[part for _ in range(60) for part in ("z", 0.1)]],
    ],
)
def test_a_slow_server_is_left_however_it_is_slow(service, northwind, answer: list[Any]) -> None:  # type: ignore[no-untyped-def]
    started = time.monotonic()
    assert fault(northwind, service({"/": answer}), seconds=0.7) is Fault.TOO_SLOW
    assert time.monotonic() - started < 2


def test_a_handshake_that_never_ends_is_left(actor, service, northwind, settings) -> None:  # type: ignore[no-untyped-def]
    there = actor("script", lines=["\x16\x03\x03"], noise="\x00")
    declare(northwind, "api.test", there.port)
    settings.STEWARD_EGRESS_ALLOW = [f"api.test:{there.port}"]
    started = time.monotonic()
    assert fault(northwind, there, seconds=0.7) in {Fault.TOO_SLOW, Fault.PROTOCOL}
    assert time.monotonic() - started < 2


def test_slow_redirects_share_one_deadline(service, northwind) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [0.4, *to("/a")], "/a": [0.4, *to("/b")], "/b": [OK]})
    assert fault(northwind, there, seconds=0.6) is Fault.TOO_SLOW


def test_a_server_that_answers_before_it_has_heard_all_is_heard(service, northwind) -> None:  # type: ignore[no-untyped-def]
    refusal = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n"
    there = service({"/": [refusal]}, hasty=True)
    assert ask(northwind, there, method="POST", body=b"x" * 100_000).status == 413


@pytest.mark.parametrize("whose", ["another name", "another authority"])
def test_a_certificate_that_is_not_the_servers_ends_it(service, northwind, authority, stranger, whose: str) -> None:  # type: ignore[no-untyped-def]
    presented = authority.issue("api.example") if whose == "another name" else stranger.issue("api.test")
    there = service({"/": [OK]}, certificate=presented)
    assert fault(northwind, there, headers={"Authorization": KEY}) is Fault.CERTIFICATE
    assert not there.heard()


def test_nobody_there_and_no_such_name(service, northwind) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    there.heard()
    assert fault(northwind, there) is Fault.UNREACHABLE
    declare(northwind, "nowhere.test", there.port)
    assert fault(northwind, there, host="nowhere.test") is Fault.UNRESOLVED


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "internal.test"},
        {"hOST": "internal.test"},
        {"Content-Length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Cookie": "a=b"},
        {"X-A": "b\r\nX-Smuggled: c"},
        {"X-A": "b\n"},
        {"X-A\r\nX-B": "c"},
        {"": "c"},
        {"X-A": "ż"},
    ],
)
def test_headers_that_are_not_the_callers_to_set_are_refused(service, northwind, headers: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    assert fault(northwind, there, headers=headers) is Fault.HEADER
    assert not there.heard()
    assert not rows(northwind)


def test_the_environment_changes_nothing(service, northwind, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    assert ask(northwind, there).status == 200


def test_no_log_line_and_no_traceback_has_the_address_or_the_key(service, northwind, caplog) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.INFO)
    there = service({"/": [OK]})
    asked = Call(
        account_id=northwind.id,
        purpose="answer.suggest",
        categories=("user.content",),
        url=f"https://api.test:{there.port}/?token={KEY}",
        headers={"Authorization": KEY},
        body=KEY.encode(),
    )
    answer = call(asked)
    assert KEY not in caplog.text + repr(asked) + repr(answer)


def test_the_library_announces_its_protocol_to_servers_of_the_web_only() -> None:
    assert tls.web_context() is not tls.context()
    assert tls.web_context() is tls.web_context()
