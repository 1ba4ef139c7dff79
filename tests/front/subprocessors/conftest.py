"""Nothing is kept from one test to the next; the base domain, and an account whose data lie in a region."""

import pytest

from steward.front.subprocessors import keeping
from steward.tenancy.models import DataCentre, Region


@pytest.fixture(autouse=True)
def _nothing_kept():
    keeping.forget()


@pytest.fixture
def base(visitor_at):
    return visitor_at()


@pytest.fixture
def european(northwind):
    """An account whose data belong to the region eu."""
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu")
    return northwind
