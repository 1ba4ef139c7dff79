"""Trying a server out: what is found at which step, with which words, and that nothing else happens."""

import pytest

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import EgressDenied, Reason, Request
from steward.privacy.egress.gate import InsideTransaction, open_passage
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.routes import Route, Tls
from steward.privacy.egress.trials import Fault, Stage, TrialMail, try_imap, try_smtp
from steward.tenancy.scope import account_scope

MAIL = TrialMail("support@northwind.test", "eli@example.org")


@pytest.fixture
def way(actor, names, trusting, certificate, northwind):
    """`way("imap", "implicit")` starts a server that nobody has declared; gives it and a route to it."""

    def start(role, tls="implicit", *, presented="", typed="right", at="mail.test", **options):
        options |= {"certificate": presented or certificate, "implicit": tls == "implicit"}
        if role != "script":
            options |= {"password": "right", "starttls": tls == "starttls"}
        there = actor(role, **options)
        names({"mail.test. A": [["127.0.0.1"]]})
        here = Destination(at, there.port)
        trusting.STEWARD_EGRESS_ALLOW = [f"mail.test:{there.port}"]
        return there, Route(account_id=northwind.id, destination=here, tls=Tls(tls), username="support", password=typed)

    return start


def rows(account):
    with account_scope(account.id):
        return list(EgressEvent.objects.order_by("id"))


def last(trial):
    return trial.steps[-1].stage, trial.steps[-1].fault


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_mailbox_that_works(way, northwind, tls):
    there, route = way("imap", tls)
    trial = try_imap(route, "INBOX/Support")
    assert trial.is_good, trial
    commands = [each["command"] for each in there.heard() if "command" in each]
    assert any(command.startswith("EXAMINE") and "INBOX/Support" in command for command in commands)
    (row,) = rows(northwind)
    assert (row.traffic, row.purpose, row.host, row.is_allowed) == ("T", "mail.try", "mail.test", True)
    assert row.bytes > 0


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_server_that_would_take_mail_gets_none(way, tls):
    there, route = way("smtp", tls)
    trial = try_smtp(route, MAIL)
    assert trial.is_good, trial
    assert Stage.TLS in [step.stage for step in trial.steps]
    heard = there.heard()
    assert not any("message" in each for each in heard)
    assert [each["sender"] for each in heard if "sender" in each] == ["support@northwind.test"]


def test_with_a_text_the_mail_is_handed_over(way):
    there, route = way("smtp")
    trial = try_smtp(route, TrialMail(MAIL.sender, MAIL.recipient, b"Subject: x\r\n\r\nhello\r\n"))
    assert last(trial) == (Stage.TEXT, None)
    assert any("message" in each for each in there.heard())


@pytest.mark.parametrize("role", ["imap", "smtp"])
def test_a_wrong_password(way, role):
    _there, route = way(role, typed="wrong")
    trial = try_imap(route, "INBOX") if role == "imap" else try_smtp(route, MAIL)
    assert last(trial) == (Stage.SIGN_IN, Fault.PASSWORD)
    assert "b'" not in trial.steps[-1].words
    assert trial.steps[-1].words


def test_refused_senders_and_recipients(way):
    _there, route = way("smtp")
    assert last(try_smtp(route, TrialMail("blocked@example.org", "a@example.org"))) == (Stage.SENDER, Fault.NOT_TAKEN)
    gone = try_smtp(route, TrialMail("a@example.org", "gone@example.org"))
    assert last(gone) == (Stage.RECIPIENT, Fault.NOT_TAKEN)
    assert (gone.steps[-1].code, gone.steps[-1].words) == (550, "5.1.1 there is nobody of that name")
    assert last(try_smtp(route, TrialMail("a@example.org", "full@example.org"))) == (Stage.RECIPIENT, Fault.LATER)


