"""Class S through the whole gate: a listener on this machine receives nothing unless every condition holds."""

import datetime
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec import structs

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import authorise, object_to, refuse
from steward.privacy.egress.decision import EgressDenied, Reason, Request
from steward.privacy.egress.gate import passage
from steward.privacy.egress.models import AccountTerms, EgressEvent, InstallationEgress, RegistryVersion
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.terms import bring_into_force, end_terms
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db(transaction=True)

DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)


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


def relay(listener: Listener, **changes: Any) -> doc.Engagement:
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
    number, text, at = RegistryVersion.objects.count() + 1, doc.canonical(content), at or now()
    return RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=at,
        effective_at=at + (30 * DAY if number > 1 else 0 * DAY),
        binds_notice=number > 1,
    )


@pytest.fixture
def hosted(northwind: Account) -> Account:
    """An account in a region with countries, under an agreement."""
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu")
    with account_scope(northwind.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    return northwind


def send(account: Account | None, listener: Listener, **changes: Any) -> None:
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
    with pytest.raises(EgressDenied) as denied:
        send(account, listener, **changes)
    return denied.value.reason


def test_with_every_condition_it_arrives_and_stands_in_the_ledger(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    send(hosted, listener)
    with account_scope(hosted.id):
        row = EgressEvent.objects.get()
    assert (row.traffic, row.engagement, row.to_country, row.from_region) == ("S", "relay", "DE", "eu")
    assert (row.is_allowed, row.reason_code, row.registry_version, row.vendor_agreement) == (True, "allowed", 1, "1")
    assert row.agreement_id is not None
    assert row.bytes == 6


def test_what_leaves_for_no_account_says_under_which_engagement_too(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    send(None, listener)
    row = InstallationEgress.objects.get()
    assert (row.traffic, row.engagement, row.registry_version, row.bytes) == ("S", "relay", 1, 6)


Case = Callable[[Account, Listener], dict[str, Any] | None]


def case(name: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        CASES[name] = function
        return function

    return keep


CASES: dict[str, Case] = {}


@case("unknown_host")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=())))


@case("not_active")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    publish(registry())


@case("notice_pending")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry())
    publish(registry(relay(listener)))


@case("purpose_not_covered")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, purposes=("answer.suggest",))))


@case("category_not_covered")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, categories=("user.name",))))


@case("vendor_dpa_not_in_force")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener), agreements=None))


@case("tenant_dpa_not_in_force")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        end_terms(actor=SYSTEM)


@case("tenant_objected")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        object_to("relay", actor=SYSTEM)


@case("not_authorised")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)


@case("region_not_served")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, regions=("us",))))


@case("transfer_without_mechanism")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, countries=("DE", "US"))))


@case("subject_restricted")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"is_restricted": True}


@case("undeclared_call")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"purpose": "mail.advertise"}


@case("account_state")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    Account.objects.filter(pk=hosted.id).update(state=Account.State.SUSPENDED)


@case("private_address")
def _(hosted: Account, listener: Listener) -> None:
    from django.conf import settings

    settings.STEWARD_EGRESS_ALLOW = ()
    publish(registry(relay(listener)))


@pytest.mark.parametrize("reason", [*(reason.value for reason in Reason if reason is not Reason.ALLOWED)])
def test_without_one_condition_not_a_byte_arrives(hosted: Account, listener: Listener, reason: str) -> None:
    changes = CASES[reason](hosted, listener) or {}
    assert refused(hosted, listener, **changes).value == reason
    assert not listener.received
    with account_scope(hosted.id):
        row = EgressEvent.objects.latest("at")
    assert (row.is_allowed, row.reason_code, row.bytes) == (False, reason, None)


# The same reasons by other ways: what else can be missing, gone, over, not yet there, or not said.
def told_of(reason: str, name: str) -> Callable[[Case], Case]:
    def keep(function: Case) -> Case:
        OTHER_WAYS[name] = (reason, function)
        return function

    return keep


OTHER_WAYS: dict[str, tuple[str, Case]] = {}


@told_of("unknown_host", "no list")
def _(hosted: Account, listener: Listener) -> None:
    """Nothing was ever published."""


