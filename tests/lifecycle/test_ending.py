"""Mails about the end of an account say who ended it, or what."""

import re
from datetime import timedelta
from email import message_from_bytes

import pytest

from steward.lib.actor import SYSTEM
from steward.lifecycle.closing import order_deletion, withdraw_deletion
from steward.lifecycle.departing.after_restore import delete_accounts_again
from steward.lifecycle.departing.ordering import delete_now, order_at_once
from steward.lifecycle.departing.owners import News, tell_former_owners
from steward.lifecycle.models import Departure
from steward.lifecycle.ordered_again import follow_orders
from steward.lifecycle.plans import begin_life
from steward.lifecycle.suspension import suspend_account, terminate_account
from steward.outbox.models import InstallationMail
from steward.privacy.erasure.ledger import write_departure, write_departure_order
from steward.privacy.keys.cipher import decrypt_for_installation, encrypt_for_installation
from steward.tenancy.models import Account
from steward.tenancy.scope import upkeep_scope
from steward.testing.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def life(northwind, clock, settings, tmp_path):
    """`life(plan)`: Northwind on that plan since noon."""
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")

    def begin(plan):
        with upkeep_scope(northwind.id):
            begin_life(northwind, plan=plan)
        return northwind

    return begin


@pytest.fixture
def through(northwind, pass_at):
    """`through(days, …)`: the pass on each of those days, with its jobs."""

    def go(*days):
        for day in days:
            pass_at(northwind, day)

    return go


def told(subject):
    """The words of each mail with that subject."""
    for mail in InstallationMail.objects.filter(purpose="account life").order_by("created_at", "pk"):
        message = message_from_bytes(decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")))
        if message["Subject"] == subject:
            yield " ".join(message.get_payload(decode=True).decode().split())


def test_of_a_trial_nobody_ordered_it(life, through):
    life("trial")
    through(14, 74, 90, 97, 103, 104, 134)
    because = "Nobody ordered it: it was suspended on 17 March 2026, 12:00"
    for subject in ("Your help desk is terminated", "Your help desk is about to be deleted",
                    "Your help desk is deleted", "Nothing of your help desk is left"):  # fmt: skip
        texts = list(told(subject))
        assert texts, subject
        assert [text for text in texts if because not in text or "its trial was over" not in text] == []


def test_who_suspended_it_is_said(life, through):
    account = life("standard")
    suspend_account(account, actor=SYSTEM)
    through(60)
    (text,) = told("Your help desk is terminated")
    assert "Whoever runs the installation suspended it on 3 March 2026, 12:00" in text


def test_an_owner_who_ordered_it_is_named_in_every_mail(life, through, ada):
    account = life("standard")
    with upkeep_scope(account.id):
        order_deletion(account, owner=ada, after=timedelta(days=7))
    through(6, 7, 37)
    (ordered,) = told("The deletion of your help desk is ordered")
    assert "Ada, an owner of Northwind, has ordered" in ordered
    for subject in ("Your help desk is about to be deleted", "Your help desk is deleted",
                    "Nothing of your help desk is left"):  # fmt: skip
        (text,) = told(subject)
        assert "It was ordered by Ada, an owner, on 3 March 2026, 12:00" in text, subject


def test_who_took_the_order_back_is_named(life, ada):
    account = life("standard")
    with upkeep_scope(account.id):
        order_deletion(account, owner=ada)
        withdraw_deletion(account, owner=ada)
    (text,) = told("Your help desk is not deleted after all")
    assert "Ada, an owner of Northwind, has taken the order back" in text


def test_at_a_terminal_it_is_who_runs_the_installation_though_an_owner_had_once_ordered_it(life, ada, stop_clock):
    account = life("self-hosted")
    with upkeep_scope(account.id):
        order_deletion(account, owner=ada, after=timedelta(days=7))
        withdraw_deletion(account, owner=ada)
    stop_clock(NOON + timedelta(days=1))
    order_at_once(account)
    delete_now(account, rest=0)
    (text,) = told("Your help desk is deleted")
    assert "It was ordered by whoever runs the installation, on 4 March 2026, 12:00" in text


def test_what_a_backup_had_brought_back_is_said_to_be_that(life):
    account = life("trial")
    write_departure(account.id, is_ordered=False, begun_at="2026-02-01T10:00:00+00:00")
    assert delete_accounts_again() == (1, 0)
    (text,) = told("Your help desk is deleted")
    assert "a backup had brought it back" in text


@pytest.mark.parametrize(
    ("because", "state"), [("trial", "suspended"), ("unpaid", "terminated"), ("operator", "suspended")]
)
def test_what_an_owner_had_deleted_is_said_to_be_that_though_the_backup_has_it_shut_already(life, because, state):
    account = life("trial")
    suspend_account(account, actor=SYSTEM, because=because)
    if state == "terminated":
        terminate_account(account, actor=SYSTEM)
    write_departure(account.id, is_ordered=True, begun_at="2026-02-01T10:00:00+00:00")
    assert delete_accounts_again() == (1, 0)
    (text,) = told("Your help desk is deleted")
    assert "a backup had brought it back" in text
    assert "Nobody ordered it" not in text
    assert "suspended" not in text


def test_of_an_order_that_a_backup_did_not_know_it_is_said_that_some_owner_gave_it(life, through, ada):
    account = life("standard")
    until = NOON + timedelta(days=7)
    write_departure_order(account.pk, said_at=NOON.isoformat(), leaves_at=until.isoformat())
    assert follow_orders() == 1
    through(6, 7, 37)
    for subject in ("Your help desk is about to be deleted", "Your help desk is deleted",
                    "Nothing of your help desk is left"):  # fmt: skip
        (text,) = told(subject)
        assert "It was ordered by an owner, on 3 March 2026, 12:00 (UTC)" in text, subject


def test_moments_of_one_mail_are_all_in_one_form(life, through, ada):
    account = life("standard")
    Account.objects.filter(pk=account.pk).update(time_zone="Asia/Ho_Chi_Minh")
    with upkeep_scope(account.id):
        order_deletion(account, owner=ada, after=timedelta(days=7))
    through(6)
    (text,) = told("Your help desk is about to be deleted")
    assert re.findall(r"On? (\d+ \w+ 2026, \d\d:\d\d) \(Asia", text, re.I) == [
        "10 March 2026, 19:00",
        "3 March 2026, 19:00",
    ]


def test_a_deletion_that_began_before_that_was_kept_still_tells_its_owners(life):
    account = life("trial")
    told_then = encrypt_for_installation(
        b'[["ada@northwind.example", "en"]]', context=f"lifecycle_departure.told|{account.pk}"
    )
    departure = Departure.objects.create(account=account, begun_at=NOON, told=told_then)
    assert tell_former_owners(News.DELETED, account, departure) == 1
