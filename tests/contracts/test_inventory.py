"""Every field of every account-owned model says what it holds, and the database holds nothing else."""

import re

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.test.utils import isolate_apps

from steward.privacy.inventory import Erase, Whose, holding_of, impersonal, personal, undeclared_fields
from steward.tenancy import apps as tenancy_apps
from steward.tenancy import models as tenancy_models
from steward.tenancy.models import AccountOwned, account_owned_models

MODELS = sorted(account_owned_models(), key=lambda model: model._meta.label)
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
# fideslang's data categories, as far as a person can be their subject: https://ethyca.github.io/fideslang/
CATEGORY = re.compile(r"user(\.[a-z_]+)*")


def make_loose_model():
    with isolate_apps("steward.tickets"):

        class Loose(AccountOwned):
            told = impersonal(models.IntegerField())
            untold = models.TextField()

            class Meta(AccountOwned.Meta):
                app_label = "tickets"

    return Loose


def test_every_field_says_what_it_holds():
    assert undeclared_fields(MODELS) == []


def test_a_field_that_says_nothing_is_named():
    assert undeclared_fields([*MODELS, make_loose_model()]) == ["tickets.Loose.untold"]


def test_a_field_that_says_nothing_fails_the_build(monkeypatch):
    owned = [*MODELS, make_loose_model()]
    monkeypatch.setattr(tenancy_models, "account_owned_models", lambda: owned)
    [error] = tenancy_apps.check_inventory()
    assert error.is_serious()
    assert error.msg.startswith("tickets.Loose.untold ")
    with pytest.raises(SystemCheckError, match=re.escape("tickets.Loose.untold")):
        call_command("check")


@each_model
def test_the_table_has_the_declared_columns_and_no_others(model, db):
    with connection.cursor() as cursor:
        query = "SELECT column_name::text FROM information_schema.columns WHERE table_name = %s"
        cursor.execute(query, [model._meta.db_table])
        columns = {name for (name,) in cursor.fetchall()}
    assert columns == {field.column for field in model._meta.local_fields if holding_of(field)}


@each_model
def test_what_is_personal_says_whose_what_for_and_how_it_is_erased(model):
    for field in model._meta.local_fields:
        holding = holding_of(field)
        if holding.is_personal:
            assert isinstance(holding.whose, Whose), field
            assert CATEGORY.fullmatch(holding.category), field
            assert holding.purpose, field
            assert isinstance(holding.erase, Erase), field
        else:
            assert (holding.whose, holding.category, holding.purpose, holding.erase) == (None, "", "", None), field


@each_model
def test_what_is_erased_by_null_can_be_emptied(model):
    for field in model._meta.local_fields:
        if holding_of(field).erase == Erase.NULL:
            assert field.null or field.blank, field


@each_model
def test_ids_and_references_are_not_called_personal(model):
    for field in model._meta.local_fields:
        if field.primary_key or field.is_relation:
            assert not holding_of(field).is_personal, field


def test_the_declaration_stays_with_its_field():
    field = personal(models.TextField(), Whose.AGENT, "user.name", purpose="support", erase=Erase.DELETE_ROW)
    assert holding_of(field).is_exported
    assert holding_of(field.clone()) is None, "a copy of a field has to be declared anew"
    assert holding_of(models.TextField()) is None
