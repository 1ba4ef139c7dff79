"""A Postfix on the same machine as relay, with the certificate Debian makes for it: one that nobody vouches for."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from steward.privacy.egress.replies import Outcome
from steward.privacy.egress.routes import relay_route
from steward.privacy.egress.smtp import Envelope, deliver
from steward.testing.mail_servers import Authority, Postfix, open_folder

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]


@pytest.fixture
def authority() -> Iterator[Authority]:
    folder = open_folder("steward-authority-")
    yield Authority(folder)
    shutil.rmtree(folder)


@pytest.fixture(params=["snakeoil", "none"])
def relay(request: Any, authority: Authority) -> Iterator[Postfix]:
    if shutil.which("postfix") is None or os.geteuid() != 0:
        pytest.skip("needs Postfix (Debian: postfix), and to be root for it")
    made = Postfix(next_hop={}, tls=authority if request.param == "snakeoil" else None)
    yield made
    made.remove()


def test_mail_goes_over_tls_where_it_is_offered(request: Any, relay: Postfix, northwind: Any, settings: Any) -> None:
    settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{relay.port}"
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{relay.port}"]
    route = relay_route(northwind.id)
    assert route
    mail = b"From: a@northwind.localhost\r\nTo: eli@example.org\r\nSubject: By our own relay\r\n\r\nHello\r\n"
    assert deliver(route, Envelope("", ("eli@example.org",), mail)).outcome is Outcome.SENT
    received = str(relay.maildir("eli").mail("By our own relay")["Received"])
    assert ("with ESMTPS" in received) == ("snakeoil" in request.node.callspec.id)
