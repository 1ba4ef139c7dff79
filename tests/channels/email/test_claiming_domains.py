"""Whose mail an account may have: never that of the installation itself, nor of a name not issued to it."""

import pytest
from django.conf import settings

from steward.channels.email.mailboxes import AddressRefused, Mailbox, add_mail_account
from steward.lib.actor import SYSTEM
from steward.tenancy import directory
from steward.tenancy.models import Domain
from steward.tenancy.scope import account_scope

BASE = settings.STEWARD_DOMAIN


def claim(account, department, address):
    with account_scope(account.id):
        return add_mail_account(Mailbox(address=address), department=department, actor=SYSTEM)


@pytest.mark.parametrize(
    "host",
    [BASE, f"not-issued.{BASE}", f"deep.northwind.{BASE}", f"contoso.{BASE}", f"mail.{BASE}", f"X.{BASE.upper()}"],
)
def test_names_of_the_installation_and_of_others_are_refused(northwind, support, host):
    before = set(Domain.objects.values_list("host", flat=True))
    with pytest.raises(AddressRefused):
        claim(northwind, support, f"info@{host}")
    assert set(Domain.objects.values_list("host", flat=True)) == before


def test_its_own_name_and_names_elsewhere_are_given(northwind, support):
    claim(northwind, support, f"info@northwind.{BASE}")
    claim(northwind, support, "info@northwind.test")
    assert not Domain.objects.get(host="northwind.test").serves_console


def test_the_account_that_has_the_base_domain_has_its_mail(northwind, support, contoso, settings):
    settings.STEWARD_SINGLE_ACCOUNT = "northwind"
    directory.forget()
    with account_scope(contoso.id), pytest.raises(AddressRefused):
        add_mail_account(Mailbox(address=f"info@{BASE}"), department=None, actor=SYSTEM)
    assert claim(northwind, support, f"info@{BASE}").address == f"info@{BASE}"
