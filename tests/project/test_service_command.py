"""`steward service`: an account's own services by hand."""

import contextlib
import io
import json
import sys

import pytest

from steward.privacy.egress.models import Connector
from steward.project import cli
from steward.project.commands import session
from steward.project.places import note_instructions
from steward.tenancy.models import DataCentre, Region
from steward.tenancy.scope import account_scope

KEY = "sk-very-secret"
ADD = ("add", "northwind", "--name", "Our AI", "--url", "https://api.example/v1", "--for", "answer.suggest")


@pytest.fixture
def service(northwind, monkeypatch, capsys):
    """`service("list", typed="...")` -> exit code and what was said, on the test database."""
    Region.objects.create(code="eu", name="Europe", countries=["DE"])
    DataCentre.objects.update(region_id="eu", country="DE")
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        try:
            code = cli.main(("service", *arguments))
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def listed(service, *more):
    return [json.loads(line) for line in service("list", "northwind", "--json", *more)[1].splitlines()]


def test_it_is_declared_listed_and_retired(service, northwind, contoso):
    code, said = service(*ADD, "--country", "de", typed=f"{KEY}\n")
    assert (code, said) == (0, "Our AI (api.example:443) may be used by Northwind for answer.suggest.\n")
    [told] = listed(service)
    assert (told["name"], told["url"], told["purposes"], told["country"], told["has_key"]) == (
        "Our AI", "https://api.example/v1", ["answer.suggest"], "DE", True,
    )  # fmt: skip
    assert KEY not in service("list", "northwind")[1]
    assert service("list", "contoso")[1] == ""
    with account_scope(northwind.id):
        assert Connector.objects.get().password.reveal() == KEY
    assert service("retire", "northwind", "Our AI") == (0, "Nothing goes to Our AI (api.example:443) any more.\n")
    assert listed(service) == []
    [told] = listed(service, "--all")
    assert (told["has_key"], bool(told["retired_at"])) == (False, True)


@pytest.mark.parametrize(
    ("more", "typed", "words"),
    [
        ((), "", "The key is missing"),
        (("--no-key",), "", "--outside-region"),
        (("--no-key", "--country", "US"), "", "--outside-region"),
        (("--no-key", "--country", "Germany"), "", "two capital letters"),
        (("--url", "http://api.example", "--no-key", "--country", "DE"), "", "https://"),
        (("--url", "https://10.0.0.1", "--no-key", "--country", "DE"), "", "STEWARD_EGRESS_ALLOW"),
        (("--key-header", "Host", "--country", "DE"), "k\n", "No key can be sent"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(service, more, typed, words):
    code, said = service(*ADD, *more, typed=typed)
    assert (code, words in said, said.count("\n")) == (1, True, 1), said
    assert listed(service) == []


def test_what_is_meant_may_leave_the_region(service):
    assert service(*ADD, "--no-key", "--outside-region")[0] == 0
    assert [told["country"] for told in listed(service)] == [None]
    assert "There is a service" in service(*ADD, "--no-key", "--outside-region")[1]
    assert "there are: Our AI (api.example:443)." in service("retire", "northwind", "another")[1]
    assert service("retire", "northwind", "api.example:443")[0] == 0


def test_what_the_environment_names_stands_in_the_list(service, settings):
    settings.STEWARD_SMTP_RELAY, settings.STEWARD_HOSTING = "smtps://user:hidden@relay.example:465", False
    note_instructions()
    [told] = listed(service)
    assert (told["kind"], told["name"], told["url"]) == ("relay", "STEWARD_SMTP_RELAY", "relay.example:465")
    assert (told["purposes"], told["has_key"], told["retired_at"]) == (["mail.deliver"], False, None)
    settings.STEWARD_SMTP_RELAY = ""
    note_instructions(is_whole=True)
    assert listed(service) == []
    assert [bool(told["retired_at"]) for told in listed(service, "--all")] == [True]
    assert "hidden" not in service("list", "northwind", "--all")[1]


def test_only_for_what_a_service_can_be_for(service):
    assert service(*ADD, "--for", "mail.deliver", "--no-key")[0] == 2
