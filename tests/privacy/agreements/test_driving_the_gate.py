"""The terms of a customer's own text, countersigned, decide what leaves: notice, mode and regions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils.translation import override
from msgspec import structs

from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.privacy.agreements.actions import Ending, Proposal, Signer, countersign, end, submit, take_into_review
from steward.privacy.agreements.effects import effects_of
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.uploads import read_upload
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import authorise, object_to
from steward.privacy.egress.decision import Reason, Request, decide
from steward.privacy.egress.known import gather
from steward.privacy.egress.registry import document as doc
from steward.privacy.subprocessors.actions import approve_draft, change_draft, open_draft, publish_draft
from steward.tenancy.models import Account, Region
from steward.testing.registries import hosting_registry

pytestmark = pytest.mark.django_db
HOST = Destination("relay.example.net", 587)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPERATOR = new_id()


@pytest.fixture
def after(hosted: Account, stop_clock: Callable[[datetime], object]) -> Callable[..., object]:
    """Time stands still; `after(days)` lets so much of it pass since the beginning."""
    began = datetime.now(UTC)
    stop_clock(began)
    return lambda days, seconds=0: stop_clock(began + days * DAY + seconds * SECOND)


def relay(**changes: Any) -> doc.Registry:
    """The list with one engagement more, which can be reached at `HOST`."""
    held = hosting_registry()
    company = held.subprocessors[0]
    endpoint = doc.Endpoint(host=HOST.host, port=HOST.port, protocol=doc.Protocol.SMTP)
    use = structs.replace(company.engagements[0], key="carrier", endpoints=(endpoint,), **changes)
    company = structs.replace(company, engagements=(*company.engagements, use))
    return structs.replace(held, subprocessors=(company,))


def publish(registry: doc.Registry) -> None:
    draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
    publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


def agreed(signer: Signer, **terms: Any) -> Agreement:
    text = read_upload(b"%PDF-1.7 theirs")
    waiting = take_into_review(submit(text, Proposal(**terms), signer, actor=SYSTEM), operator_id=OPERATOR)
    return countersign(waiting, text, operator_id=OPERATOR)


def outcome(account: Account) -> Reason:
    request = Request(account_id=account.pk, purpose="mail.deliver", categories=("user.content",), destination=HOST)
    return decide(request, replace(gather(request), resolves_to_reachable=True)).reason


def test_days_of_notice_over_thirty_hold_a_change_back(
    hosted: Account, signer: Signer, after: Callable[..., object]
) -> None:
    agreed(signer, notice_days=45)
    publish(relay())

    after(31)
    assert outcome(hosted) is Reason.NOTICE_PENDING
    after(45, -1)
    assert outcome(hosted) is Reason.NOTICE_PENDING
    after(45, 1)
    assert outcome(hosted) is Reason.ALLOWED


def test_general_authorisation_allows_until_somebody_objects(
    hosted: Account, signer: Signer, after: Callable[..., object]
) -> None:
    agreed(signer, mode="general")
    publish(relay())
    after(31)
    assert outcome(hosted) is Reason.ALLOWED
    object_to("carrier", actor=SYSTEM)
    assert outcome(hosted) is Reason.TENANT_OBJECTED


def test_specific_authorisation_denies_until_somebody_agrees(
    hosted: Account, signer: Signer, after: Callable[..., object]
) -> None:
    agreed(signer, mode="specific")
    publish(relay())
    after(31)
    assert outcome(hosted) is Reason.NOT_AUTHORISED
    authorise("carrier", actor=SYSTEM)
    assert outcome(hosted) is Reason.ALLOWED


@pytest.mark.parametrize(
    ("regions", "reason"),
    [((), Reason.ALLOWED), (("eu",), Reason.REGION_NOT_SERVED), (("eu", "us"), Reason.ALLOWED)],
)
def test_regions_that_were_chosen_hold_whatever_a_transfer_rests_on(
    hosted: Account, signer: Signer, after: Callable[..., object], regions: tuple[str, ...], reason: Reason
) -> None:
    Region.objects.create(code="us", name="United States", countries=["US"])
    agreed(signer, regions=regions)
    publish(relay(countries=("DE", "US"), mechanism=doc.Mechanism.CLAUSES))
    after(31)
    assert outcome(hosted) is reason


def test_the_end_refuses_at_once(hosted: Account, signer: Signer, after: Callable[..., object]) -> None:
    made = agreed(signer)
    publish(relay())
    after(31)
    assert outcome(hosted) is Reason.ALLOWED
    end(made, Ending(side=Agreement.Side.PROVIDER, by=OPERATOR), actor=SYSTEM)
    assert outcome(hosted) is Reason.TENANT_DPA_NOT_IN_FORCE


@pytest.mark.parametrize("language", [code for code, _ in configured.LANGUAGES])
def test_what_they_mean_is_said_in_words(hosted: Account, language: str) -> None:
    Region.objects.create(code="us", name="America", countries=["US"])
    own = hosted.data_centre.region
    strict = Proposal(notice_days=45, mode="specific", regions=("eu", "us"))
    with override(language):
        told = effects_of(strict, region=own)
        usual = effects_of(Proposal(), region=own)
    assert "45" in told[0]
    assert "30" in usual[0]
    assert "America" in told[2]
    assert "America" not in usual[2]
    assert all(one != other for one, other in zip(told, usual, strict=True))
    assert not [sentence for sentence in (*told, *usual) if "%(" in sentence]
