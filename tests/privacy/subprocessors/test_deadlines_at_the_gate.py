"""From the announcement to the gate: a second before an account's date nothing leaves, a second after it may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Reason, Request, decide
from steward.privacy.egress.known import gather
from steward.privacy.egress.registry.document import (
    Endpoint,
    Engagement,
    Kind,
    Place,
    Protocol,
    Provider,
    Registry,
    Subprocessor,
    VendorAgreement,
)
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.subprocessors.actions import (
    approve_draft,
    change_draft,
    describe_draft,
    open_draft,
    publish_draft,
)
from steward.privacy.subprocessors.actions.objections import agree_to, object_to
from steward.privacy.subprocessors.models import ChangeNotice
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
RELAY = Engagement(
    key="relay",
    purposes=("mail.deliver",),
    categories=("user.content", "user.contact.email"),
    countries=("DE",),
    regions=("eu",),
    endpoints=(Endpoint(host="relay.example.net", port=587, protocol=Protocol.SMTP),),
)
FAR = Engagement(key="far", purposes=("data.host",), countries=("US",), regions=("us",))


@pytest.fixture
def dates(
    settings: Any, stop_clock: Callable[[datetime], object], run_jobs: Callable[..., int], northwind: Account,
    contoso: Account,
) -> dict[Account, datetime]:  # fmt: skip
    """The relay is announced to Northwind, whose agreement says 30 days, and to Contoso with 60: their dates."""
    settings.STEWARD_HOSTING = True
    stop_clock(datetime.now(UTC))
    Region.objects.create(code="eu", name="Europe", countries=["DE"])
    DataCentre.objects.update(region_id="eu")
    for account, days in ((northwind, 30), (contoso, 60)):
        with account_scope(account.id):
            bring_into_force(uuid4(), actor=SYSTEM, notice_days=days)
    publish()
    publish(RELAY)
    tell(run_jobs)
    return {account: told_date(account) for account in (northwind, contoso)}


def publish(*engagements: Engagement, effective_at: datetime | None = None) -> None:
    agreement = VendorAgreement(version="1", effective_from=datetime.now(UTC) - timedelta(days=1))
    company = Subprocessor(
        key="company", legal_name="Relay GmbH", kind=Kind.SERVICE, engagements=engagements, agreements=(agreement,)
    )
    registry = Registry(
        provider=Provider(legal_name="Host s.r.o.", service="Desk"),
        regions=(Place(code="eu", name={"en": "Europe"}), Place(code="us", name={"en": "United States"})),
        subprocessors=(company,),
        prose=(),
    )
    draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
    draft = describe_draft(draft, summary={}, effective_at=effective_at, operator_id=None)
    publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


def tell(run_jobs: Callable[..., int]) -> None:
    run_jobs("subprocessors.announce")
    run_jobs("subprocessors.tell_account")


def told_date(account: Account, *, version: int = 2) -> datetime:
    with account_scope(account.id):
        until = ChangeNotice.objects.get(version=version).objection_until
    assert until is not None
    return until


def outcome(account: Account, *, host: str = "relay.example.net") -> Reason:
    request = Request(
        account_id=account.id,
        purpose="mail.deliver",
        categories=("user.content",),
        destination=Destination(host, 587),
    )
    return decide(request, replace(gather(request), resolves_to_reachable=True)).reason


def test_each_account_has_it_open_from_its_own_date_on(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], northwind: Account, contoso: Account
) -> None:
    assert dates[contoso] - dates[northwind] == timedelta(days=30)
    for account, other in ((northwind, contoso), (contoso, northwind)):
        stop_clock(dates[account] - SECOND)
        before = outcome(other)
        assert outcome(account) is Reason.NOTICE_PENDING
        stop_clock(dates[account] + SECOND)
        assert outcome(account) is Reason.ALLOWED
        assert outcome(other) is before


def test_an_objection_a_second_before_the_date_keeps_it_shut_for_that_account_alone(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], northwind: Account, contoso: Account
) -> None:
    stop_clock(dates[northwind] - SECOND)
    with account_scope(northwind.id):
        object_to("relay", actor=SYSTEM)
    stop_clock(dates[contoso] + SECOND)
    assert (outcome(northwind), outcome(contoso)) == (Reason.TENANT_OBJECTED, Reason.ALLOWED)
    with account_scope(northwind.id):
        agree_to("relay", actor=SYSTEM)
    assert outcome(northwind) is Reason.ALLOWED


def test_what_is_taken_away_in_an_emergency_is_shut_at_once(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], contoso: Account
) -> None:
    stop_clock(dates[contoso] + SECOND)
    assert outcome(contoso) is Reason.ALLOWED
    publish(structs.replace(RELAY, categories=("user.contact.email",)))
    assert outcome(contoso) is Reason.CATEGORY_NOT_COVERED
    publish()
    assert outcome(contoso) is Reason.NOT_ACTIVE


def test_who_must_agree_first_has_it_shut_until_then(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], northwind: Account
) -> None:
    stop_clock(dates[northwind] + SECOND)
    with account_scope(northwind.id):
        bring_into_force(uuid4(), actor=SYSTEM, mode="specific")
    assert outcome(northwind) is Reason.NOT_AUTHORISED
    with account_scope(northwind.id):
        agree_to("relay", actor=SYSTEM)
    assert outcome(northwind) is Reason.ALLOWED


def test_the_very_moment_is_open(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], northwind: Account
) -> None:
    stop_clock(dates[northwind])
    assert outcome(northwind) is Reason.ALLOWED


def test_a_day_that_is_set_later_than_the_notice_counts_where_it_is_later(
    dates: dict[Account, datetime],
    stop_clock: Callable[[datetime], object],
    run_jobs: Callable[..., int],
    northwind: Account,
    contoso: Account,
) -> None:
    """Announced for the 45th day: 45 days for whom 30 were agreed, 60 for whom 60 were."""
    start = dates[northwind] - DAY * 30
    other = Endpoint(host="other.example.net", port=587, protocol=Protocol.SMTP)
    publish(RELAY, structs.replace(RELAY, key="other", endpoints=(other,)), effective_at=start + DAY * 45)
    tell(run_jobs)
    for account, days in ((northwind, 45), (contoso, 60)):
        until = told_date(account, version=3)
        assert until == start + DAY * days
        for step, expected in ((-SECOND, Reason.NOTICE_PENDING), (SECOND, Reason.ALLOWED)):
            stop_clock(until + step)
            assert outcome(account, host=other.host) is expected


def test_what_is_announced_twice_is_told_once_and_keeps_its_first_date(
    dates: dict[Account, datetime],
    stop_clock: Callable[[datetime], object],
    run_jobs: Callable[..., int],
    northwind: Account,
) -> None:
    """As it is, or corrected: another version says the same, and something that is nobody's business here."""
    stop_clock(dates[northwind] - DAY * 10)
    publish(structs.replace(RELAY, description={"en": "It carries mail."}), FAR)
    tell(run_jobs)
    with account_scope(northwind.id):
        assert list(ChangeNotice.objects.values_list("version", flat=True)) == [2]
    stop_clock(dates[northwind] + SECOND)
    assert outcome(northwind) is Reason.ALLOWED


