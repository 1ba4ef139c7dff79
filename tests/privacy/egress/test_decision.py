"""The decision: no unless every condition holds."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.lib.ids import new_id
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Decision, Grant, Known, Reason, Request, decide
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
KNOWN = Known(grants=(GRANT,), is_account_open=True, resolves_to_reachable=True)


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
    (Reason.SUBJECT_RESTRICTED, replace(REQUEST, is_restricted=True), KNOWN),
    (Reason.ACCOUNT_STATE, REQUEST, replace(KNOWN, is_account_open=False)),
]


@pytest.mark.parametrize(("reason", "request_", "known"), WITHOUT)
def test_without_one_of_them_it_is_denied(reason: Reason, request_: Request, known: Known) -> None:
    decision = decide(request_, known)
    assert decision.reason is reason
    assert not decision.is_allowed


def test_nothing_known_means_no() -> None:
    assert decide(REQUEST, Known()).reason is Reason.UNKNOWN_HOST


def test_the_first_failing_condition_is_the_reason() -> None:
    order = list(Reason)
    for reason, request, known in WITHOUT:
        worst = replace(known, is_account_open=False)
        found = decide(replace(request, is_restricted=True), worst).reason
        assert order.index(found) <= order.index(reason)


def test_a_subprocessor_needs_an_engagement() -> None:
    engaged = with_grant(traffic=TrafficClass.SUBPROCESSOR, engagement_id=new_id())
    assert decide(REQUEST, engaged).is_allowed


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
    return request, Known(grants=(grant,), is_account_open=True)


def test_remote_images_are_for_those_who_ask() -> None:
    assert decide(*images(is_on_request=True)).is_allowed
    assert decide(*images(is_on_request=False)).reason is Reason.NOT_AUTHORISED


def test_every_declared_purpose_has_classes_and_categories() -> None:
    assert all(purpose.classes and purpose.categories for purpose in PURPOSES.values())


grants = st.builds(
    Grant,
    traffic=st.sampled_from(TrafficClass),
    destination=st.sampled_from([HERE, THERE]),
    purposes=st.frozensets(st.sampled_from([*PURPOSES, "mail.advertise"])),
    categories=st.frozensets(st.sampled_from([*CATEGORIES, "user.health"])),
    account_id=st.sampled_from([ACCOUNT, OTHER, None]),
    is_active=st.booleans(),
    engagement_id=st.one_of(st.none(), st.uuids()),
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


@given(request=requests, known=knowns, account=st.uuids())
def test_nothing_of_one_account_opens_a_way_for_another(request: Request, known: Known, account: UUID) -> None:
    own = tuple(replace(grant, account_id=ACCOUNT) for grant in known.grants)
    assert not decide(replace(request, account_id=account), replace(known, grants=own)).is_allowed
