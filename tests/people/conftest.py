"""Second factors of Ada, for the tests of signing in."""

import pytest

from steward.people import second_factors


@pytest.fixture
def secret(ada):
    """Ada has an app with this secret; the code of these thirty seconds is used up."""
    secret = second_factors.new_totp_secret()
    second_factors.store_totp(ada.user, secret)
    return secret


@pytest.fixture
def codes(ada, secret):
    """Her recovery codes."""
    return second_factors.new_recovery_codes(ada.user)