@told_of("unknown_host", "endpoints not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=None)))


@told_of("unknown_host", "another port")
def _(hosted: Account, listener: Listener) -> None:
    other = doc.Endpoint(host="127.0.0.1", port=listener.destination.port - 1, protocol=doc.Protocol.SMTP)
    publish(registry(relay(listener, endpoints=(other,))))


@told_of("unknown_host", "another name of the same machine")
def _(hosted: Account, listener: Listener) -> None:
    other = doc.Endpoint(host="localhost", port=listener.destination.port, protocol=doc.Protocol.SMTP)
    publish(registry(relay(listener, endpoints=(other,))))


@told_of("not_active", "the host left the engagement")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    publish(registry(relay(listener, endpoints=())))


@told_of("notice_pending", "a company that takes its place")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, endpoints=())))
    publish(registry(relay(listener), legal_name="Other GmbH"))


@told_of("undeclared_call", "for browsers only")
def _(hosted: Account, listener: Listener) -> None:
    shown = doc.Endpoint(host="127.0.0.1", port=listener.destination.port, protocol=doc.Protocol.BROWSER)
    pictures = {"purposes": ("mail.remote_images",), "categories": ("user.device.ip_address",)}
    publish(registry(relay(listener, endpoints=(shown,), **pictures)))


@told_of("category_not_covered", "categories not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, categories=None)))


@told_of("category_not_covered", "more than the purpose is for")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener, categories=("user.content", "user.health"))))
    return {"categories": ("user.content", "user.health")}


@told_of("undeclared_call", "no category")
def _(hosted: Account, listener: Listener) -> dict[str, Any]:
    publish(registry(relay(listener)))
    return {"categories": ()}


@told_of("vendor_dpa_not_in_force", "no agreement any more")
def _(hosted: Account, listener: Listener) -> None:
    over = doc.VendorAgreement(version="1", effective_from=now() - DAY, ends_at=now() - SECOND)
    publish(registry(relay(listener), agreements=(over,)))


@told_of("vendor_dpa_not_in_force", "no agreement yet")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener), agreements=(doc.VendorAgreement(version="1", effective_from=now() + DAY),)))


@told_of("not_authorised", "refused")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        refuse("relay", actor=SYSTEM)


@told_of("region_not_served", "regions not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, regions=None)))


@told_of("region_not_served", "a country the agreement does not admit")
def _(hosted: Account, listener: Listener) -> None:
    Region.objects.create(code="fr", name="France", countries=["FR"])
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, regions=["fr"])


