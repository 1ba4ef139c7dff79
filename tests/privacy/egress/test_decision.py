"""The decision: no unless every condition holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.ids import new_id
from steward.privacy.egress.addresses import Destination
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
from steward.privacy.egress.purposes import PURPOSES, TrafficClass

ACCOUNT, OTHER = new_id(), new_id()
HERE, THERE = Destination("mail.example.org", 465), Destination("mail.example.net", 465)
CATEGORIES = ("user.contact.email", "user.content")

REQUEST = Request(account_id=ACCOUNT, purpose="mail.deliver", categories=CATEGORIES, destination=HERE)
GRANT = Grant(
    traffic=TrafficClass.TENANT_DIRECTED,
    destination=HERE,
    purposes=frozenset({"mail.deliver"}),
    categories=PURPOSES["mail.deliver"].categories,
    account_id=ACCOUNT,
)
NOW = datetime(2026, 12, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
KNOWN = Known(now=NOW, grants=(GRANT,), is_account_open=True, resolves_to_reachable=True)

ENGAGED = Engaged(
    key="relay",
    version=1,
    usable_from=NOW,
    agreements=(Period("1.0", NOW, NOW + SECOND),),
    regions=frozenset({"eu"}),
    countries=frozenset({"DE"}),
)
VENDOR = replace(GRANT, traffic=TrafficClass.SUBPROCESSOR, account_id=None, engaged=ENGAGED)
TERMS = Terms(region="eu", countries=frozenset({"DE", "FR"}), agreement=Period(str(new_id()), NOW, NOW + SECOND))
SUBPROCESSOR = replace(KNOWN, grants=(VENDOR,), terms=TERMS)


def engaged(**changes: object) -> Known:
    return replace(SUBPROCESSOR, grants=(replace(VENDOR, engaged=replace(ENGAGED, **changes)),))  # type: ignore[arg-type]


def on_terms(**changes: object) -> Known:
    return replace(SUBPROCESSOR, terms=replace(TERMS, **changes))  # type: ignore[arg-type]


def answered(answer: Answer, **changes: object) -> Known:
    return on_terms(answers=MappingProxyType({"relay": answer}), **changes)


def beyond_its_yes() -> Known:
    """The account is asked for each, has agreed, and the engagement has become wider since."""
    agreed = answered(Answer.AUTHORISED, is_specific=True)
    return replace(agreed, grants=engaged(is_beyond_answer=True).grants)


def with_grant(**changes: object) -> Known:
    return replace(KNOWN, grants=(replace(GRANT, **changes),))  # type: ignore[arg-type]


def test_with_every_condition_it_is_allowed() -> None:
    assert decide(REQUEST, KNOWN) == Decision(Reason.ALLOWED, GRANT)
    assert decide(REQUEST, KNOWN).is_allowed


# Each line takes one condition away, and nothing else.
WITHOUT = [
    (Reason.UNDECLARED_CALL, replace(REQUEST, purpose="mail.advertise"), KNOWN),
    (Reason.UNDECLARED_CALL, replace(REQUEST, purpose=""), KNOWN),
    (Reason.UNDECLARED_CALL, replace(REQUEST, categories=()), KNOWN),
    (Reason.UNDECLARED_CALL, REQUEST, with_grant(traffic=TrafficClass.COUNTERPARTY)),
    (Reason.UNDECLARED_CALL, REQUEST, with_grant(traffic=TrafficClass.INFRASTRUCTURE)),
    (Reason.UNKNOWN_HOST, REQUEST, replace(KNOWN, grants=())),
    (Reason.UNKNOWN_HOST, REQUEST, with_grant(destination=THERE)),
    (Reason.UNKNOWN_HOST, REQUEST, with_grant(destination=replace(HERE, port=25))),
    (Reason.UNKNOWN_HOST, REQUEST, with_grant(account_id=OTHER)),
    (Reason.UNKNOWN_HOST, replace(REQUEST, destination=THERE), KNOWN),
    (Reason.UNKNOWN_HOST, replace(REQUEST, account_id=OTHER), KNOWN),
    (Reason.UNKNOWN_HOST, replace(REQUEST, account_id=None), KNOWN),
    (Reason.PRIVATE_ADDRESS, REQUEST, replace(KNOWN, resolves_to_reachable=False)),
    (Reason.NOT_ACTIVE, REQUEST, with_grant(is_active=False)),
    (Reason.PURPOSE_NOT_COVERED, REQUEST, with_grant(purposes=frozenset())),
    (Reason.PURPOSE_NOT_COVERED, REQUEST, with_grant(purposes=frozenset({"mail.fetch"}))),
    (Reason.CATEGORY_NOT_COVERED, REQUEST, with_grant(categories=frozenset({"user.content"}))),
    (Reason.CATEGORY_NOT_COVERED, replace(REQUEST, categories=(*CATEGORIES, "user.health")), KNOWN),
    (
        Reason.CATEGORY_NOT_COVERED,  # a grant cannot widen what the purpose is for
        replace(REQUEST, categories=("user.health",)),
        with_grant(categories=frozenset({"user.health"})),
    ),
    (Reason.NOT_AUTHORISED, REQUEST, with_grant(traffic=TrafficClass.SUBPROCESSOR)),
    (Reason.NOTICE_PENDING, REQUEST, engaged(usable_from=NOW + SECOND)),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, REQUEST, engaged(agreements=())),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, REQUEST, engaged(agreements=(Period("1.0", NOW - SECOND, NOW),))),
    (Reason.VENDOR_DPA_NOT_IN_FORCE, REQUEST, engaged(agreements=(Period("1.0", NOW + SECOND),))),
    (Reason.TENANT_DPA_NOT_IN_FORCE, REQUEST, on_terms(agreement=None)),
    (Reason.TENANT_DPA_NOT_IN_FORCE, REQUEST, on_terms(agreement=Period("", NOW - SECOND, NOW))),
    (Reason.TENANT_DPA_NOT_IN_FORCE, REQUEST, on_terms(agreement=Period("", NOW + SECOND))),
    (Reason.TENANT_DPA_NOT_IN_FORCE, REQUEST, replace(SUBPROCESSOR, terms=None)),
    (Reason.TENANT_OBJECTED, REQUEST, answered(Answer.OBJECTED)),
    (Reason.NOT_AUTHORISED, REQUEST, answered(Answer.REFUSED)),
    (Reason.NOT_AUTHORISED, REQUEST, on_terms(is_specific=True)),
    (Reason.NOT_AUTHORISED, REQUEST, beyond_its_yes()),
    (Reason.REGION_NOT_SERVED, REQUEST, on_terms(region="us")),
    (Reason.REGION_NOT_SERVED, REQUEST, engaged(regions=frozenset())),
    (Reason.REGION_NOT_SERVED, REQUEST, engaged(regions=None)),
    (Reason.REGION_NOT_SERVED, REQUEST, on_terms(agreed_countries=frozenset({"FR"}))),
    (Reason.TRANSFER_WITHOUT_MECHANISM, REQUEST, engaged(countries=frozenset({"DE", "US"}))),
    (Reason.TRANSFER_WITHOUT_MECHANISM, REQUEST, engaged(countries=None)),
    (Reason.SUBJECT_RESTRICTED, replace(REQUEST, is_restricted=True), KNOWN),
    (Reason.SUBJECT_RESTRICTED, replace(REQUEST, is_restricted=True), SUBPROCESSOR),
    (Reason.ACCOUNT_STATE, REQUEST, replace(SUBPROCESSOR, is_account_open=False)),
    (Reason.ACCOUNT_STATE, REQUEST, replace(KNOWN, is_account_open=False)),
]


@pytest.mark.parametrize(("reason", "request_", "known"), WITHOUT)
def test_without_one_of_them_it_is_denied(reason: Reason, request_: Request, known: Known) -> None:
    decision = decide(request_, known)
    assert decision.reason is reason
    assert not decision.is_allowed


def test_nothing_known_means_no() -> None:
    assert decide(REQUEST, Known(now=NOW)).reason is Reason.UNKNOWN_HOST


def test_the_first_failing_condition_is_the_reason() -> None:
    order = list(Reason)
    for reason, request, known in WITHOUT:
        worst = replace(known, is_account_open=False)
        found = decide(replace(request, is_restricted=True), worst).reason
        assert order.index(found) <= order.index(reason)


def test_a_subprocessor_needs_an_engagement() -> None:
    assert decide(REQUEST, SUBPROCESSOR) == Decision(Reason.ALLOWED, VENDOR)
    assert decide(REQUEST, replace(SUBPROCESSOR, grants=(replace(VENDOR, engaged=None),))).reason is (
        Reason.NOT_AUTHORISED
    )


def test_what_the_account_agreed_to_is_allowed_under_specific_authorisation() -> None:
    assert decide(REQUEST, answered(Answer.AUTHORISED, is_specific=True)).is_allowed


def test_a_transfer_takes_a_mechanism_and_then_any_country_will_do() -> None:
    for countries in (frozenset({"US"}), None):
        assert decide(REQUEST, engaged(countries=countries, has_mechanism=True)).is_allowed
    agreed = on_terms(agreed_countries=frozenset({"DE"}))
    far = replace(agreed, grants=engaged(countries=frozenset({"US"}), has_mechanism=True).grants)
    assert decide(REQUEST, far).reason is Reason.REGION_NOT_SERVED


def test_an_objection_to_one_of_two_leaves_the_other() -> None:
    other = replace(VENDOR, engaged=replace(ENGAGED, key="other"))
    both = replace(answered(Answer.OBJECTED), grants=(VENDOR, other))
    assert decide(REQUEST, both) == Decision(Reason.ALLOWED, other)


def test_mail_of_no_account_needs_the_agreement_with_the_subprocessor_only() -> None:
    nobodys = replace(REQUEST, account_id=None)
    known = replace(SUBPROCESSOR, terms=None, is_account_open=False)
    assert decide(nobodys, known).is_allowed
    assert decide(nobodys, replace(known, now=NOW + SECOND)).reason is Reason.VENDOR_DPA_NOT_IN_FORCE


def test_an_installation_server_serves_every_account_and_none() -> None:
    relay = replace(KNOWN, grants=(replace(GRANT, account_id=None),))
    assert decide(REQUEST, relay).is_allowed
    nobodys = replace(REQUEST, account_id=None)
    assert decide(nobodys, replace(relay, is_account_open=False)).is_allowed


def test_a_retired_connector_does_not_hide_an_active_one() -> None:
    both = replace(KNOWN, grants=(replace(GRANT, is_active=False), GRANT))
    for grants in (both.grants, both.grants[::-1]):
        assert decide(REQUEST, replace(both, grants=grants)).is_allowed


def test_one_host_for_two_purposes_is_judged_by_the_right_grant() -> None:
    imap = replace(GRANT, traffic=TrafficClass.COUNTERPARTY, purposes=frozenset({"mail.fetch"}))
    for grants in ((imap, GRANT), (GRANT, imap)):
        assert decide(REQUEST, replace(KNOWN, grants=grants)) == Decision(Reason.ALLOWED, GRANT)


def test_an_active_grant_for_something_else_does_not_hide_why() -> None:
    imap = replace(GRANT, traffic=TrafficClass.COUNTERPARTY, purposes=frozenset({"mail.fetch"}))
    retired = replace(GRANT, is_active=False)
    assert decide(REQUEST, replace(KNOWN, grants=(imap, retired))).reason is Reason.NOT_ACTIVE


def images(*, is_on_request: bool) -> tuple[Request, Known]:
    request = Request(
        account_id=ACCOUNT,
        purpose="mail.remote_images",
        categories=("user.device.ip_address",),
        destination=HERE,
        is_on_request=is_on_request,
    )
    grant = replace(
        GRANT,
        traffic=TrafficClass.BROWSER,
        purposes=frozenset({"mail.remote_images"}),
        categories=PURPOSES["mail.remote_images"].categories,
    )
    return request, Known(now=NOW, grants=(grant,), is_account_open=True)


def test_remote_images_are_for_those_who_ask() -> None:
    assert decide(*images(is_on_request=True)).is_allowed
    assert decide(*images(is_on_request=False)).reason is Reason.NOT_AUTHORISED


def test_every_declared_purpose_has_categories_and_all_but_peoples_work_a_class() -> None:
    assert all(purpose.categories for purpose in PURPOSES.values())
    assert {name for name, purpose in PURPOSES.items() if not purpose.classes} == {"service.deliver", "support.cover"}


moments = st.sampled_from([NOW - SECOND, NOW, NOW + SECOND])
periods = st.builds(Period, st.uuids().map(str), moments, st.one_of(st.none(), moments))
countries = st.frozensets(st.sampled_from(["DE", "FR", "US"]))
engagements = st.builds(
    Engaged,
    key=st.sampled_from(["relay", "other"]),
    version=st.just(1),
    usable_from=moments,
    agreements=st.lists(periods, max_size=2).map(tuple),
    regions=st.one_of(st.none(), st.frozensets(st.sampled_from(["eu", "us"]))),
    countries=st.one_of(st.none(), countries),
    has_mechanism=st.booleans(),
)
terms = st.builds(
    Terms,
    region=st.sampled_from(["eu", "us"]),
    countries=countries,
    agreed_countries=st.one_of(st.none(), countries),
    agreement=st.one_of(st.none(), periods),
    is_specific=st.booleans(),
    answers=st.dictionaries(st.sampled_from(["relay", "other"]), st.sampled_from(Answer)).map(MappingProxyType),
)
grants = st.builds(
    Grant,
    traffic=st.sampled_from(TrafficClass),
    destination=st.sampled_from([HERE, THERE]),
    purposes=st.frozensets(st.sampled_from([*PURPOSES, "mail.advertise"])),
    categories=st.frozensets(st.sampled_from([*CATEGORIES, "user.health"])),
    account_id=st.sampled_from([ACCOUNT, OTHER, None]),
    is_active=st.booleans(),
    engaged=st.one_of(st.none(), engagements),
)
requests = st.builds(
    Request,
    account_id=st.sampled_from([ACCOUNT, OTHER, None]),
    purpose=st.sampled_from([*PURPOSES, "mail.advertise"]),
    categories=st.lists(st.sampled_from([*CATEGORIES, "user.health"]), max_size=3).map(tuple),
    destination=st.sampled_from([HERE, THERE]),
    is_restricted=st.booleans(),
    is_on_request=st.booleans(),
)
knowns = st.builds(
    Known,
    now=st.just(NOW),
    terms=st.one_of(st.none(), terms),
    grants=st.lists(grants, max_size=3).map(tuple),
    is_account_open=st.booleans(),
    resolves_to_reachable=st.booleans(),
)


@given(request=requests, known=knowns)
def test_whatever_is_allowed_has_a_grant_that_says_so(request: Request, known: Known) -> None:
    decision = decide(request, known)
    if not decision.is_allowed:
        assert decision.reason in set(Reason) - {Reason.ALLOWED}
        return
    grant = decision.grant
    assert grant in known.grants
    assert grant.destination == request.destination
    assert grant.account_id in (None, request.account_id)
    assert grant.is_active
    assert request.purpose in grant.purposes
    assert set(request.categories) <= grant.categories & PURPOSES[request.purpose].categories
    assert not request.is_restricted
    assert request.account_id is None or known.is_account_open
    assert known.resolves_to_reachable or grant.traffic is TrafficClass.BROWSER
    assert decide(request, replace(known, grants=())).reason is not Reason.ALLOWED
    if grant.traffic is TrafficClass.SUBPROCESSOR:
        assert_engaged(request, known, grant)


def assert_engaged(request: Request, known: Known, grant: Grant) -> None:
    assert grant.engaged
    assert grant.engaged.usable_from <= NOW
    assert any(agreement.holds(NOW) for agreement in grant.engaged.agreements)
    if request.account_id is None:
        return
    assert known.terms
    assert known.terms.agreement
    assert known.terms.agreement.holds(NOW)
    assert known.terms.answers.get(grant.engaged.key) not in {Answer.OBJECTED, Answer.REFUSED}
    assert not known.terms.is_specific or known.terms.answers[grant.engaged.key] is Answer.AUTHORISED
    assert known.terms.region in (grant.engaged.regions or ())
    assert (
        grant.engaged.has_mechanism
        or (grant.engaged.countries or {"?"}) <= known.terms.countries
        or (grant.engaged.countries == frozenset())
    )


@given(request=requests, known=knowns, account=st.uuids())
def test_nothing_of_one_account_opens_a_way_for_another(request: Request, known: Known, account: UUID) -> None:
    own = tuple(replace(grant, account_id=ACCOUNT) for grant in known.grants)
    assert not decide(replace(request, account_id=account), replace(known, grants=own)).is_allowed
