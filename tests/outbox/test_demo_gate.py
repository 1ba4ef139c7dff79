"""The demo keeps all mail here, and holds what the account has switched off."""

from typing import Any
from uuid import uuid4

import pytest

from steward.lib.actor import SYSTEM
from steward.outbox import maildir
from steward.outbox.actions import NewMail, put_in_outbox
from steward.outbox.models import OutgoingMail
from steward.privacy.egress.authorising import authorise, object_to
from steward.privacy.egress.models import EgressEvent
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demo(settings: Any, monkeypatch: pytest.MonkeyPatch, northwind: Account, contoso: Account) -> None:
    settings.STEWARD_DEMO, settings.STEWARD_HOSTING = True, True
    monkeypatch.setattr(maildir, "keep", lambda *_, **__: None)
    Region.objects.create(code="eu", name="Europe", countries=["DE"])
    DataCentre.objects.update(region_id="eu")
    publish(registry(engagement(categories=("user.name", "user.content", "user.contact.email"))))
    for account in (northwind, contoso):
        with account_scope(account.id):
            bring_into_force(uuid4(), actor=SYSTEM)


def sent(account: Account, run_jobs: Any) -> tuple[str, str]:
    """What becomes of a mail of the account."""
    with account_scope(account.id):
        put_in_outbox([NewMail("x", f"{uuid4()}@x", "", ("gil@fjord.example",), b"Subject: x\r\n\r\nx")])
    run_jobs("outbox.deliver")
    with account_scope(account.id):
        mail = OutgoingMail.objects.order_by("-id")[0]
    return mail.state, mail.reason


def test_what_an_account_objected_to_carries_no_mail_of_it_alone(
    northwind: Account, contoso: Account, run_jobs: Any
) -> None:
    assert sent(northwind, run_jobs) == ("sent", "kept_here")
    with account_scope(northwind.id):
        object_to("relay", actor=SYSTEM)
    assert sent(northwind, run_jobs) == ("held", "denied:tenant_objected")
    assert sent(contoso, run_jobs) == ("sent", "kept_here")
    with account_scope(northwind.id):
        [row] = EgressEvent.objects.all()
        assert (row.is_allowed, row.reason_code) == (False, "tenant_objected")
        authorise("relay", actor=SYSTEM)
    assert sent(northwind, run_jobs) == ("sent", "kept_here")
