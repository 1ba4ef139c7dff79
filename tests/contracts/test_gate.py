"""Contracts of the gate: every socket is covered, every condition counts, one set of hosts, notice to the second."""

import ast
import itertools
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steward.lib import clock
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import object_to
from steward.privacy.egress.browser_policy import hosts_for_browsers, policy_with, sources
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.decision import (
    Answer,
    Decision,
    Engaged,
    Grant,
    Known,
    Period,
    Reason,
    Request,
    Terms,
    decide,
)
from steward.privacy.egress.engaging import registry_grants
from steward.privacy.egress.hosts import server_side
from steward.privacy.egress.instructed import instructed_hosts
from steward.privacy.egress.known import gather
from steward.privacy.egress.models import Connector, RegistryVersion
from steward.privacy.egress.proxy_list import Instructed, proxy_list
from steward.privacy.egress.purposes import PURPOSES, TrafficClass
from steward.privacy.egress.registry import document as doc
from steward.privacy.egress.registry.standing import Version, revisions_of
from steward.privacy.egress.registry.versions import Head, Published, _by_destination
from steward.privacy.egress.registry.versions import published as read_published
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.subprocessors.listing import listing_of
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope

SOURCE = Path(__file__).parents[2] / "src" / "steward"
NOW = datetime(2026, 12, 22, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ACCOUNT = new_id()


# 1. Every socket.

OPENERS = {
    "allow": {"privacy/egress/gate.py", "privacy/egress/dns.py"},
    "allow_names": {"privacy/egress/resolving.py", "privacy/egress/database.py"},
}
FAR_TALKERS = {
    "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "nntplib", "imapclient", "requests", "httpx", "httpcore",
    "urllib3", "aiohttp", "websockets", "boto3", "botocore", "google", "grpc", "openai", "anthropic", "twilio",
    "paramiko", "dns", "http.client", "urllib.request", "xmlrpc.client", "aiosmtplib", "sentry_sdk",
}  # fmt: skip


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_gate_imports_what_talks_to_others() -> None:
    found = {
        (path, name)
        for path, tree in trees()
        for name in imported(tree)
        if not path.startswith("privacy/egress/")
        and FAR_TALKERS & {".".join(name.split(".")[:length]) for length in (1, 2)}
    }
    assert not found


def test_the_wall_is_opened_behind_a_decision_only() -> None:
    """With that, and as no test may end with a refusal unseen (`conftest`), every socket of a run stands in a ledger:
    `gate` connects for a passage, which is written down before; `dns` counts its look-ups."""
    found: dict[str, set[str]] = {name: set() for name in OPENERS}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(getattr(node.func, "value", None), "id", "wall")
                if name in found and owner == "wall":
                    found[name].add(path)
    assert found == OPENERS


# 2. Every condition counts.


@st.composite
def allowed(draw: st.DrawFn) -> tuple[Request, Known]:
    """A state in which the gate says yes, of any class of traffic."""
    purpose = draw(st.sampled_from(sorted(name for name, one in PURPOSES.items() if one.classes)))
    traffic = draw(st.sampled_from(sorted(PURPOSES[purpose].classes)))
    categories = draw(st.sets(st.sampled_from(sorted(PURPOSES[purpose].categories)), min_size=1))
    account_id = draw(st.sampled_from([ACCOUNT, None])) if traffic is TrafficClass.SUBPROCESSOR else ACCOUNT
    there = Destination(draw(st.sampled_from(["a.example", "192.0.2.1", "2001:db8::1"])), draw(st.integers(1, 65535)))
    is_wished = traffic is TrafficClass.BROWSER or PURPOSES[purpose].is_by_wish
    request = Request(
        account_id=account_id,
        purpose=purpose,
        categories=tuple(sorted(categories)),
        destination=there,
        is_on_request=is_wished or draw(st.booleans()),
    )
    grant = Grant(
        traffic=traffic,
        destination=there,
        purposes=frozenset({purpose}) | draw(st.frozensets(st.sampled_from(sorted(PURPOSES)), max_size=2)),
        categories=frozenset(categories) | draw(st.frozensets(st.sampled_from(["user.name", "user.health"]))),
        account_id=None if traffic is TrafficClass.SUBPROCESSOR else draw(st.sampled_from([account_id, None])),
        engaged=draw(engagements()) if traffic is TrafficClass.SUBPROCESSOR else None,
    )
    known = Known(
        now=NOW,
        grants=(grant,),
        terms=draw(terms()),
        is_account_open=True,
        resolves_to_reachable=True,
    )
    return request, known


@st.composite
def engagements(draw: st.DrawFn) -> Engaged:
    has_mechanism = draw(st.booleans())
    return Engaged(
        key="relay",
        version=draw(st.integers(1, 9)),
        usable_from=NOW - draw(st.integers(0, 400)) * DAY,
        agreements=(Period("1", NOW - draw(st.integers(0, 9)) * DAY, draw(st.sampled_from([None, NOW + SECOND]))),),
        regions=frozenset({"eu", *draw(st.sets(st.sampled_from(["us", "in"])))}),
        countries=frozenset({"DE"}) if not has_mechanism else draw(st.sampled_from([None, frozenset({"US"})])),
        has_mechanism=has_mechanism,
    )


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    is_specific = draw(st.booleans())
    answers = {"relay": Answer.AUTHORISED} if is_specific or draw(st.booleans()) else {}
    return Terms(
        region="eu",
        countries=frozenset({"DE", *draw(st.sets(st.sampled_from(["FR", "SK"])))}),
        agreement=Period(
            str(new_id()), NOW - draw(st.integers(0, 9)) * DAY, draw(st.sampled_from([None, NOW + SECOND]))
        ),
        is_specific=is_specific,
        answers=MappingProxyType(answers),
    )


State = tuple[Request, Known]


def of_request(**changes: Any) -> Callable[[State], State]:
    return lambda state: (replace(state[0], **changes), state[1])


def of_known(**changes: Any) -> Callable[[State], State]:
    return lambda state: (state[0], replace(state[1], **changes))


def of_grant(**changes: Any) -> Callable[[State], State]:
    return lambda state: (state[0], replace(state[1], grants=(replace(state[1].grants[0], **changes),)))


def of_engaged(**changes: Any) -> Callable[[State], State]:
    def change(state: State) -> State:
        engaged = state[1].grants[0].engaged
        assert engaged
        return of_grant(engaged=replace(engaged, **changes))(state)

    return change


def of_terms(**changes: Any) -> Callable[[State], State]:
    def change(state: State) -> State:
        assert state[1].terms
        return of_known(terms=replace(state[1].terms, **changes))(state)

    return change


def become_wider(state: State) -> State:
    """The account is asked for each, and what it agreed to was less."""
    yes = MappingProxyType({"relay": Answer.AUTHORISED})
    return of_engaged(is_beyond_answer=True)(of_terms(is_specific=True, answers=yes)(state))


ALWAYS: list[tuple[Reason, Callable[[State], State]]] = [
    (Reason.UNDECLARED_CALL, of_request(purpose="mail.advertise")),
    (Reason.UNDECLARED_CALL, of_request(categories=())),
    (Reason.UNKNOWN_HOST, of_known(grants=())),
    (Reason.UNKNOWN_HOST, of_request(destination=Destination("b.example", 443))),
    (Reason.UNKNOWN_HOST, of_grant(account_id=new_id())),
    (Reason.NOT_ACTIVE, of_grant(is_active=False)),
    (Reason.PURPOSE_NOT_COVERED, of_grant(purposes=frozenset())),
    (Reason.CATEGORY_NOT_COVERED, of_grant(categories=frozenset())),
    (Reason.CATEGORY_NOT_COVERED, of_request(categories=("user.health",))),
    (Reason.SUBJECT_RESTRICTED, of_request(is_restricted=True)),
]
UNLESS_IN_BROWSERS = [(Reason.PRIVATE_ADDRESS, of_known(resolves_to_reachable=False))]
WISHED = [(Reason.NOT_AUTHORISED, of_request(is_on_request=False))]
OF_ACCOUNTS = [(Reason.ACCOUNT_STATE, of_known(is_account_open=False))]
ENGAGED = [
    (Reason.NOTICE_PENDING, of_engaged(usable_from=NOW + SECOND)),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, of_engaged(agreements=())),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, of_engaged(agreements=(Period("1", NOW - DAY, NOW),))),
    (Reason.NOT_AUTHORISED, of_grant(engaged=None)),
]
ENGAGED_FOR_ACCOUNTS = [
    (Reason.TENANT_DPA_NOT_IN_FORCE, of_terms(agreement=None)),
    (Reason.TENANT_DPA_NOT_IN_FORCE, of_terms(agreement=Period("1", NOW - DAY, NOW))),
    (Reason.TENANT_OBJECTED, of_terms(answers=MappingProxyType({"relay": Answer.OBJECTED}))),
    (Reason.NOT_AUTHORISED, of_terms(answers=MappingProxyType({"relay": Answer.REFUSED}))),
    (Reason.NOT_AUTHORISED, of_terms(is_specific=True, answers=MappingProxyType({}))),
    (Reason.NOT_AUTHORISED, become_wider),
    (Reason.REGION_NOT_SERVED, of_engaged(regions=frozenset({"us"}))),
    (Reason.REGION_NOT_SERVED, of_terms(agreed_countries=frozenset())),
    (Reason.TRANSFER_WITHOUT_MECHANISM, of_engaged(has_mechanism=False, countries=frozenset({"US"}))),
    (Reason.TRANSFER_WITHOUT_MECHANISM, of_engaged(has_mechanism=False, countries=None)),
]


