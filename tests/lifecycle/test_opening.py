"""Opening an account: all of it or nothing."""

import pytest

from steward.lifecycle import opening
from steward.lifecycle.opening import Owner, open_account
from steward.people.models import Department, Membership
from steward.privacy.keys.store import key_folder
from steward.tenancy.models import Account, Domain, TakenSlug
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db
FLO = Owner("flo@fabrikam.example", "Flo", "correct horse 9")


def test_everything_is_there():
    account = open_account("fabrikam", name="Fabrikam", owner=FLO)
    assert Domain.objects.get(host="fabrikam.localhost").account_id == account.id
    with account_scope(account.id):
        assert Department.objects.get().is_default
        assert Membership.objects.get().role == "owner"


def test_nothing_stays_when_it_fails_half_way(monkeypatch):
    def fail(*_arguments, **_named):
        raise RuntimeError("power cut")

    keys = set(key_folder().iterdir())
    monkeypatch.setattr(opening, "add_member", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        open_account("fabrikam", name="Fabrikam", owner=FLO)
    assert not Account.objects.filter(slug="fabrikam").exists()
    assert not TakenSlug.objects.filter(slug="fabrikam").exists()
    assert set(key_folder().iterdir()) == keys
    monkeypatch.undo()
    assert open_account("fabrikam", name="Fabrikam", owner=FLO)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_was_committed_keeps_its_key(monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("can't start new thread")  # what is told after the commit may need one

    monkeypatch.setattr("steward.events.actions.tell", fail)
    with pytest.raises(RuntimeError):
        open_account("fabrikam", name="Fabrikam", owner=FLO)
    account = Account.objects.get(slug="fabrikam")
    assert (key_folder() / f"{account.id}.key").stat().st_size
