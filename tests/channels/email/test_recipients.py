"""Whose mail an address is."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from steward.channels.email import recipients
from steward.channels.email.models import MailAccount
from steward.channels.email.recipients import account_for, base_address, is_remembered, split_address
from steward.tenancy import directory
from steward.tenancy.models import Domain
from steward.tenancy.scope import account_scope

TOKEN = "b" + "a2" * 21


@pytest.fixture(autouse=True)
def _fresh() -> None:
    recipients.forget()


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("Support@Northwind.Localhost", ("support", "northwind.localhost")),
        ("support@northwind.localhost.", ("support", "northwind.localhost")),
        ('"support"@northwind.localhost', ("support", "northwind.localhost")),
        ("ä@bücher.example", ("ä", "xn--bcher-kva.example")),
        ("a@b@c.example", ("a@b", "c.example")),
        ("Postmaster", ("postmaster", "localhost")),
        ("support", ("", "support")),
        ("support@", ("support", "")),
        ("a@" + "ü" * 70 + ".example", ("a", "")),
        ("", ("", "")),
    ],
)
def test_an_address_has_two_parts(address: str, parts: tuple[str, str]) -> None:
    assert split_address(address) == parts


def test_the_plus_is_no_part_of_the_base() -> None:
    assert base_address("Support+a+b@Northwind.localhost") == "support@northwind.localhost"


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("support@northwind.localhost", "support"),
        ("BILLING+order-7@northwind.localhost", "billing+order-7"),
        (f"support+{TOKEN}@northwind.localhost", f"support+{TOKEN}"),
        (f"{TOKEN}@northwind.localhost", TOKEN),
        ("Postmaster@northwind.localhost", "postmaster"),
    ],
)
def test_ours(northwind: Any, address: str, local: str) -> None:
    found = account_for(address)
    assert found is not None
    assert (found.account.id, found.local) == (northwind.id, local)


@pytest.mark.parametrize(
    "address",
    [
        "nobody@northwind.localhost",
        "support@contoso.localhost",  # the other account has no such address
        "support@elsewhere.example",
        f"{TOKEN}@elsewhere.example",
        f"{TOKEN}x@northwind.localhost",
        "+support@northwind.localhost",
        "@northwind.localhost",
        "support",
        "postmaster",  # of whom, when no account answers on the base domain?
        "postmaster@elsewhere.example",
    ],
)
def test_not_ours(northwind: Any, contoso: Any, address: str) -> None:
    assert account_for(address) is None


def test_the_base_domain_is_that_of_the_only_account(northwind: Any, settings: Any) -> None:
    settings.STEWARD_SINGLE_ACCOUNT = "northwind"
    found = account_for("postmaster")
    assert found is not None
    assert found.account.id == northwind.id


def test_a_domain_may_be_for_pages_only(northwind: Any) -> None:
    Domain.objects.filter(host="northwind.localhost").update(receives_mail=False)
    assert account_for("support@northwind.localhost") is None


def test_an_address_of_another_domain_of_the_account(northwind: Any, support_mail: Any) -> None:
    Domain.objects.create(host="xn--bcher-kva.example", account=northwind)
    with account_scope(northwind.id):
        MailAccount.objects.create(address="hallo@xn--bcher-kva.example", department=support_mail.department)
    assert account_for("hallo@Bücher.example") is not None
    assert account_for("support@bücher.example") is None


def test_the_second_question_costs_no_query(northwind: Any) -> None:
    assert not is_remembered("support@northwind.localhost")
    account_for("support@northwind.localhost")
    account_for("a@elsewhere.example")
    directory.forget()
    with CaptureQueriesContext(connection) as queries:
        assert account_for("nobody@northwind.localhost") is None
        assert account_for(f"billing+{TOKEN}@northwind.localhost") is not None
        assert account_for("b@elsewhere.example") is None
    assert len(queries) == 0


def test_trouble_is_no_answer(northwind: Any) -> None:
    def broken(*_: Any) -> Any:
        raise OperationalError("gone")

    with connection.execute_wrapper(broken), pytest.raises(OperationalError):
        account_for("support@northwind.localhost")
    assert account_for("support@northwind.localhost") is not None
