"""One set of hosts: the page, the proxy, browsers and the gate know the same."""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.lib import clock
from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.browser_policy import hosts_for_browsers, policy_with, sources
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.decision import (
    Decision,
    Known,
    Request,
    decide,
)
from steward.privacy.egress.engaging import registry_grants
from steward.privacy.egress.hosts import server_side
from steward.privacy.egress.instructed import instructed_hosts
from steward.privacy.egress.known import gather
from steward.privacy.egress.models import Connector
from steward.privacy.egress.proxy_list import Instructed, proxy_list
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.standing import Version, revisions_of
from steward.privacy.egress.registry.versions import Head, Published, _by_destination
from steward.privacy.egress.registry.versions import published as read_published
from steward.privacy.subprocessors.listing import listing_of
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.gate_lists import COMPANY, DAY, NOW, publish, registry


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """It is that moment inside: versions are published, and agreements begin, by this clock."""
    with tempfile.NamedTemporaryFile("w") as file, pytest.MonkeyPatch.context() as patched:
        file.write(moment.isoformat())
        file.flush()
        patched.setenv("STEWARD_TEST_CLOCK", file.name)
        yield


DIRECTED = {TrafficClass.TENANT_DIRECTED, TrafficClass.COUNTERPARTY}
HOSTS = [f"{letter}.example" for letter in "abcd"]
CATEGORIES = frozenset({"user.content", "user.device.ip_address", "user.name"})
endpoints = st.builds(
    doc.Endpoint,
    host=st.sampled_from(HOSTS),
    port=st.sampled_from([443, 465]),
    protocol=st.sampled_from(doc.Protocol),
)
AGREED = (doc.VendorAgreement(version="1", effective_from=NOW - DAY),)
made_engagements = st.builds(
    doc.Engagement,
    key=st.uuids().map(str),
    purposes=st.sets(st.sampled_from(sorted(PURPOSES)), min_size=1, max_size=2).map(lambda found: tuple(sorted(found))),
    # Most lists say enough for something to be allowed: of those that say nothing there is little to compare.
    categories=st.one_of(st.just(tuple(sorted(CATEGORIES))), st.sampled_from([None, (), ("user.name",)])),
    endpoints=st.one_of(st.lists(endpoints, min_size=1, max_size=3).map(tuple), st.sampled_from([None, ()])),
)
companies = st.builds(
    doc.Subprocessor,
    key=st.uuids().map(str),
    legal_name=st.just("Company"),
    kind=st.sampled_from(doc.Kind),
    engagements=st.lists(made_engagements, min_size=1, max_size=3).map(tuple),
    agreements=st.sampled_from([AGREED, AGREED, AGREED, None, ()]),
)


def published(*registries: doc.Registry) -> Published:
    versions = tuple(
        Version(
            number=number,
            registry=one,
            sha256=doc.digest(doc.canonical(one)),
            published_at=NOW - (9 - number) * DAY,
            effective_at=NOW - (9 - number) * DAY,
            binds_notice=False,
        )
        for number, one in enumerate(registries, 1)
    )
    revisions = revisions_of(versions)
    return Published(Head(len(versions), versions[-1].sha256), versions, revisions, _by_destination(revisions))


def asked(list_: Published, there: Destination) -> Iterator[Decision]:
    """Whatever could be asked of the gate about a host, by its engagements alone."""
    for purpose, wish in itertools.product(PURPOSES, (False, True)):
        for category in PURPOSES[purpose].categories & CATEGORIES:
            request = Request(
                account_id=None, purpose=purpose, categories=(category,), destination=there, is_on_request=wish
            )
            known = Known(now=clock.now(), grants=tuple(registry_grants(list_, request, None)))
            yield decide(request, replace(known, resolves_to_reachable=True))


def compared(before: Sequence[doc.Subprocessor], now: Sequence[doc.Subprocessor]) -> frozenset[Destination]:
    """The hosts of the newest of two versions, the same wherever they are read."""
    list_ = published(registry(*before), registry(*now))
    version = list_.versions[-1]
    universe = {Destination(host, port) for host in HOSTS for port in (443, 465)} | {Destination("z.example", 443)}
    on_page = {host for row in listing_of(list_, version).rows for host in row.hosts}
    allowed_by_gate = {there for there in universe if any(one.is_allowed for one in asked(list_, there))}
    for_browsers = hosts_for_browsers(version)
    assert on_page == server_side(version.registry) | for_browsers == allowed_by_gate
    listed = {line.strip(' -"') for line in proxy_list(version).splitlines() if line.startswith('      - "')}
    assert listed == {there.host for there in server_side(version.registry)}
    policy = policy_with("img-src 'self'", for_browsers)
    assert set(policy.split()) - {"img-src", "'self'"} == set(sources(for_browsers))
    assert f"version {version.number}, SHA-256 {version.sha256}" in proxy_list(version)
    return frozenset(on_page)


