"""Another operator, and the example of two lists of the past."""

import pytest

from steward.people.operators import create_operator
from steward.people.second_factors import new_totp_secret, store_totp
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.example import example_versions


@pytest.fixture
def otto():
    """Another operator."""
    operator = create_operator("otto@operator.example", password=None)
    store_totp(operator.user, new_totp_secret())
    return operator


@pytest.fixture
def example():
    """Two versions of the past."""
    return import_versions(example_versions())
