"""Certificates of an account that is deleted: for whoever has the link, and for operators."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from steward.lib.clock import now
from steward.lifecycle.departing.certifying import certify
from steward.lifecycle.departing.owners import certificates_url, token_of
from steward.lifecycle.models import Departure, KeptInvoice
from steward.marketing.consents import token_of as news_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def certified(northwind):
    departure = Departure.objects.create(
        account=northwind, begun_at=now(), deleted_at=now(), backups_end_at=now(), key_destroyed_at=now(),
        before={"tickets_ticket": 12}, erased={"tickets_ticket": 12},
    )  # fmt: skip
    return certify(northwind, departure, "deleted", {})


def test_the_link_shows_what_went_and_both_files(certified, northwind, visitor_at):
    base = visitor_at()
    page = base.get(reverse("front:certificates", args=[northwind.pk, token_of(northwind.pk)]))
    assert page.status_code == 200
    assert certificates_url(northwind.pk).endswith(page.request["PATH_INFO"])
    assert certified.sha256 in page.content.decode()
    told = base.get(f"{page.request['PATH_INFO']}/deleted.json")
    assert json.loads(told.content)["stores"] == [{"store": "tickets_ticket", "before": 12, "erased": 12, "left": 0}]
    paper = base.get(f"{page.request['PATH_INFO']}/deleted.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert base.get(f"{page.request['PATH_INFO']}/gone.json").status_code == 404
    assert base.get(f"{page.request['PATH_INFO']}/deleted.txt").status_code == 404


def test_without_the_link_nobody_learns_anything(certified, northwind, contoso, visitor_at):
    base = visitor_at()
    assert base.get(f"/certificates/{northwind.pk}/{token_of(contoso.pk)}").status_code == 404
    assert base.get(f"/certificates/{northwind.pk}/{token_of(contoso.pk)}/deleted.json").status_code == 404
    assert base.get(f"/certificates/{contoso.pk}/{token_of(contoso.pk)}").status_code == 404, "it is not deleted"
    assert visitor_at(northwind).get(f"/certificates/{northwind.pk}/{token_of(northwind.pk)}").status_code == 404


def test_the_links_of_mails_lead_there_also_where_another_account_answers_on_the_base_domain(
    certified, northwind, contoso, visitor_at, settings
):
    settings.STEWARD_SINGLE_ACCOUNT = "contoso"
    base = visitor_at()
    assert base.get(f"/certificates/{northwind.pk}/{token_of(northwind.pk)}").status_code == 200
    assert base.get(f"/news/{news_token(uuid4())}").status_code == 200


def test_operators_have_them_too_and_the_invoices(certified, northwind, operator_client):
    bill = {"number": "2026-7", "issued_to": "Northwind", "amount": 49, "currency": "EUR", "state": "unpaid"}
    KeptInvoice.objects.create(account=northwind, issued_at=now(), due_at=now(), kept_until=now(), **bill)
    assert "2026-7" in operator_client.get(f"/operator/accounts/{northwind.slug}").content.decode()
    assert "deleted.pdf" in operator_client.get(f"/operator/accounts/{northwind.slug}").content.decode()
    told = operator_client.get(f"/operator/accounts/{northwind.slug}/certificates/deleted.json")
    assert json.loads(told.content)["number"] == certified.number
    assert operator_client.get(f"/operator/accounts/{northwind.slug}/certificates/gone.json").status_code == 404