def removals(request: Request, known: Known) -> Iterator[tuple[Reason, Callable[[State], State]]]:
    """Every condition that the state rests on, each taken away by itself."""
    grant = known.grants[0]
    yield from ALWAYS
    if grant.traffic is not TrafficClass.BROWSER:
        yield from UNLESS_IN_BROWSERS
    if grant.traffic is TrafficClass.BROWSER or PURPOSES[request.purpose].is_by_wish:
        yield from WISHED
    if request.account_id is not None:
        yield from OF_ACCOUNTS
    if grant.traffic is TrafficClass.SUBPROCESSOR:
        yield from ENGAGED
        if request.account_id is not None:
            yield from ENGAGED_FOR_ACCOUNTS


@given(state=allowed())
@settings(max_examples=200)
def test_removing_any_one_condition_turns_yes_into_no(state: State) -> None:
    request, known = state
    assert decide(request, known) == Decision(Reason.ALLOWED, known.grants[0])
    for reason, remove in removals(request, known):
        assert decide(*remove(state)).reason is reason


def test_every_reason_of_the_gate_is_one_of_those_conditions() -> None:
    removed = {reason for reason, _ in (*ALWAYS, *UNLESS_IN_BROWSERS, *WISHED, *OF_ACCOUNTS, *ENGAGED)}
    assert removed | {reason for reason, _ in ENGAGED_FOR_ACCOUNTS} == set(Reason) - {Reason.ALLOWED}


