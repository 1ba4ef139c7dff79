"""A listener, and an account in a region with countries, under an agreement."""

import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope


@dataclass
class Listener:
    """Counts the bytes it is sent."""

    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    received: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connected, _ = self.server.accept()
            except OSError:
                return
            with connected:
                while some := connected.recv(4096):
                    self.received += some

    @property
    def destination(self) -> Destination:
        return Destination("127.0.0.1", self.server.getsockname()[1])

    def heard_all(self, count: int) -> bytes:
        """What came, once it is so much; the thread may be a moment late."""
        end = time.monotonic() + 5
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.005)
        return bytes(self.received)


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
