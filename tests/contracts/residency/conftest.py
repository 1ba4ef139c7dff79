"""Two regions with a data centre each."""

import pytest

from steward.tenancy.models import Account
from steward.tenancy.residency import add_data_centre, add_region


@pytest.fixture
def places(northwind: Account, contoso: Account) -> None:
    """Two regions; everybody lies in Frankfurt."""
    add_region("eu", name="Europe", countries=["DE", "FR"])
    add_region("us", name="United States", countries=["US"])
    add_data_centre("fra-1", region="eu", country="DE", host="colo")
    add_data_centre("iad-1", region="us", country="US", host="colo")
    Account.objects.update(data_centre_id="fra-1")
