"""A listener, and an account in a region with countries, under an agreement."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.engaged import Listener


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    made = Listener()
    settings.STEWARD_HOSTING = True
    settings.STEWARD_EGRESS_ALLOW = (str(made.destination),)
    yield made
    made.server.close()


@pytest.fixture
def hosted(northwind: Account) -> Account:
    """An account in a region with countries, under an agreement."""
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu")
    with account_scope(northwind.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    return northwind
