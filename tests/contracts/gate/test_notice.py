"""Notice, to the second, for each account by itself."""

import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import object_to
from steward.privacy.egress.decision import (
    Reason,
    Request,
    decide,
)
from steward.privacy.egress.known import gather
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.gate_lists import COMPANY, DAY, NOW, SECOND, publish, registry


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
