"""Which hosts have pages: those issued or set up for pages, of accounts that are open."""

import pytest
from django.conf import settings
from django.test import Client

from steward.tenancy import directory
from steward.tenancy.models import Account, Domain


@pytest.mark.parametrize("path", ["/console/", "/console/sign-in", "/"])
def test_a_domain_that_only_receives_mail_has_no_pages(northwind, path):
    Domain.objects.create(host="mail.example.test", account=northwind)
    assert Client(headers={"host": "mail.example.test"}).get(path).status_code == 421
    Domain.objects.filter(host="mail.example.test").update(serves_console=True)
    directory.forget()
    assert Client(headers={"host": "mail.example.test"}).get(path).status_code != 421


@pytest.mark.parametrize("path", ["/console/", "/console/sign-in", "/console/tickets/new", "/"])
def test_a_suspended_account_has_one_page(client_of, ada, northwind, path):
    adas = client_of(ada)
    Account.objects.filter(pk=northwind.pk).update(state=Account.State.SUSPENDED)
    directory.forget()
    for response in (adas.get(path), adas.post(path)):
        assert response.status_code == 403
        assert "suspended" in response.content.decode()
    Account.objects.filter(pk=northwind.pk).update(state=Account.State.ACTIVE)
    directory.forget()
    assert adas.get("/console/").status_code == 200


def test_it_is_alive_all_the_same(northwind):
    Account.objects.filter(pk=northwind.pk).update(state=Account.State.SUSPENDED)
    directory.forget()
    host = f"northwind.{settings.STEWARD_DOMAIN}"
    assert Client(headers={"host": host}).get("/healthz").status_code == 200