@told_of("transfer_without_mechanism", "countries not stated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener, countries=None)))


@told_of("transfer_without_mechanism", "a region that lost a country")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    Region.objects.filter(code="eu").update(countries=["FR"])


@told_of("account_state", "terminated")
def _(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    Account.objects.filter(pk=hosted.id).update(state=Account.State.TERMINATED)


@told_of("account_state", "of another region")
def _(hosted: Account, listener: Listener) -> None:
    from django.conf import settings

    publish(registry(relay(listener)))
    DataCentre.objects.create(code="iad-1", region=Region.objects.create(code="us", name="US"), country="US")
    settings.STEWARD_DATA_CENTRE = "iad-1"


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_nor_by_any_other_way_in_which_it_can_be_missing(hosted: Account, listener: Listener, way: str) -> None:
    reason, change = OTHER_WAYS[way]
    changes = change(hosted, listener) or {}
    assert refused(hosted, listener, **changes).value == reason
    assert not listener.received


def test_each_of_these_ways_is_open_without_the_change(hosted: Account, listener: Listener) -> None:
    """Else the tests above would prove nothing: one message arrives, whole."""
    publish(registry(relay(listener)))
    send(hosted, listener)
    assert listener.heard_all(6) == b"secret"


# To the second, with somebody who listens.


def is_open(account: Account, listener: Listener) -> bool:
    """Whether something arrives now; nothing does when the gate says no."""
    before = len(listener.received)
    try:
        send(account, listener)
    except EgressDenied:
        assert len(listener.received) == before
        return False
    return listener.heard_all(before + 6).endswith(b"secret")


AT = datetime.datetime(2027, 1, 15, 12, tzinfo=datetime.UTC)


def until_then(hosted: Account, listener: Listener) -> None:
    """The agreement with the company ends."""
    ending = doc.VendorAgreement(version="1", effective_from=AT - DAY, ends_at=AT)
    publish(registry(relay(listener), agreements=(ending,)), at=AT - 9 * DAY)


def agreed_until_then(hosted: Account, listener: Listener) -> None:
    """The account's own agreement ends."""
    publish(registry(relay(listener)), at=AT - 9 * DAY)
    with account_scope(hosted.id):
        end_terms(actor=SYSTEM, at=AT)


def from_then_on(hosted: Account, listener: Listener) -> None:
    """The agreement with the company begins."""
    begun = doc.VendorAgreement(version="1", effective_from=AT)
    publish(registry(relay(listener), agreements=(begun,)), at=AT - 9 * DAY)


def noticed_until_then(hosted: Account, listener: Listener) -> None:
    """The notice of a new subprocessor is over."""
    publish(registry(), at=AT - 40 * DAY)
    publish(registry(relay(listener)), at=AT - 30 * DAY)


def narrowed_then(hosted: Account, listener: Listener) -> None:
    """The engagement is removed, which needs no notice."""
    publish(registry(relay(listener)), at=AT - 9 * DAY)
    publish(registry(), at=AT)


@pytest.mark.parametrize(
    ("prepare", "before", "after"),
    [
        (until_then, True, False),
        (agreed_until_then, True, False),
        (narrowed_then, True, False),
        (from_then_on, False, True),
        (noticed_until_then, False, True),
    ],
)
def test_a_second_before_and_a_second_after(
    hosted: Account,
    listener: Listener,
    stop_clock: Callable[[datetime.datetime], object],
    prepare: Callable[[Account, Listener], None],
    before: bool,
    after: bool,
) -> None:
    stop_clock(AT - 50 * DAY)
    with account_scope(hosted.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    Account.objects.filter(pk=hosted.id).update(created_at=AT - 60 * DAY)
    prepare(hosted, listener)
    for moment, expected in ((AT - SECOND, before), (AT, after), (AT + SECOND, after)):
        stop_clock(moment)
        assert is_open(hosted, listener) is expected


def test_agreeing_again_takes_an_objection_back(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    for say in (object_to, refuse):
        with account_scope(hosted.id):
            say("relay", actor=SYSTEM)
        refused(hosted, listener)
        with account_scope(hosted.id):
            authorise("relay", actor=SYSTEM)
        send(hosted, listener)


def test_an_objection_leaves_contosos_alone(hosted: Account, contoso: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        object_to("relay", actor=SYSTEM)
    with account_scope(contoso.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    send(contoso, listener)
    assert refused(hosted, listener) is Reason.TENANT_OBJECTED


def test_who_runs_it_for_themselves_needs_no_registry_for_their_relay(
    northwind: Account, listener: Listener, settings: Any
) -> None:
    settings.STEWARD_HOSTING = False
    settings.STEWARD_SMTP_RELAY = f"smtp://{listener.destination}"
    send(northwind, listener)
    with account_scope(northwind.id):
        assert EgressEvent.objects.get().traffic == "T"


def test_who_serves_others_does(hosted: Account, listener: Listener, settings: Any) -> None:
    settings.STEWARD_SMTP_RELAY = f"smtp://{listener.destination}"
    assert refused(hosted, listener) is Reason.UNKNOWN_HOST
    publish(registry(relay(listener)))
    send(hosted, listener)


def test_mail_of_no_account_goes_by_the_registry_too(listener: Listener, db: None) -> None:
    assert refused(None, listener) is Reason.UNKNOWN_HOST
    publish(registry(relay(listener)))
    send(None, listener)


def specific(account: Account) -> None:
    """An account of long ago whose agreement wants a yes to each."""
    Account.objects.filter(pk=account.pk).update(created_at=now() - 90 * DAY)
    with account_scope(account.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)


def test_a_yes_holds_for_what_was_listed_then_and_not_for_more(hosted: Account, listener: Listener) -> None:
    specific(hosted)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    send(hosted, listener)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 31 * DAY)  # announced, and over by now
    assert refused(hosted, listener) is Reason.NOT_AUTHORISED
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    send(hosted, listener)


def test_a_yes_outlives_a_correction_and_what_was_announced_and_withdrawn(hosted: Account, listener: Listener) -> None:
    specific(hosted)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 50 * DAY)
    send_at_once = registry(relay(listener), website="https://relay.example")
    publish(send_at_once, at=now() - 40 * DAY)
    send(hosted, listener)


def test_who_is_not_asked_for_each_is_told_and_goes_on(hosted: Account, listener: Listener) -> None:
    Account.objects.filter(pk=hosted.pk).update(created_at=now() - 90 * DAY)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 31 * DAY)
    send(hosted, listener)
