"""`steward check` names archives with a person's data that should have been deleted."""

from datetime import timedelta

import pytest

from steward.lib.clock import now
from steward.privacy.exports.models import Export
from steward.privacy.exports.upkeep import expire_exports
from steward.privacy.takeout.models import AccountCopy
from steward.privacy.takeout.upkeep import expire_copies
from steward.project.commands.check import overdue_archives
from steward.tenancy.scope import account_scope
from steward.testing.archives import export_person
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_archive_that_is_late_is_named(northwind, eli):
    make_ticket(eli)
    export_person(northwind, "eli@example.org")
    assert overdue_archives() == []
    with account_scope(northwind.id):
        Export.objects.update(expires_at=now() - timedelta(hours=3))
    [trouble] = overdue_archives()
    assert not trouble.is_note
    assert trouble.words.startswith("One archive with a person’s data is past the time")
    expire_exports()
    assert overdue_archives() == []


def test_a_copy_of_everything_that_is_late_is_named(northwind):
    with account_scope(northwind.id):
        long_ago = now() - timedelta(hours=3)
        AccountCopy.objects.create(state="ready", asked_by_kind="system", asked_at=long_ago, expires_at=long_ago)
    [trouble] = overdue_archives()
    assert trouble.words.startswith("One copy of everything is past the time")
    expire_copies()
    assert overdue_archives() == []