@pytest.mark.parametrize("role", ["imap", "smtp"])
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_nobody_vouches_for_gets_no_password(way, stranger, role, tls):
    there, route = way(role, tls, presented=stranger.issue("mail.test"))
    trial = try_imap(route, "INBOX") if role == "imap" else try_smtp(route, MAIL)
    assert last(trial) == (Stage.TLS, Fault.CERTIFICATE)
    assert "right" not in str(there.heard())


def test_the_wrong_kind_of_encryption(way):
    _there, route = way("smtp", "starttls")
    implicit = Route(account_id=route.account_id, destination=route.destination, tls=Tls.IMPLICIT, username="x")
    assert last(try_smtp(implicit, MAIL)) == (Stage.TLS, Fault.NO_TLS)
    _there, route = way("smtp", "implicit")
    upgraded = Route(account_id=route.account_id, destination=route.destination, tls=Tls.STARTTLS, username="x")
    assert try_smtp(upgraded, MAIL, seconds=1.5).steps[-1].fault in {Fault.SILENT, Fault.HUNG_UP}


def test_no_starttls(way):
    lines = ["220 mail.test ESMTP\r\n", "250 mail.test\r\n"]
    _there, route = way("script", "starttls", lines=lines)
    assert last(try_smtp(route, MAIL)) == (Stage.TLS, Fault.NO_STARTTLS)


@pytest.mark.parametrize(
    ("line", "fault"), [("HTTP/1.1 400 Bad Request\r\n", Fault.OTHER_PROTOCOL), ("554 go away\r\n", Fault.NOT_TAKEN)]
)
def test_what_is_no_mail_server(way, line, fault):
    _there, route = way("script", "starttls", lines=[line, ""])
    assert last(try_smtp(route, MAIL)) == (Stage.GREETING, fault)


def test_silence_ends_in_time(way):
    _there, route = way("script", "starttls", lines=[""])
    trial = try_imap(route, "INBOX", seconds=1.0)
    assert last(trial) == (Stage.GREETING, Fault.SILENT)


def test_endless_talk_ends_in_time(way):
    _there, route = way("script", "starttls", lines=["220-slow\r\n", ""], noise="220-still\r\n")
    assert try_smtp(route, MAIL, seconds=1.0).steps[-1].fault in {Fault.SILENT, Fault.OTHER_PROTOCOL, Fault.HUNG_UP}


def test_names_and_ports_that_lead_nowhere(way, northwind, trusting):
    there, route = way("smtp", at="no-such.test")
    assert last(try_smtp(route, MAIL)) == (Stage.CONNECT, Fault.NAME)
    there.heard()  # and it is gone: nobody listens there any more
    gone = Route(account_id=northwind.id, destination=Destination("mail.test", there.port), tls=Tls.IMPLICIT)
    assert last(try_smtp(gone, MAIL)) == (Stage.CONNECT, Fault.REFUSED)


@pytest.mark.parametrize("host", ["mail.test", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_private_addresses_are_for_the_operator_to_allow(way, northwind, trusting, host):
    there, route = way("smtp")
    trusting.STEWARD_EGRESS_ALLOW = []
    trial = try_smtp(
        Route(account_id=route.account_id, destination=Destination(host, there.port), tls=Tls.IMPLICIT), MAIL
    )
    assert last(trial) == (Stage.CONNECT, Fault.PRIVATE)
    assert there.heard() == []
    assert [row.reason_code for row in rows(northwind)] == ["private_address"]


def test_never_in_a_transaction_of_the_account(way, northwind):
    _there, route = way("smtp")
    with account_scope(northwind.id), pytest.raises(InsideTransaction):
        try_smtp(route, MAIL)


def test_only_when_somebody_asks_for_it(way):
    _there, route = way("smtp")
    request = Request(
        account_id=route.account_id,
        purpose="mail.try",
        categories=("user.account.username",),
        destination=route.destination,
    )
    with pytest.raises(EgressDenied) as denied:
        open_passage(request)
    assert denied.value.reason is Reason.NOT_AUTHORISED
