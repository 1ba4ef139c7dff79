"""A server of somebody else that speaks S3."""

import pytest

from steward.privacy.egress import wall
from steward.testing.s3 import StoreServer, forget_questions


@pytest.fixture(scope="session")
def store():
    with wall.allow_child("the S3 server of tests"):
        made = StoreServer()
        yield made
        made.remove()


@pytest.fixture(autouse=True)
def _counts_of_this_test_only():
    forget_questions()
    yield
    forget_questions()


@pytest.fixture
def bucket(store, settings, request):
    """A bucket of its own for the test, which the operator has set up for files."""
    name = f"b{abs(hash(request.node.name)) % 10**12}"
    settings.STEWARD_EGRESS_ALLOW = [store.place]
    settings.STEWARD_OBJECT_STORE = store.url(name, "of/ours")
    return name