def test_what_is_made_wider_while_it_waits_begins_anew(
    dates: dict[Account, datetime],
    stop_clock: Callable[[datetime], object],
    run_jobs: Callable[..., int],
    northwind: Account,
) -> None:
    stop_clock(dates[northwind] - DAY)
    publish(structs.replace(RELAY, categories=(*(RELAY.categories or ()), "user.name")))
    tell(run_jobs)
    later = told_date(northwind, version=3)
    assert later == dates[northwind] + DAY * 29
    stop_clock(later - SECOND)
    assert outcome(northwind) is Reason.NOTICE_PENDING
    stop_clock(later + SECOND)
    assert outcome(northwind) is Reason.ALLOWED


def test_what_is_withdrawn_never_opens_and_comes_back_with_a_notice_of_its_own(
    dates: dict[Account, datetime],
    stop_clock: Callable[[datetime], object],
    run_jobs: Callable[..., int],
    northwind: Account,
    contoso: Account,
) -> None:
    stop_clock(dates[northwind] - SECOND)
    publish()
    tell(run_jobs)
    stop_clock(dates[contoso] + SECOND)
    assert {outcome(northwind), outcome(contoso)}.isdisjoint({Reason.ALLOWED})
    publish(RELAY)
    tell(run_jobs)
    until = told_date(northwind, version=4)
    assert until == dates[contoso] + SECOND + DAY * 30
    for step, expected in ((-SECOND, Reason.NOTICE_PENDING), (SECOND, Reason.ALLOWED)):
        stop_clock(until + step)
        assert outcome(northwind) is expected


@pytest.mark.parametrize(("step", "expected"), [(-SECOND, Reason.NOTICE_PENDING), (SECOND, Reason.ALLOWED)])
def test_an_account_opened_after_the_announcement_accepted_it(
    dates: dict[Account, datetime],
    stop_clock: Callable[[datetime], object],
    northwind: Account,
    contoso: Account,
    step: timedelta,
    expected: Reason,
) -> None:
    """A second before it was announced, it is told like all others; a second after, it stands at once."""
    announced_at = dates[northwind] - DAY * 30
    Account.objects.filter(pk=northwind.pk).update(created_at=announced_at + step)
    stop_clock(announced_at + DAY)
    assert outcome(northwind) is expected
    assert outcome(contoso) is Reason.NOTICE_PENDING


def test_who_agreed_to_a_longer_notice_meanwhile_has_that(
    dates: dict[Account, datetime], stop_clock: Callable[[datetime], object], northwind: Account
) -> None:
    with account_scope(northwind.id):
        bring_into_force(uuid4(), actor=SYSTEM, notice_days=90)
    stop_clock(dates[northwind] + DAY * 60 - SECOND)
    assert outcome(northwind) is Reason.NOTICE_PENDING
    stop_clock(dates[northwind] + DAY * 60 + SECOND)
    assert outcome(northwind) is Reason.ALLOWED
