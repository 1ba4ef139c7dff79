"""Delivery to real servers: what leaves, under which TLS, and what their answers mean."""

import base64
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress import smtp, smtp_client
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.gate import EgressDenied
from steward.privacy.egress.models import Connector, EgressEvent, InstallationEgress
from steward.privacy.egress.replies import DeliveryResult, Outcome, Stage
from steward.privacy.egress.routes import Route, Tls, connector_route, relay_route
from steward.privacy.egress.smtp import Envelope, deliver
from steward.tenancy.scope import account_scope

MESSAGE = b"From: a@example.org\r\nTo: eli@example.org\r\nSubject: Hello\r\n\r\nGood day.\r\n.hidden dot\r\n"
ENVELOPE = Envelope("bounce+1@northwind.example", ("eli@example.org",), MESSAGE)
MAIL_TEST = {"mail.test. A": [["127.0.0.1"]]}


@pytest.fixture
def server(actor, names, trusting, certificate, northwind):  # type: ignore[no-untyped-def]
    """`server(implicit=True, ...)` starts one, and gives it and Northwind's route to it."""

    def start(role: str = "smtp", tls: Tls | None = None, username: str = "", **options: Any) -> tuple[Any, Route]:
        made = actor(role, **({"certificate": certificate} | options))
        names(MAIL_TEST)
        here = Destination("mail.test", made.port)
        trusting.STEWARD_EGRESS_ALLOW = [str(here)]
        kind = tls or (Tls.IMPLICIT if options.get("implicit") else Tls.STARTTLS)
        return made, declared(northwind.id, here, kind, username, str(options.get("password", "")))

    return start


def declared(account_id: UUID, there: Destination, tls: Tls, username: str = "", password: str = "") -> Route:
    with account_scope(account_id):
        declaration = Declaration(
            kind=Connector.Kind.SMTP,
            destination=there,
            tls=Connector.Tls(tls.value),
            username=username,
            password=password,
        )
        return connector_route(declare_connector(declaration, actor=SYSTEM))


def message_of(heard: list[dict[str, Any]]) -> bytes:
    (found,) = [base64.b64decode(each["message"]) for each in heard if "message" in each]
    return found


def rows(account_id: UUID) -> list[EgressEvent]:
    with account_scope(account_id):
        return list(EgressEvent.objects.order_by("at"))


@pytest.mark.parametrize("how", ["implicit", "starttls"])
def test_a_message_arrives_whole_over_tls(server, northwind, how: str) -> None:  # type: ignore[no-untyped-def]
    there, route = server(**{how: True})
    result = deliver(route, ENVELOPE)
    assert result == DeliveryResult(Outcome.SENT, Stage.TEXT, 250, "queued as 1", ("eli@example.org",), {})
    heard = there.heard()
    assert message_of(heard) == MESSAGE
    (mail,) = [each for each in heard if "sender" in each]
    assert mail["tls"]
    assert mail["sender"] == ENVELOPE.sender
    assert mail["ehlo"] == "localhost"  # the base domain of the installation, not the name of the machine


def test_the_ledger_says_what_left_and_nothing_of_what_it_was(server, northwind) -> None:  # type: ignore[no-untyped-def]
    _, route = server(implicit=True)
    deliver(route, ENVELOPE)
    (row,) = rows(northwind.id)
    assert (row.traffic, row.purpose, row.host, row.port) == ("T", "mail.deliver", "mail.test", route.destination.port)
    assert (row.is_allowed, row.reason_code) == (True, "allowed")
    assert row.categories == ["user.contact.email", "user.content", "user.name"]
    assert row.from_region
    assert len(MESSAGE) < row.bytes < len(MESSAGE) + 300
    written = " ".join(str(getattr(row, each.attname)) for each in row._meta.concrete_fields)
    assert not any(secret in written for secret in ("eli@", "bounce+1", "Hello", "Good day"))


@pytest.mark.parametrize("without", [[], ["PLAIN"]])
def test_signing_in_comes_after_tls_and_carries_any_letters(server, without: list[str]) -> None:  # type: ignore[no-untyped-def]
    there, route = server(starttls=True, username="support", password="zażółć gęślą", without=without)
    assert deliver(route, ENVELOPE).outcome is Outcome.SENT
    (signed_in,) = [each for each in there.heard() if "signed_in" in each]
    assert signed_in["signed_in"][1:] == ["support", "zażółć gęślą"]
    assert signed_in["tls"]


