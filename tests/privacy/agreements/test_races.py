"""What is done twice at the same moment: a double click concludes one agreement, and hands in one text."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from steward.lib.actor import SYSTEM
from steward.privacy.agreements.actions import AlreadyInForce, Proposal, Signer, conclude, submit
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.uploads import read_upload
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db(transaction=True)

SIGNER = Signer(name="Ada", email="ada@northwind.example", position="Owner")


def twice(account: Account, act: Callable[[], object]) -> list[str]:
    """The names of what came of it, done by two connections at once."""
    together = threading.Barrier(2)

    def run() -> str:
        try:
            with account_scope(account.id):
                together.wait(10)
                return type(act()).__name__
        except Exception as error:  # any: its name is looked at
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        return sorted(one.result(30) for one in [both.submit(run), both.submit(run)])


def test_of_two_clicks_one_concludes(hosted: Any) -> None:
    def click() -> object:
        return conclude(hosted, SIGNER, language="en", registry_version=1, actor=SYSTEM)

    assert twice(hosted, click) == ["Agreement", AlreadyInForce.__name__]
    with account_scope(hosted.id):
        assert Agreement.objects.filter(state="in_force").count() == 1


def test_of_two_texts_one_waits(hosted: Any) -> None:
    text = read_upload(b"%PDF-1.7 text")
    assert twice(hosted, lambda: submit(text, Proposal(), SIGNER, actor=SYSTEM)) == ["Agreement", "Agreement"]
    with account_scope(hosted.id):
        assert sorted(Agreement.objects.values_list("state", flat=True)) == ["submitted", "superseded"]
