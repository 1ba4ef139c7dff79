"""Every command that serves asks first whether the data here belong here, and serves nothing where they do not."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError

from steward.channels.email import pipe, recipients
from steward.channels.email.models import RawMail
from steward.lib.clock import now
from steward.people.models import Membership
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Reason, Request, decide
from steward.privacy.egress.known import gather
from steward.project import cli, places, receiving
from steward.project.commands import live, mail_in, session, up, web, worker
from steward.project.failure import Failure
from steward.tenancy import directory
from steward.tenancy.models import Account, RegionMoveOrder
from steward.tenancy.residency import add_data_centre, add_region
from steward.tenancy.scope import account_scope

# What each command that serves is typed as, and with what code it refuses: 75 says "try again" to a mail server.
SERVING = {
    "up": (("up",), 1),
    "web": (("web",), 1),
    "live": (("live",), 1),
    "worker": (("worker",), 1),
    "worker, mail only": (("worker", "--only", "mail"), 1),
    "mail": (("mail",), 1),
    "mail-in": (("mail-in", "--to", "support@northwind.localhost"), 75),
}
SUPERVISED = [("web", "--supervised"), ("worker", "--supervised"), ("mail", "--supervised")]
# They set up, tell, or run on made-up data of their own.
NOT_SERVING = {
    "demo", "migrate", "account", "agent", "registry", "egress", "region", "data-centre", "operator", "password-list",
    "mail-account", "jobs", "bench", "django", "person", "backup", "restore", "keys", "check", "retention", "bin",
    "hold", "consent", "marketing", "service", "redact", "audit", "plan", "invoice", "grant", "incident",
}  # fmt: skip

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def served() -> list[str]:
    """What was served in this test."""
    return []


@pytest.fixture
def steward(db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], served: list[str]) -> Run:
    """`steward("web")` -> exit code and what was said; nothing is started, but what would be is noted."""

    def note(name: str) -> Callable[..., int]:
        return lambda *_arguments, **_options: served.append(name) or 0

    def at_once(*_arguments: Any, **_options: Any) -> Any:
        return contextlib.nullcontext()

    def told_to_run(_data: Any, _listening: Any, prepare: Callable[[bool], None], **_options: Any) -> int:
        prepare(True)
        return note("up")()

    def in_this_process(command: list[str], **_options: Any) -> Any:
        assert command[:3] == [sys.executable, "-m", "steward.project.cli"]
        return subprocess.CompletedProcess(command, cli.main(command[3:]))

    for module in (web, live, worker, receiving, session):
        monkeypatch.setattr(module, "at_hand", at_once)
    for module, name in ((up, "bound"), (up, "check_free"), (web, "listen"), (live, "listen")):
        monkeypatch.setattr(module, name, lambda *_arguments: None)
    monkeypatch.setattr(up, "only_supervisor", at_once)
    monkeypatch.setattr(up, "run_everything", told_to_run)
    monkeypatch.setattr(up, "subprocess", type("Subprocess", (), {"run": staticmethod(in_this_process)}))
    monkeypatch.setattr(web, "serve", note("web"))
    monkeypatch.setattr(live, "run", note("live"))
    for name in ("try_held_mail", "try_held_installation_mail"):
        monkeypatch.setattr(worker, name, note("held mail"))
    monkeypatch.setattr(worker, "work", note("worker"))
    monkeypatch.setattr(worker, "take_in_mail", note("worker, mail only"))
    monkeypatch.setattr(receiving.serving, "run", note("mail"))
    monkeypatch.setattr(mail_in, "mail_in", note("mail-in"))

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def moved(ada: Membership) -> Account:
    """Northwind has ordered a move to the United States, and lies there."""
    add_region("eu", name="Europe", countries=["DE"])
    add_region("us", name="United States", countries=["US"])
    add_data_centre("fra-1", region="eu", country="DE")
    add_data_centre("iad-1", region="us", country="US")
    Account.objects.update(data_centre_id="fra-1")
    with account_scope(ada.account_id):
        RegionMoveOrder.objects.create(
            from_region="eu",
            to_region="us",
            ordered_by=ada.id,
            factor="totp",
            document="{}",
            sha256="",
            ordered_at=now(),
        )
        Account.objects.filter(pk=ada.account_id).update(data_centre_id="iad-1")
    return Account.objects.get(pk=ada.account_id)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    directory.forget()


def test_each_command_is_known_to_serve_or_not_to() -> None:
    assert {line[0] for line, _ in SERVING.values()} | NOT_SERVING == set(cli.COMMANDS)


@pytest.mark.parametrize("name", SERVING)
def test_with_everything_in_its_place_it_serves(steward: Run, served: list[str], settings: Any, name: str) -> None:
    settings.STEWARD_DATA_CENTRE = ""
    assert steward(*SERVING[name][0])[0] == 0
    assert served[-1] == name


@pytest.mark.parametrize("name", SERVING)
def test_an_account_of_another_region_keeps_it_from_serving(
    steward: Run, served: list[str], settings: Any, moved: Account, name: str
) -> None:
    settings.STEWARD_DATA_CENTRE = "fra-1"
    line, expected = SERVING[name]
    code, said = steward(*line)
    assert (code, served) == (expected, [])
    assert "belong to another region" in said
    assert "northwind" in said
    assert "STEWARD_DATA_CENTRE" in said  # what to do
    assert "steward data-centre check" in said


@pytest.mark.parametrize("name", SERVING)
def test_a_place_that_nobody_made_known_does_too(steward: Run, served: list[str], settings: Any, name: str) -> None:
    settings.STEWARD_DATA_CENTRE = "nowhere"
    line, expected = SERVING[name]
    code, said = steward(*line)
    assert (code, served) == (expected, [])
    assert "nowhere" in said
    assert "steward data-centre add" in said


@pytest.mark.parametrize("line", SUPERVISED)
def test_so_does_a_process_that_its_supervisor_starts_again(
    steward: Run, served: list[str], settings: Any, line: tuple[str, ...]
) -> None:
    settings.STEWARD_DATA_CENTRE = "nowhere"
    code, said = steward(*line)
    assert (code, served) == (1, [])
    assert "nowhere" in said


def test_nor_does_a_server_of_others_get_an_application(db: None, settings: Any) -> None:
    settings.STEWARD_DATA_CENTRE = ""
    assert callable(importlib.reload(importlib.import_module("steward.project.wsgi")).application)
    settings.STEWARD_DATA_CENTRE = "nowhere"
    with pytest.raises(Failure, match="Nothing is served"):
        importlib.reload(importlib.import_module("steward.project.wsgi"))


def test_what_only_has_to_be_put_right_is_said_and_served(steward: Run, served: list[str], settings: Any) -> None:
    settings.STEWARD_HOSTING, settings.STEWARD_DATA_CENTRE = True, ""
    code, said = steward("web")
    assert (code, served) == (0, ["web"])
    assert "error: STEWARD_DATA_CENTRE is not set" in said
    code, said = steward("web", "--supervised")  # the supervisor has said it
    assert (code, "error" in said) == (0, False)


@pytest.mark.parametrize("name", sorted(set(SERVING) - {"up"}))
def test_a_database_that_does_not_answer_is_one_sentence(
    steward: Run, served: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail() -> None:
        raise OperationalError("connection refused\nand more")

    monkeypatch.setattr(places, "findings", fail)
    line, expected = SERVING[name]
    code, said = steward(*line)
    assert (code, served) == (expected, [])
    assert "steward migrate" in said
    assert "and more" not in said


def test_what_lies_elsewhere_is_not_served_by_a_process_that_already_runs(
    client_of: Callable[..., Any], ada: Membership, moved: Account, settings: Any
) -> None:
    """Credentials of one region open nothing in another: not the sign-in page, not a session that was good before."""
    browser = client_of(ada)
    assert browser.get("/console/").status_code == 200
    settings.STEWARD_DATA_CENTRE = "fra-1"
    directory.forget()
    for path in ("/console/", "/console/sign-in", "/console/events", "/subprocessors"):
        assert browser.get(path).status_code == 421
    settings.STEWARD_DATA_CENTRE = "iad-1"
    directory.forget()
    assert browser.get("/console/").status_code == 200


def test_nothing_of_it_leaves_from_here(moved: Account, contoso: Account, settings: Any) -> None:
    settings.STEWARD_SMTP_RELAY = "smtp://8.8.8.8:25"

    def said(account: Account) -> Reason:
        there = Destination("8.8.8.8", 25)
        request = Request(
            account_id=account.id, purpose="mail.deliver", categories=("user.content",), destination=there
        )
        return decide(request, replace(gather(request), resolves_to_reachable=True)).reason

    outcomes = {}
    for code in ("", "fra-1", "iad-1", "nowhere"):
        settings.STEWARD_DATA_CENTRE = code
        outcomes[code] = said(moved), said(contoso)
    yes, no = Reason.ALLOWED, Reason.ACCOUNT_STATE
    assert outcomes == {"": (yes, yes), "fra-1": (no, yes), "iad-1": (yes, no), "nowhere": (no, no)}


def test_mail_for_it_is_kept_by_who_brings_it(moved: Account, support_mail: Any, settings: Any) -> None:
    """As for a suspended account: come again later. It is never said that there is no such address."""
    mail = b"From: eli@example.org\r\nSubject: Hello\r\n\r\nAll is well.\r\n"

    def handed_over(centre: str) -> int:
        settings.STEWARD_DATA_CENTRE = centre
        directory.forget()
        recipients.forget()
        return pipe.mail_in(support_mail.address, "eli@example.org", io.BytesIO(mail))

    assert [handed_over(code) for code in ("fra-1", "iad-1")] == [os.EX_TEMPFAIL, os.EX_OK]
    with account_scope(moved.id):
        assert RawMail.objects.count() == 1


def test_the_same_region_may_have_several_houses(ada: Membership, settings: Any) -> None:
    add_region("eu", name="Europe", countries=["DE"])
    add_data_centre("fra-1", region="eu", country="DE")
    add_data_centre("fra-2", region="eu", country="DE")
    Account.objects.update(data_centre_id="fra-2")
    settings.STEWARD_DATA_CENTRE = "fra-1"
    entry = directory.account_at("northwind.localhost")
    assert entry is not None
    assert entry.state == Account.State.ACTIVE
    assert not [one for one in places.findings() if one.is_unservable]