def test_a_wrong_password_is_an_administrators_matter_not_the_messages(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True, username="support", password="right")
    wrong = Route(**{**fields(route), "password": "wrong"})
    result = deliver(wrong, ENVELOPE)
    assert (result.outcome, result.stage, result.code) == (Outcome.TEMPORARY, Stage.SIGN_IN, 535)
    assert not [each for each in there.heard() if "sender" in each]


def fields(route: Route) -> dict[str, Any]:
    return {name: getattr(route, name) for name in route.__slots__}


def test_no_password_in_clear_when_the_server_offers_no_tls(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(tls=Tls.STARTTLS, username="support", password="secret")
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
    assert not there.heard()


def test_an_upgrade_that_is_promised_and_refused_ends_there(server) -> None:  # type: ignore[no-untyped-def]
    lines = ["220 mail.test\r\n", "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "454 not now\r\n"]
    there, route = server("script", Tls.STARTTLS, "support", password="secret", lines=lines)
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage, result.code, result.words) == (Outcome.TEMPORARY, Stage.TLS, 454, "not now")
    assert all("AUTH" not in each.get("line", "") and "MAIL" not in each.get("line", "") for each in there.heard())


def test_what_was_slipped_in_before_tls_counts_for_nothing(server) -> None:  # type: ignore[no-untyped-def]
    """Answers sent in clear behind the answer to STARTTLS (CVE-2021-38371 and its kin)."""
    slipped = "220 go ahead\r\n250-mail.test\r\n250 AUTH PLAIN\r\n235 welcome\r\n"
    lines = ["220 mail.test\r\n", "250-mail.test\r\n250 STARTTLS\r\n", slipped]
    there, route = server("script", Tls.STARTTLS, "support", password="secret", lines=lines)
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
    assert not any("AUTH" in each.get("line", "") for each in there.heard())


@pytest.mark.parametrize("how", ["implicit", "starttls"])
@pytest.mark.parametrize("whose", ["another name", "another authority", "unknown authority"])
def test_a_certificate_that_is_not_the_servers_ends_it(server, authority, stranger, settings, whose, how) -> None:  # type: ignore[no-untyped-def]
    presented = {
        "another name": lambda: authority.issue("other.test", "127.0.0.1"),
        "another authority": lambda: stranger.issue("mail.test"),
        "unknown authority": lambda: authority.issue("mail.test"),
    }[whose]()
    there, route = server(certificate=presented, **{how: True})
    if whose == "unknown authority":
        settings.STEWARD_CA_FILE = ""
    result = deliver(route, ENVELOPE)
    assert result.outcome is Outcome.TEMPORARY
    assert result.stage is (Stage.TLS if how == "starttls" else Stage.CONNECT)
    assert "certificate" in result.words.lower()
    assert not [each for each in there.heard() if "sender" in each]


def test_refused_recipients_are_told_apart(server) -> None:  # type: ignore[no-untyped-def]
    _, route = server(implicit=True)
    recipients = ("eli@example.org", "gone@example.org", "full@example.org")
    result = deliver(route, Envelope("", recipients, MESSAGE))
    assert (result.outcome, result.accepted) == (Outcome.SENT, ("eli@example.org",))
    assert {who: (r.outcome, r.code, r.words) for who, r in result.refused.items()} == {
        "gone@example.org": (Outcome.PERMANENT, 550, "5.1.1 there is nobody of that name"),
        "full@example.org": (Outcome.TEMPORARY, 452, "4.2.2 the mailbox is full"),
    }


@pytest.mark.parametrize(
    ("recipients", "outcome", "code"),
    [
        (("gone@example.org",), Outcome.PERMANENT, 550),
        (("full@example.org",), Outcome.TEMPORARY, 452),
        (("gone@example.org", "full@example.org"), Outcome.TEMPORARY, 452),
    ],
)
def test_with_every_recipient_refused_nothing_was_sent(server, recipients, outcome, code) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    result = deliver(route, Envelope("", recipients, MESSAGE))
    assert (result.outcome, result.stage, result.code, result.accepted) == (outcome, Stage.RECIPIENT, code, ())
    assert not [each for each in there.heard() if "message" in each]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("554 5.7.1 looks like spam", Outcome.PERMANENT),
        ("452 4.3.1 no room", Outcome.TEMPORARY),
        ("421 4.3.2 going down", Outcome.TEMPORARY),
    ],
)
def test_the_text_can_be_refused(server, answer: str, outcome: Outcome) -> None:  # type: ignore[no-untyped-def]
    _, route = server(implicit=True, after_data=answer)
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage, f"{result.code} {result.words}") == (outcome, Stage.TEXT, answer)


