"""A relay on this machine that the list names, and what becomes of what is sent to it."""

import datetime
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import structs

from steward.lib.clock import now
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import EgressDenied, Reason, Request
from steward.privacy.egress.gate import passage
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry import document as doc
from steward.tenancy.models import Account

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)


class Listener(Protocol):
    """Whoever listens on this machine, and counts the bytes it is sent."""

    received: bytearray

    @property
    def destination(self) -> Destination: ...

    def heard_all(self, count: int) -> bytes:
        """What came, once it is so much; the thread may be a moment late."""
        ...


def relay(listener: Listener, **changes: Any) -> doc.Engagement:
    """An engagement that the gate lets everything through to."""
    usual = {
        "key": "relay",
        "purposes": ("mail.deliver",),
        "categories": ("user.content", "user.contact.email"),
        "countries": ("DE",),
        "regions": ("eu",),
        "endpoints": (doc.Endpoint(host="127.0.0.1", port=listener.destination.port, protocol=doc.Protocol.SMTP),),
    }
    return doc.Engagement(**(usual | changes))


def registry(*engagements: doc.Engagement, **changes: Any) -> doc.Registry:
    """A list of one company, with an agreement in force."""
    agreement = doc.VendorAgreement(version="1", effective_from=now() - DAY)
    company = doc.Subprocessor(
        key="company", legal_name="Relay GmbH", kind=doc.Kind.SERVICE, engagements=engagements, agreements=(agreement,)
    )
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=(structs.replace(company, **changes),),
        prose=(),
    )


def publish(content: doc.Registry, *, at: datetime.datetime | None = None) -> RegistryVersion:
    """The next version, of now or of a moment; from the second on it binds notice."""
    number, text, at = RegistryVersion.objects.count() + 1, doc.canonical(content), at or now()
    return RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=at,
        effective_at=at + (30 * DAY if number > 1 else 0 * DAY),
        binds_notice=number > 1,
    )


def send(account: Account | None, listener: Listener, **changes: Any) -> None:
    """Send six bytes through the gate."""
    usual = {
        "account_id": account.id if account else None,
        "purpose": "mail.deliver",
        "categories": ("user.content",),
        "destination": listener.destination,
    }
    with passage(Request(**(usual | changes))) as way, way.connect_tcp() as connected:
        connected.sendall(b"secret")
        way.sent = 6


def refused(account: Account | None, listener: Listener, **changes: Any) -> Reason:
    """Why the gate says no to them."""
    try:
        send(account, listener, **changes)
    except EgressDenied as denied:
        return denied.reason
    raise AssertionError("it was let through")


def is_open(account: Account, listener: Listener) -> bool:
    """Whether something arrives now; nothing does when the gate says no."""
    before = len(listener.received)
    try:
        send(account, listener)
    except EgressDenied:
        assert len(listener.received) == before
        return False
    return listener.heard_all(before + 6).endswith(b"secret")


Case = Callable[[Account, Listener], dict[str, Any] | None]
"""What prepares a case; it may say what is sent otherwise than usual."""
