"""What stands for an account, second by second: notice binds each account by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from steward.privacy.egress.registry.changes import Change, changes_between, engaged_in, needs_notice
from steward.privacy.egress.registry.document import (
    Endpoint,
    Engagement,
    Kind,
    Place,
    Protocol,
    Provider,
    Registry,
    Subprocessor,
    canonical,
    digest,
    parse_registry,
)
from steward.privacy.egress.registry.standing import Bound, Standing, Version, is_beyond, revisions_of, standing

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
OLD = Bound(opened_at=START - DAY)

ELSEWHERE = Endpoint(host="relay-2.example", port=465, protocol=Protocol.SMTP)
RELAY = Engagement(
    key="relay",
    purposes=("mail.deliver",),
    categories=("user.content",),
    persons=("customers",),
    countries=("DE",),
    regions=("eu",),
)


def registry(*engagements: Engagement, legal_name: str = "Relay GmbH", website: str | None = None) -> Registry:
    company = Subprocessor(
        key="relay-company", legal_name=legal_name, kind=Kind.SERVICE, engagements=engagements, website=website
    )
    return Registry(
        provider=Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(Place(code="eu", name={"en": "Europe"}),),
        subprocessors=(company,),
        prose=(),
    )


def version(number: int, day: float, content: Registry, **changes: object) -> Version:
    at = START + day * DAY
    made = Version(
        number=number,
        registry=content,
        sha256=digest(canonical(content)),
        published_at=at,
        effective_at=at + 30 * DAY,
        binds_notice=number > 1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


FIRST = version(1, 0, registry(RELAY))
WIDER = structs.replace(RELAY, countries=("DE", "US"))
SECOND_VERSION = version(2, 10, registry(WIDER))


def agreed(*days: int, after: int = -1) -> Bound:
    """An account that was there before, with agreements one day apart from `after` days on."""
    return replace(OLD, notices=tuple((START + (after + n) * DAY, each) for n, each in enumerate(days)))


def of_relay(versions: list[Version], at: datetime, account: Bound = OLD) -> Standing:
    return standing(revisions_of(versions)["relay"], account, at)


def current(versions: list[Version], at: datetime, account: Bound = OLD) -> int | None:
    found = of_relay(versions, at, account).current
    return found.version.number if found else None


def test_the_first_version_stands_when_it_is_published_and_not_before() -> None:
    assert current([FIRST], START - SECOND) is None
    assert current([FIRST], START) == 1


def test_a_wider_one_stands_when_its_notice_is_over_to_the_second() -> None:
    versions, end = [FIRST, SECOND_VERSION], START + 40 * DAY
    assert current(versions, START + 10 * DAY) == 1
    assert current(versions, end - SECOND) == 1
    assert current(versions, end) == 2
    pending = of_relay(versions, end - SECOND).pending
    assert pending
    assert pending.usable_from == end


def test_an_agreement_with_a_longer_notice_binds_longer_and_a_shorter_one_does_not_bind_less() -> None:
    versions = [FIRST, SECOND_VERSION]
    patient, hasty = agreed(60), agreed(1)
    assert current(versions, START + 70 * DAY - SECOND, patient) == 1
    assert current(versions, START + 70 * DAY, patient) == 2
    assert current(versions, START + 40 * DAY - SECOND, hasty) == 1


@pytest.mark.parametrize(
    ("notices", "stands"),
    [
        (((-1, 45), (50, 90)), 100),  # a longer one while it runs counts, from the announcement on ...
        (((-1, 30), (45, 90)), 40),  # ... but takes nothing back that stands
        (((-1, 60), (20, 30)), 70),  # a shorter one does not shorten what runs
        (((-1, 60), (41, 30)), 70),
        (((60, 60),), 40),  # the first agreement of all came when it stood
        (((20, 60),), 70),
    ],
)
def test_notice_runs_as_agreed_when_it_was_announced(notices: tuple[tuple[int, int], ...], stands: int) -> None:
    """The change is announced on day 10."""
    account = replace(OLD, notices=tuple((START + day * DAY, days) for day, days in notices))
    versions, end = [FIRST, SECOND_VERSION], START + stands * DAY
    assert current(versions, end - SECOND, account) == 1
    assert current(versions, end, account) == 2


def test_an_account_opened_after_the_announcement_accepted_it_at_sign_up() -> None:
    versions, announced = [FIRST, SECOND_VERSION], START + 10 * DAY
    assert current(versions, announced + SECOND, Bound(opened_at=announced + SECOND)) == 2
    assert current(versions, announced + SECOND, Bound(opened_at=announced)) == 1


def test_a_later_effective_date_is_waited_for() -> None:
    late = replace(SECOND_VERSION, effective_at=START + 90 * DAY)
    assert current([FIRST, late], START + 90 * DAY - SECOND) == 1
    assert current([FIRST, late], START + 90 * DAY) == 2


def test_narrowing_removing_and_correcting_stand_at_once() -> None:
    both = version(1, 0, registry(WIDER))
    for content in (registry(RELAY), registry(), registry(WIDER, website="https://relay.example")):
        assert current([both, version(2, 10, content)], START + 10 * DAY) == 2


def test_withdrawing_an_announced_change_ends_it() -> None:
    versions = [FIRST, SECOND_VERSION, version(3, 20, registry(RELAY))]
    assert current(versions, START + 20 * DAY) == 3
    assert of_relay(versions, START + 400 * DAY).pending is None
    assert current(versions, START + 400 * DAY) == 3


def test_correcting_an_announced_change_does_not_start_its_notice_anew() -> None:
    versions = [FIRST, SECOND_VERSION, version(3, 20, registry(WIDER, website="https://relay.example"))]
    assert current(versions, START + 40 * DAY - SECOND) == 1
    assert current(versions, START + 40 * DAY) == 3


def test_widening_an_announced_change_further_does() -> None:
    further = structs.replace(WIDER, categories=("user.content", "user.name"))
    versions = [FIRST, SECOND_VERSION, version(3, 20, registry(further))]
    assert current(versions, START + 50 * DAY - SECOND) == 1
    assert current(versions, START + 50 * DAY) == 3


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (None, Change.REMOVE),
        (structs.replace(RELAY, purposes=("mail.deliver", "answer.suggest")), Change.WIDEN_PURPOSE),
        (structs.replace(RELAY, trains_models=True), Change.WIDEN_PURPOSE),
        (structs.replace(RELAY, categories=("user.content", "user.name")), Change.WIDEN_DATA),
        (structs.replace(RELAY, categories=None), Change.WIDEN_DATA),
        (structs.replace(RELAY, persons=("customers", "agents")), Change.WIDEN_DATA),
        (WIDER, Change.WIDEN_LOCATION),
        (structs.replace(RELAY, countries=None), Change.WIDEN_LOCATION),
        (structs.replace(RELAY, regions=("eu", "us")), Change.WIDEN_LOCATION),
        (structs.replace(RELAY, regions=()), Change.NARROW),
        (structs.replace(RELAY, is_optional=True), Change.CORRECT),
        # Another host of the same company, for the same, in the same countries (docs/decisions/0021).
        (structs.replace(RELAY, endpoints=(ELSEWHERE,)), Change.CORRECT),
        (structs.replace(RELAY, endpoints=(ELSEWHERE,), countries=("DE", "US")), Change.WIDEN_LOCATION),
    ],
)
def test_each_kind_of_change_is_told_apart(after: Engagement | None, change: Change) -> None:
    old = engaged_in(registry(RELAY))["relay"]
    new = engaged_in(registry(after))["relay"] if after else None
    assert changes_between(old, new) == {change}


def test_another_company_is_a_replacement_and_a_new_one_an_addition() -> None:
    old, other = engaged_in(registry(RELAY))["relay"], engaged_in(registry(RELAY, legal_name="Other, Inc."))["relay"]
    assert changes_between(old, other) == {Change.REPLACE}
    assert changes_between(None, old) == {Change.ADD}
    assert changes_between(old, old) == changes_between(None, None) == frozenset()


documents = st.lists(
    st.builds(
        structs.replace,
        st.just(RELAY),
        countries=st.one_of(st.none(), st.lists(st.sampled_from(["DE", "FR", "US"]), unique=True).map(tuple)),
        trains_models=st.sampled_from([None, False, True]),
    ),
    max_size=1,
).map(lambda engagements: registry(*engagements))


@given(st.lists(documents, min_size=1, max_size=5), st.integers(0, 200), st.integers(30, 90))
def test_nothing_wider_ever_stands_before_its_notice_is_over(contents: list[Registry], day: int, notice: int) -> None:
    """Contract: for every history, what stands was announced long enough ago, or asks for no notice."""
    versions = [version(number + 1, number * 11, content) for number, content in enumerate(contents)]
    account, at = agreed(notice), START + day * DAY
    seen = standing(revisions_of(versions).get("relay", ()), account, at).current
    if seen is None or seen.version.number == 1:
        return
    earliest = min(
        v.published_at
        for v in versions
        if not needs_notice(engaged_in(v.registry).get("relay"), seen.engaged) or v is seen.version
    )
    stood = standing(revisions_of(versions).get("relay", ()), account, seen.version.published_at - SECOND).current
    if needs_notice(stood.engaged if stood else None, seen.engaged):
        assert at >= earliest + notice * DAY


def test_equal_documents_have_equal_texts_and_hashes() -> None:
    content = registry(RELAY)
    assert canonical(parse_registry(canonical(content))) == canonical(content)
    assert digest(canonical(content)) != digest(canonical(registry(WIDER)))


def beyond(versions: list[Version], answered_in: int) -> bool:
    """Of the newest state: whether it is wider than what was answered to."""
    states = revisions_of(versions)["relay"]
    return is_beyond(states, states[-1], answered_in)


def test_a_yes_is_to_what_was_published_by_then_and_to_whatever_is_less() -> None:
    assert not beyond([FIRST], 1)
    assert beyond([FIRST, SECOND_VERSION], 1)
    assert not beyond([FIRST, SECOND_VERSION], 2)
    corrected = version(3, 20, registry(WIDER, website="https://relay.example"))
    assert not beyond([FIRST, SECOND_VERSION, corrected], 2)
    assert beyond([FIRST, SECOND_VERSION, corrected], 1)
    withdrawn = version(3, 20, registry(RELAY))
    assert not beyond([FIRST, SECOND_VERSION, withdrawn], 1)
    assert beyond([FIRST, version(2, 10, registry()), version(3, 20, registry(RELAY))], 2)
    assert beyond([FIRST, version(2, 10, registry(RELAY, legal_name="Another GmbH"))], 1)