def test_the_sender_can_be_refused(server) -> None:  # type: ignore[no-untyped-def]
    _, route = server(implicit=True)
    result = deliver(route, Envelope("blocked@example.org", ("eli@example.org",), MESSAGE))
    assert (result.outcome, result.stage, result.code) == (Outcome.PERMANENT, Stage.SENDER, 550)


def test_eight_bits_and_foreign_addresses_go_where_they_are_taken(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    message = "Subject: zażółć\r\nMIME-Version: 1.0\r\n\r\ngęślą\r\n".encode()
    result = deliver(route, Envelope("żółw@bücher.example", ("eli@example.org",), message))
    assert result.outcome is Outcome.SENT
    heard = there.heard()
    assert message_of(heard) == message
    (mail,) = [each for each in heard if "sender" in each]
    assert mail["sender"] == "żółw@xn--bcher-kva.example"
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(mail["options"])
    assert f"SIZE={len(message) + 3}" in mail["options"]


def test_a_server_for_seven_bits_gets_seven_bits(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True, eight_bit=False, utf8=False)
    head = "Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    message = (head + "Content-Transfer-Encoding: 8bit\r\n\r\ngęślą\r\n").encode()
    assert deliver(route, Envelope("", ("eli@example.org",), message)).outcome is Outcome.SENT
    arrived = message_of(there.heard())
    assert arrived.isascii()
    parsed = message_from_bytes(arrived, policy=default)
    assert parsed.get_content().strip() == "gęślą"


@pytest.mark.parametrize(
    "address",
    [
        "a b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org", "a@example.org\r\nDATA",
        "<a@example.org>", "a", "@", "a@", "@example.org", "a@b@example.org", "a@exa mple.org", "a\0@example.org",
        "a,b@example.org", "a@[1.2.3.4>]",
    ],
)  # fmt: skip
def test_what_is_no_address_never_becomes_a_command(server, address: str) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    for envelope in (Envelope("", (address,), MESSAGE), Envelope(address, ("eli@example.org",), MESSAGE)):
        result = deliver(route, envelope)
        assert (result.outcome, result.code, result.words) == (Outcome.PERMANENT, 0, "not an e-mail address")
    assert not [each for each in there.heard() if "recipient" in each or "message" in each]


def test_what_is_no_address_does_not_keep_the_others_from_their_mail(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    result = deliver(route, Envelope("", ("nobody", "eli@example.org", ""), MESSAGE))
    assert (result.outcome, result.accepted) == (Outcome.SENT, ("eli@example.org",))
    assert {refusal.outcome for refusal in result.refused.values()} == {Outcome.PERMANENT}
    assert set(result.refused) == {"nobody", ""}
    assert [each["recipient"] for each in there.heard() if "recipient" in each] == ["eli@example.org"]


@pytest.mark.parametrize("recipients", [(), ("",)])
def test_nobody_to_send_to_is_for_good(server, recipients: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    assert deliver(route, Envelope("", recipients, MESSAGE)).outcome is Outcome.PERMANENT
    assert not [each for each in there.heard() if "message" in each]


def test_a_text_cannot_smuggle_a_second_message(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    end = b"\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<eli@example.org>\r\nDATA\r\n"
    smuggled = b"Subject: a\r\n\r\n" + b"".join(
        b"x" + sep + end for sep in (b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n")
    )
    assert deliver(route, Envelope("", ("eli@example.org",), smuggled)).outcome is Outcome.SENT
    heard = there.heard()
    assert len([each for each in heard if "sender" in each]) == 1
    assert message_of(heard).count(b"\r\n.\r\n") == 4


@pytest.mark.parametrize(
    ("lines", "stage", "code"),
    [
        (["554 no service\r\n"], Stage.CONNECT, 554),
        (["421 busy\r\n"], Stage.CONNECT, 421),
        (["HTTP/1.1 400 Bad Request\r\n"], Stage.CONNECT, -1),
        ([""], Stage.CONNECT, 0),
        (["220 hi\r\n", "500 what?\r\n", "500 what?\r\n"], Stage.GREETING, 500),
        (["220 hi\r\n", "250 hi\r\n", "451 later\r\n"], Stage.SENDER, 451),
        (["220 hi\r\n", "250 hi\r\n", "530 sign in first\r\n"], Stage.SENDER, 530),
        (["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "250 not 354\r\n"], Stage.TEXT, 250),
    ],
)
def test_odd_servers_do_no_harm(server, monkeypatch, lines: list[str], stage: Stage, code: int) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(smtp_client, "COMMAND_SECONDS", 0.5)
    _, route = server("script", Tls.IMPLICIT, lines=lines, implicit=True)
    result = deliver(route, ENVELOPE)
    assert result.outcome is Outcome.TEMPORARY
    assert (result.stage, result.code) == (stage, code)


def test_a_server_that_never_stops_talking_is_left(server) -> None:  # type: ignore[no-untyped-def]
    _, route = server("script", Tls.IMPLICIT, lines=[], implicit=True, noise=("220-" + "x" * 5000 + "\r\n") * 20)
    result = deliver(route, ENVELOPE)
    assert result.outcome is Outcome.TEMPORARY
    assert result.words.endswith("the server said too much")


def test_a_server_that_drips_is_left(server, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.5)
    lines = ["220 hi\r\n", "250 hi\r\n"]
    _, route = server("script", Tls.IMPLICIT, lines=lines, implicit=True, noise="2")
    result = deliver(route, ENVELOPE)
    assert result.outcome is Outcome.TEMPORARY


def test_words_are_fit_to_be_shown(server) -> None:  # type: ignore[no-untyped-def]
    lines = ["220 hi\r\n", "250 hi\r\n", "550-a\x1b[31m\xff\r\n550 b" + "c" * 3000 + "\r\n"]
    _, route = server("script", Tls.IMPLICIT, lines=lines, implicit=True)
    words = deliver(route, ENVELOPE).words
    assert words.startswith("a [31m\ufffd bccc")
    assert len(words) == 500


def test_nobody_there_is_temporary(server) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    there.heard()
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage, result.code) == (Outcome.TEMPORARY, Stage.CONNECT, 0)


def test_a_name_without_address_is_temporary(names, settings, northwind) -> None:  # type: ignore[no-untyped-def]
    names({})
    result = deliver(declared(northwind.id, Destination("nowhere.test", 465), Tls.IMPLICIT), ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.CONNECT)
    assert not rows(northwind.id)  # nothing was decided, nothing left


def test_a_retired_server_gets_nothing_more(server, northwind) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    with account_scope(northwind.id):
        retire_connector(Connector.objects.get(), actor=SYSTEM)
    with pytest.raises(EgressDenied) as denied:
        deliver(route, ENVELOPE)
    assert denied.value.reason == "not_active"
    assert [(row.is_allowed, row.reason_code, row.bytes) for row in rows(northwind.id)] == [(False, "not_active", None)]
    assert not there.heard()


def test_a_server_of_another_account_is_unknown(server, contoso) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    with pytest.raises(EgressDenied, match="unknown_host"):
        deliver(Route(**{**fields(route), "account_id": contoso.id}), ENVELOPE)
    assert [row.reason_code for row in rows(contoso.id)] == ["unknown_host"]
    assert not there.heard()


def test_a_restricted_person_gets_no_mail(server, northwind) -> None:  # type: ignore[no-untyped-def]
    there, route = server(implicit=True)
    with pytest.raises(EgressDenied, match="subject_restricted"):
        deliver(route, ENVELOPE, is_restricted=True)
    assert not there.heard()


def test_a_relay_on_the_same_machine_needs_no_tls_when_the_operator_says_so(actor, settings, northwind) -> None:  # type: ignore[no-untyped-def]
    there = actor("smtp")
    settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{there.port}"
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{there.port}"]
    route = relay_route(northwind.id)
    assert route
    assert route.tls is Tls.WHEN_OFFERED
    assert deliver(route, ENVELOPE).outcome is Outcome.SENT
    heard = there.heard()
    assert message_of(heard) == MESSAGE
    assert not sender_line(heard)["tls"]
    assert [(row.traffic, row.host) for row in rows(northwind.id)] == [("T", "127.0.0.1")]


def sender_line(heard: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [each for each in heard if "sender" in each]
    return found


@pytest.fixture
def local_relay(actor, trusting, northwind):  # type: ignore[no-untyped-def]
    """`local_relay("smtp", ...)` starts one on the same machine, and gives it and Northwind's route to it."""

    def start(role: str, **options: Any) -> tuple[Any, Route]:
        made = actor(role, **options)
        trusting.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{made.port}"
        trusting.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{made.port}"]
        route = relay_route(northwind.id)
        assert route
        return made, route

    return start


def test_a_relay_on_the_same_machine_that_offers_tls_is_spoken_to_under_it(local_relay, authority, caplog) -> None:  # type: ignore[no-untyped-def]
    there, route = local_relay("smtp", starttls=True, certificate=authority.issue("127.0.0.1"))
    assert deliver(route, ENVELOPE).outcome is Outcome.SENT
    heard = there.heard()
    assert sender_line(heard)["tls"]
    assert message_of(heard) == MESSAGE
    assert "not verified" not in caplog.text


@pytest.mark.parametrize("whose", ["another name", "unknown authority"])
def test_so_is_one_whose_certificate_nobody_vouches_for(local_relay, authority, stranger, caplog, whose) -> None:  # type: ignore[no-untyped-def]
    presented = authority.issue("other.test") if whose == "another name" else stranger.issue("127.0.0.1")
    there, route = local_relay("smtp", starttls=True, certificate=presented)
    assert deliver(route, ENVELOPE).outcome is Outcome.SENT
    heard = there.heard()
    assert sender_line(heard)["tls"]
    assert message_of(heard) == MESSAGE
    assert f"the certificate of 127.0.0.1:{there.port} is not verified" in caplog.text


def test_one_that_offers_tls_and_fails_at_it_gets_nothing_in_clear(local_relay) -> None:  # type: ignore[no-untyped-def]
    lines = ["220 here\r\n", "250-here\r\n250 STARTTLS\r\n", "220 go ahead\r\n", "this is no TLS\r\n"]
    there, route = local_relay("script", lines=lines)
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
    assert not any("MAIL" in each.get("line", "") for each in there.heard())


def test_with_a_password_its_certificate_has_to_be_verified(local_relay, stranger, settings, northwind) -> None:  # type: ignore[no-untyped-def]
    presented = stranger.issue("127.0.0.1")
    there, _ = local_relay("smtp", starttls=True, certificate=presented, username="support", password="secret")
    settings.STEWARD_SMTP_RELAY = f"smtp://support:secret@127.0.0.1:{there.port}"
    route = relay_route(northwind.id)
    assert route
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
    assert not [each for each in there.heard() if "signed_in" in each or "sender" in each]


def test_mail_of_no_account_has_the_ledger_of_the_installation(actor, settings, northwind) -> None:  # type: ignore[no-untyped-def]
    there = actor("smtp")
    settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{there.port}"
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{there.port}"]
    route = relay_route(None)
    assert route
    assert deliver(route, ENVELOPE).outcome is Outcome.SENT
    (row,) = InstallationEgress.objects.all()
    assert (row.traffic, row.purpose, row.host, row.is_allowed) == ("T", "mail.deliver", "127.0.0.1", True)
    assert row.bytes > len(MESSAGE)
    assert not rows(northwind.id)


@pytest.mark.parametrize(
    ("relay", "allowed", "tls"),
    [
        ("smtp://127.0.0.1:25", ["127.0.0.1:25"], Tls.WHEN_OFFERED),
        ("smtp://127.0.0.1:25", [], Tls.STARTTLS),
        ("smtp://127.0.0.1:25", ["127.0.0.1:26"], Tls.STARTTLS),
        ("smtp://user:secret@127.0.0.1:25", ["127.0.0.1:25"], Tls.STARTTLS),
        ("smtp://mail.example.org", [], Tls.STARTTLS),
        ("smtps://mail.example.org", [], Tls.IMPLICIT),
        ("smtps://user:secret@127.0.0.1", ["127.0.0.1:465"], Tls.IMPLICIT),
    ],
)
def test_how_the_relay_is_secured(settings, relay: str, allowed: list[str], tls: Tls) -> None:  # type: ignore[no-untyped-def]
    settings.STEWARD_SMTP_RELAY = relay
    settings.STEWARD_EGRESS_ALLOW = allowed
    route = relay_route(None)
    assert route
    assert route.tls is tls
    assert "secret" not in repr(route)


def test_without_a_relay_there_is_no_route(settings) -> None:  # type: ignore[no-untyped-def]
    settings.STEWARD_SMTP_RELAY = ""
    assert relay_route(None) is None


def test_a_relay_may_have_odd_letters_in_its_password(settings) -> None:  # type: ignore[no-untyped-def]
    settings.STEWARD_SMTP_RELAY = "smtps://us%40er:p%3A%2F%C5%BC@mail.example.org"
    route = relay_route(None)
    assert route
    assert (route.username, route.password, route.destination.port) == ("us@er", "p:/ż", 465)


def test_plain_delivery_stays_inside_the_operators_network(settings, northwind, names) -> None:  # type: ignore[no-untyped-def]
    """A public server that was named in the allow list by mistake gets nothing without TLS."""
    names({"relay.test. A": [["8.8.8.8"]]})
    settings.STEWARD_SMTP_RELAY = "smtp://relay.test:25"
    settings.STEWARD_EGRESS_ALLOW = ["relay.test:25"]
    route = relay_route(northwind.id)
    assert route
    result = deliver(route, ENVELOPE)
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
    assert [row.bytes for row in rows(northwind.id)] == [0]
