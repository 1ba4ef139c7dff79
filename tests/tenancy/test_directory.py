"""Accounts, their slugs and their hosts."""

import pytest
from django.test import RequestFactory

from steward.tenancy import directory
from steward.tenancy.actions import SlugRefused, create_account
from steward.tenancy.middleware import host_of
from steward.tenancy.models import Account, Domain


@pytest.mark.parametrize("slug", ["a", "acme", "a1", "a-b", "x" * 40, "northwind2"])
def test_a_slug_is_a_host_label(slug, db):
    account = create_account(slug, name="Acme")
    assert directory.account_at(f"{slug}.localhost").id == account.id


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "A",
        "1a",
        "-a",
        "a-",
        "a_b",
        "a.b",
        "ą",
        "x" * 41,
        "a b",
        "a\n",
        "www",
        "operator",
        "postmaster",
        "northwind",
    ],
)
def test_other_slugs_are_refused(slug, db):
    with pytest.raises(SlugRefused):
        create_account(slug, name="Acme")
    assert Account.objects.filter(slug=slug).count() == (slug == "northwind")


def test_a_slug_is_never_given_out_twice(db):
    account = create_account("acme", name="Acme")
    Domain.objects.filter(account=account).delete()
    Account.objects.filter(pk=account.pk)._raw_delete("default")  # Django would look into every table first
    with pytest.raises(SlugRefused, match="once"):
        create_account("acme", name="Acme again")


def test_what_the_directory_tells(northwind):
    entry = directory.account_at("northwind.localhost")
    assert (entry.id, entry.slug, entry.name, entry.serves_console) == (northwind.id, "northwind", "Northwind", True)
    assert directory.account_at("nobody.localhost") is None
    assert directory.account_at("localhost") is None


@pytest.mark.parametrize(("state", "answers"), [("active", True), ("suspended", True), ("terminated", False)])
def test_a_terminated_account_has_no_host(state, answers, northwind):
    for step in (Account.State.SUSPENDED, state):
        Account.objects.filter(pk=northwind.pk).update(state=step)
    assert (directory.account_at("northwind.localhost") is not None) == answers


def test_answers_are_kept_until_they_are_forgotten(northwind, django_assert_num_queries):
    directory.account_at("northwind.localhost")
    with django_assert_num_queries(0):
        directory.account_at("northwind.localhost")
    directory.forget()
    with django_assert_num_queries(1):
        directory.account_at("northwind.localhost")


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("northwind.localhost", "northwind.localhost"),
        ("Northwind.LOCALHOST:8000", "northwind.localhost"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("[::1]:8000", "[::1]"),
        ("", ""),
        ("northwind.localhost:80@evil.example", ""),
        ("northwind.localhost:80,evil.example:80", ""),
        ("northwind.localhost/evil:80", ""),
    ],
)
def test_the_host_of_a_request(header, host):
    assert host_of(RequestFactory().get("/", headers={"host": header})) == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_the_base_domain(host):
    assert directory.is_base_host(host)


def test_one_account_may_answer_on_the_base_domain(settings, northwind):
    assert directory.base_host_account() is None
    settings.STEWARD_SINGLE_ACCOUNT = "northwind"
    assert directory.base_host_account().id == northwind.id
