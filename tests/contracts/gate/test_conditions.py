"""Every condition of the gate counts: without any one of them a yes becomes a no."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hypothesis import given, settings
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
from steward.testing.gate_lists import DAY, NOW, SECOND

ACCOUNT = new_id()


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
