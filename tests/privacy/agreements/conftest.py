"""A hosted account, and a registry that says who hosts it."""

from collections.abc import Iterator
from typing import Any

import pytest

from steward.people.models import Membership, Role
from steward.privacy.agreements.actions import Signer
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.registries import hosting_registry, publish_registry


@pytest.fixture
def hosted(northwind: Account, settings: Any) -> Iterator[Account]:
    """Northwind in a region with countries, in its scope, where others are served."""
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu")
    publish_registry(hosting_registry())
    with account_scope(northwind.id):
        yield Account.objects.select_related("data_centre__region").get(pk=northwind.pk)


@pytest.fixture
def signer(hosted: Account) -> Signer:
    """The owner, who signs."""
    owner = Membership.objects.select_related("user").filter(role=Role.OWNER).first()
    assert owner is not None
    return Signer(
        name=owner.name, email=owner.user.email, position="Managing director", member_id=owner.pk, address="192.0.2.7"
    )