# 3. One set of hosts: page, proxy, browsers, gate.


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


def registry(*subprocessors: doc.Subprocessor) -> doc.Registry:
    return doc.Registry(
        provider=doc.Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(doc.Place(code="eu", name={"en": "Europe"}),),
        subprocessors=subprocessors,
        prose=(),
    )


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


# 4. Notice, to the second, for each account by itself.


def publish(content: doc.Registry, at: datetime) -> None:
    number, text = RegistryVersion.objects.count() + 1, doc.canonical(content)
    RegistryVersion.objects.create(
        number=number,
        document=text,
        sha256=doc.digest(text),
        published_at=at,
        effective_at=at + (30 * DAY if number > 1 else 0 * DAY),
        binds_notice=number > 1,
    )


RELAY = doc.Engagement(
    key="relay",
    purposes=("mail.deliver",),
    categories=("user.content",),
    countries=("DE",),
    regions=("eu",),
    endpoints=(doc.Endpoint(host="a.example", port=465, protocol=doc.Protocol.SMTP),),
)
COMPANY = doc.Subprocessor(
    key="company",
    legal_name="Relay GmbH",
    kind=doc.Kind.SERVICE,
    engagements=(RELAY,),
    agreements=(doc.VendorAgreement(version="1", effective_from=NOW - DAY),),
)


def reason_at(account: Account, moment: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Reason:
    file = tmp_path / "clock"
    file.write_text(moment.isoformat())
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))
    request = Request(
        account_id=account.id,
        purpose="mail.deliver",
        categories=("user.content",),
        destination=Destination("a.example", 465),
    )
    return decide(request, replace(gather(request), resolves_to_reachable=True)).reason


@pytest.mark.django_db
@pytest.mark.parametrize("days", [30, 31, 60, 90])
def test_notice_ends_to_the_second_and_binds_each_account_by_itself(
    northwind: Account, contoso: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, days: int
) -> None:
    Region.objects.create(code="eu", name="Europe", countries=["DE"])
    DataCentre.objects.update(region_id="eu")
    Account.objects.update(created_at=NOW - DAY)
    reason_at(northwind, NOW - DAY, monkeypatch, tmp_path)  # sets the clock
    for account, notice in ((northwind, days), (contoso, 30)):
        with account_scope(account.id):
            bring_into_force(uuid.uuid4(), actor=SYSTEM, notice_days=notice)
    publish(registry(), NOW - SECOND)
    publish(registry(COMPANY), NOW)

    def said(account: Account, moment: datetime) -> Reason:
        return reason_at(account, moment, monkeypatch, tmp_path)

    assert said(northwind, NOW) is Reason.NOTICE_PENDING
    assert said(northwind, NOW + days * DAY - SECOND) is Reason.NOTICE_PENDING
    assert said(northwind, NOW + days * DAY) is Reason.ALLOWED
    assert said(contoso, NOW + 30 * DAY - SECOND) is Reason.NOTICE_PENDING
    with account_scope(contoso.id):
        object_to("relay", actor=SYSTEM)  # a second before the deadline
    for moment in (NOW + 30 * DAY, NOW + 400 * DAY):
        assert said(contoso, moment) is Reason.TENANT_OBJECTED
    assert said(northwind, NOW + 400 * DAY) is Reason.ALLOWED
