"""A store under TLS: its certificate is checked, and what is refused leaves nothing."""

import pytest

from steward.privacy.egress import configuration, wall
from steward.privacy.egress.s3 import client as clients
from steward.privacy.egress.s3.client import Client
from steward.privacy.egress.s3.errors import StoreFault
from steward.testing.s3 import StoreServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def secure(authority, settings, monkeypatch):
    monkeypatch.setattr(clients, "PAUSES", (0.0, 0.0))
    with wall.allow_child("the S3 server of tests"):
        made = StoreServer(certificate=authority.issue("127.0.0.1"))
        settings.STEWARD_EGRESS_ALLOW = [made.place]
        settings.STEWARD_OBJECT_STORE = made.url("files")
        yield made
        made.remove()


def test_a_store_with_a_certificate_that_somebody_vouches_for_is_used(secure, trusting):
    assert str(configuration.object_store()).startswith("s3s://")
    with Client(configuration.object_store()) as client:
        client.put("a", b"words")
        assert client.get("a") == b"words"
    assert secure.kept("files") == {"a": b"words"}


def test_one_that_nobody_vouches_for_gets_nothing(secure):
    with Client(configuration.object_store()) as client, pytest.raises(StoreFault) as fault:
        client.put("a", b"words")
    assert not fault.value.is_passing
    assert secure.kept("files") == {}


def test_one_without_tls_that_the_operator_did_not_name_gets_nothing(store, settings, bucket):
    settings.STEWARD_EGRESS_ALLOW = []
    with Client(configuration.object_store()) as client, pytest.raises(StoreFault, match="only https"):
        client.put("a", b"words")
    assert store.kept(bucket) == {}