@given(before=st.lists(companies, max_size=2), now=st.lists(companies, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_page_proxy_browsers_and_gate_know_the_same_hosts(
    before: list[doc.Subprocessor], now: list[doc.Subprocessor]
) -> None:
    with clock_at(NOW):
        compared(before, now)


def test_and_there_are_some() -> None:
    """A list with a host of each kind, one of a company without agreement, and one that only the version before had."""

    def one(key: str, host: str, purpose: str, protocol: doc.Protocol, **changes: Any) -> doc.Subprocessor:
        there = doc.Endpoint(host=host, port=443, protocol=protocol)
        carried = tuple(sorted(PURPOSES[purpose].categories))
        use = doc.Engagement(key=key, purposes=(purpose,), categories=carried, endpoints=(there,))
        usual: dict[str, Any] = {"legal_name": key, "kind": doc.Kind.SERVICE, "agreements": AGREED}
        return doc.Subprocessor(key=f"of-{key}", engagements=(use,), **(usual | changes))

    mail = one("mail", "a.example", "mail.deliver", doc.Protocol.SMTP)
    shown = one("pictures", "b.example", "mail.remote_images", doc.Protocol.BROWSER)
    nobodys = one("unsigned", "c.example", "mail.deliver", doc.Protocol.SMTP, agreements=None)
    people = one("people", "d.example", "support.cover", doc.Protocol.HTTPS)
    gone = one("gone", "d.example", "answer.suggest", doc.Protocol.HTTPS)
    with clock_at(NOW):
        assert compared([gone], [mail, shown, nobodys, people]) == {
            Destination("a.example", 443),
            Destination("b.example", 443),
        }
        assert compared([], [gone]) == {Destination("d.example", 443)}


@pytest.mark.django_db
def test_hosts_of_instructions_are_no_part_of_it_and_are_those_that_the_gate_can_allow(
    northwind: Account, contoso: Account, settings: Any
) -> None:
    """Classes T and P: what an account or who runs the installation wants is on no page, and in a role of its own."""
    settings.STEWARD_SMTP_RELAY, settings.STEWARD_HOSTING = "smtps://relay.example:465", False
    publish(registry(COMPANY), NOW)
    kinds = {
        "smtp.example": Connector.Kind.SMTP,
        "imap.example": Connector.Kind.IMAP,
        "gone.example": Connector.Kind.SMTP,
        "service.example": Connector.Kind.HTTP,
    }
    own = {northwind: ["smtp.example", "gone.example"], contoso: ["imap.example", "service.example"]}
    for account, hosts in own.items():
        with account_scope(account.id):
            for host in hosts:
                there, tls = Destination(host, 465), Connector.Tls.IMPLICIT
                purposes = frozenset({"answer.suggest"} if kinds[host] is Connector.Kind.HTTP else ())
                made = declare_connector(
                    Declaration(kind=kinds[host], destination=there, tls=tls, purposes=purposes), actor=SYSTEM
                )
                if host == "gone.example":
                    retire_connector(made, actor=SYSTEM)

    def can_be_allowed(host: str) -> bool:
        for account, (name, purpose) in itertools.product((northwind, contoso), PURPOSES.items()):
            request = Request(
                account_id=account.id,
                purpose=name,
                categories=(min(purpose.categories),),
                destination=Destination(host, 465),
            )
            decision = decide(request, replace(gather(request), resolves_to_reachable=True))
            if decision.is_allowed and decision.grant and decision.grant.traffic in DIRECTED:
                return True
        return False

    with clock_at(NOW):
        asked = [*kinds, "relay.example", "a.example", "elsewhere.example"]
        assert {host for host in asked if can_be_allowed(host)} == instructed_hosts()
        assert instructed_hosts() == {"smtp.example", "imap.example", "service.example", "relay.example"}
        version = read_published().versions[-1]
        on_page = {host.host for row in listing_of(read_published(), version).rows for host in row.hosts}
        assert on_page == {"a.example"}
        first, second = proxy_list(version, Instructed(instructed_hosts())).split("- name: steward-instructed")
        assert not any(host in first for host in instructed_hosts())
        assert all(host in second for host in instructed_hosts() | on_page)
