"""A copy of everything has every table of the account, or says why not; and no secret, whoever adds one."""

import re

from django.apps import apps
from django.db import models

from steward.files.models import File
from steward.privacy.keys.fields import SecretField
from steward.privacy.takeout.contents import (
    HEX,
    LEFT_FIELDS,
    LEFT_FILES,
    LEFT_OUT,
    MAILS,
    SHARED,
    all_tables,
    is_undescribed,
)
from steward.privacy.takeout.describing import in_words, schema
from steward.tenancy.models import account_owned_models

SUSPECT = re.compile(r"token|secret|passw|passphrase|hash|salt|private|credential|factor")
# Named like a secret, and none.
HARMLESS = {
    "exports.Export.passphrase_shown_at": "a time",
    "events.Event.salt": "of a digest of what stands beside it",
    "people.SecurityPolicy.second_factor": "who has to have one",
    "tenancy.RegionMoveOrder.factor": "which kind was shown",
}
# Tables without a wall that name an account, and are the installation's own.
OF_THE_INSTALLATION = {
    "tenancy.Usage": "counted anew each day",
    "people.Session": "a session",
    "people.MailedLink": "a token",
    "people.Passage": "a token",
    "people.OperatorAct": "the log of who runs the installation",
    "email.Arrival": "a queue",
    "agreements.Review": "a queue",
    "subprocessors.Matter": "a queue",
    "lifecycle.Departure": "about accounts that are deleted",
    "lifecycle.AccountCertificate": "about accounts that are deleted",
    "lifecycle.KeptInvoice": "about accounts that are deleted",
    "incidents.Affected": "the register of who runs the installation",
    "incidents.DisclosedAccount": "the register of who runs the installation",
    "incidents.Letter": "the register of who runs the installation",
    "marketing.MarketingConsent": "between a person and who runs the installation",
}


def fields():
    for table in all_tables():
        for field in table.fields:
            yield f"{table.name}.{field.name}", field


def test_each_table_of_an_account_is_given_or_left_out_for_a_reason():
    owned = {model._meta.label for model in account_owned_models()}
    assert {table.name for table in all_tables()} == (owned - LEFT_OUT.keys()) | SHARED.keys()
    assert LEFT_OUT.keys() <= owned
    assert all(LEFT_OUT.values())


def test_each_table_without_a_wall_is_given_or_the_installations():
    named = {
        model._meta.label
        for model in set(apps.get_models()) - set(account_owned_models())
        if {"account_id"} & {field.attname for field in model._meta.local_concrete_fields}
    }
    assert " ".join(sorted(named - SHARED.keys() - OF_THE_INSTALLATION.keys())) == ""


def test_nobody_added_bytes_without_saying_what_they_are():
    concrete = [field for model in apps.get_models() for field in model._meta.local_concrete_fields]
    given = {table.model for table in all_tables()}
    assert [str(field) for field in concrete if field.model in given and is_undescribed(field)] == []


def test_no_secret_is_given():
    assert not [name for name, field in fields() if isinstance(field, SecretField)]
    suspects = {name for name, _field in fields() if SUSPECT.search(name.rpartition(".")[2])}
    assert sorted(suspects) == sorted(HARMLESS)


def test_what_is_named_is_there():
    labels = {f"{m._meta.label}.{f.name}": f for m in apps.get_models() for f in m._meta.local_concrete_fields}
    assert {*HEX, *MAILS, *LEFT_FIELDS, *LEFT_FILES} <= labels.keys()
    assert all(isinstance(labels[name], models.BinaryField) for name in (*HEX, *MAILS))
    assert all(labels[name].related_model is File for name in LEFT_FILES)


def test_references_come_first():
    places = {table.model: number for number, table in enumerate(all_tables())}
    behind = {
        f"{table.name}.{field.name}"
        for table in all_tables()
        for field in table.fields
        if field.is_relation and places.get(field.related_model, -1) > places[table.model]
    }
    assert behind == set(), "a ring: an import would have to set these afterwards"


def test_the_format_is_described():
    told, words = schema(), in_words()
    for table in told["tables"]:
        assert f"## `{table['path']}`" in words
        assert table["about"]
        assert all(field["type"] for field in table["fields"])
