"""Contract 5, inside JSON: what a value may hold, and about whom, is declared key by key.

That nothing else is written is looked at in every test (`tests/conftest.py`), and in the demo's rows.
"""

import inspect

import pytest
from django.db import models
from procrastinate.contrib.django import app

from steward.privacy.inventory import Erase, Key, Whose, holding_of, impersonal, personal
from steward.privacy.inventory.json_keys import json_fields, undeclared_in, undeclared_in_rows, undeclared_paths
from steward.tenancy.models import account_owned_models
from steward.tenancy.scope import account_scope
from steward.testing import json_keys
from steward.testing.tickets import make_message, make_ticket
from steward.tickets.models import Message, Ticket

FIELDS = [field for model in account_owned_models() for field in json_fields(model)]
each_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.model._meta.label}.{field.name}")

# Queue arguments: ids of rows, numbers of versions, moments, kinds of actors. Never an address, a name or words.
ARGUMENTS = {
    "agreement", "by", "consent", "copy", "draft", "due", "erasure", "event", "export", "grant", "into", "mail",
    "message", "messages", "recipient", "run", "status", "tag", "ticket", "tickets", "until", "users", "version",
}  # fmt: skip
KEYS = (Key("to.email", Whose.CONTACT, "user.contact.email"), Key("to.name", Whose.CONTACT, "user.name"), Key("of.*"))


@each_field
def test_every_json_field_says_which_keys_it_holds(field):
    holding = holding_of(field)
    assert holding.keys is not None
    about_somebody = [key for key in holding.keys if key.whose]
    assert bool(about_somebody) == holding.is_personal, "the field says one thing and its keys another"
    assert all(bool(key.category) == bool(key.whose) for key in holding.keys)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, []),
        ({"to": []}, []),
        ({"to": [{"email": "e@example.org", "name": ""}, {"email": "f@example.org"}]}, []),
        ({"of": {"tickets.tickets": 3, "anything": None}}, []),
        ({"to": [{"phone": "1"}, {"phone": "2"}], "cc": [{"email": "x"}]}, ["to.phone", "cc.email"]),
        ({"to": "e@example.org"}, ["to"]),
        ({"of": 3}, ["of"]),
        ({"of": {"a": {"b": 1}}}, ["of.a.b"]),
        ("plain", [""]),
        (None, [""]),
    ],
)
def test_keys_that_are_not_declared_are_named(value, found):
    assert undeclared_paths(KEYS, value) == found


def test_a_value_without_keys_is_declared_by_the_empty_path():
    assert undeclared_paths([Key("")], ["a", "b"]) == []
    assert undeclared_paths([Key("")], {"a": 1}) == ["a"]


def test_a_field_that_is_no_json_and_one_that_says_nothing_have_no_keys():
    assert undeclared_in(models.JSONField(), {"a": 1}) == []
    field = personal(
        models.JSONField(), Whose.AGENT, "user.name", purpose="support", erase=Erase.NULL, keys=["a", KEYS[0]]
    )
    assert undeclared_in(field, {"a": 1, "b": 1}) == ["b"]
    assert holding_of(impersonal(models.TextField())).keys is None


def test_what_is_written_is_looked_at(northwind, eli, any_keys):
    message = make_message(make_ticket(eli))
    before = len(json_keys.undeclared_keys())
    with account_scope(northwind.id):
        Message.objects.filter(pk=message.pk).update(recipients={"to": [{"phone": "+48"}]})
        assert undeclared_in_rows(Message) == ["tickets.Message.recipients: to.phone"]
        assert undeclared_in_rows(Ticket) == []
    assert json_keys.undeclared_keys()[before:] == ["tickets.Message.recipients: to.phone"]


def test_jobs_are_queued_with_ids_alone():
    """Tasks of ours: procrastinate has its own, and so have tests of queues."""
    ours = [task for task in app.tasks.values() if inspect.unwrap(task.func).__module__.startswith("steward.")]
    assert len(ours) > 30
    found = {name for task in ours for name in _arguments(task)}
    assert found - ARGUMENTS == set()


def _arguments(task):
    """The arguments of the function a task was made of; the account's id and the moment of a periodic one are ours."""
    function = inspect.unwrap(task.func)
    return set(inspect.signature(function).parameters) - {"account_id", "account", "context", "timestamp"}
