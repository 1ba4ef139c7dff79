"""A database that is older than the ledger of erasures serves nothing before it has caught up."""

import json

import pytest

from steward.backups import replaying
from steward.backups.replaying import Replayed, replay
from steward.backups.standing import unservable
from steward.contacts.models import Contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.people.actions import remove_member
from steward.people.models import Membership
from steward.privacy.erasure.actions import plan_erasure, run_erasure, running
from steward.privacy.erasure.certifying import is_genuine
from steward.privacy.erasure.ledger import (
    certificates,
    entries,
    ledger_path,
    withdrawn,
    write_certificate,
    write_down,
)
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.setting_out import set_out
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.inventory.stores import Extent, all_stores
from steward.privacy.requests.persons import person_by_address
from steward.project.failure import Failure
from steward.project.places import check_places
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs
from steward.testing.tickets import make_ticket
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


FIRST = {
    "of": "person", "sha256": "ab" * 32, "asked_by_kind": "system", "asked_by_id": "",
    "planned_at": "2026-01-01T10:00:00+00:00", "started_at": "2026-01-01T11:00:00+00:00",
    "live_done_at": "2026-01-01T12:00:00+00:00", "backups_end_at": "2026-01-31T12:00:00+00:00",
}  # fmt: skip


def extent_of(contact):
    return person_by_address(contact.addresses.get().value).extent


@pytest.fixture
def older(northwind, eli, farah, settings):
    """Eli was erased, in two steps; this database, restored, has not heard of it."""
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        make_ticket(eli), make_ticket(farah)
        extent = extent_of(eli)
    erasure = new_id()
    write_down(northwind.id, erasure, Extent(tickets=extent.tickets))
    write_down(northwind.id, erasure, Extent(contacts=extent.contacts, addresses=extent.addresses))
    write_certificate(northwind.id, erasure=str(erasure), **FIRST)
    return erasure, extent


def served(settings):
    try:
        check_places()
    except Failure:
        return False
    return True


def test_it_serves_only_after_who_was_erased_is_gone_again(older, northwind, ada, eli, farah, settings, client_of):
    erasure, extent = older
    [trouble] = unservable(settings.STEWARD_DATA)
    assert "steward restore --replay" in trouble.words
    assert not served(settings)
    assert replay().done == 1
    assert served(settings)
    with account_scope(northwind.id):
        assert not Contact.objects.filter(pk=eli.pk).exists()
        assert Ticket.objects.get().requester_id == farah.pk
        assert all(not store.find(extent) for store in all_stores())
        _certified_again(Erasure.objects.get(pk=erasure))
        assert Event.objects.get(kind="erasure.replayed").changes["erased"]["tickets.tickets"] == 1
    page = client_of(ada).get(f"/console/settings/privacy/erasures/{erasure}")
    assert "the erasure was repeated before anything was served" in page.content.decode()
    assert replay().done == 0


def _certified_again(erasure):
    """With the dates of the first time, and with what tells that it was repeated."""
    assert erasure.state == Erasure.State.DONE
    assert is_genuine(erasure)
    told = json.loads(erasure.certificate)
    assert [told[name] for name in ("live_done_at", "backups_end_at")] == [
        FIRST["live_done_at"], FIRST["backups_end_at"]
    ]  # fmt: skip
    assert told["replayed"]["first_certificate"]["sha256"] == FIRST["sha256"]
    assert {one["store"]: one["erased"] for one in told["stores"]}["tickets.tickets"] == 1
    assert FIRST["sha256"] in json.dumps(set_out(told, erasure.certificate_sha256))


def test_what_was_interrupted_is_done_again(older, northwind, eli, settings, monkeypatch):
    def dies(*_given, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(replaying, "_note", dies)
        with pytest.raises(KeyboardInterrupt):
            replay()
    assert not served(settings)
    assert replay().done == 1
    assert served(settings)


def test_a_ticket_that_was_given_to_somebody_else_goes_with_whom_it_is_again(older, northwind, eli):
    with account_scope(northwind.id):
        make_ticket(eli)  # in the ledger it is not: by then it was Farah's
    replay()
    with account_scope(northwind.id):
        assert not Ticket.objects.filter(requester=eli.pk).exists()


def test_an_erasure_in_hand_keeps_nothing_from_serving_and_a_restore_follows_it(northwind, eli, settings):
    """It was interrupted here: the worker goes on with it."""
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(extent_of(eli), actor=SYSTEM)
        Erasure.objects.update(state=Erasure.State.RUNNING)
    write_down(northwind.id, erasure.id, extent_of_erasure(erasure))
    assert served(settings)
    assert replay().done == 1
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.DONE


def extent_of_erasure(erasure):
    return Extent(contacts=tuple(erasure.extent["contacts"]), addresses=tuple(erasure.extent["addresses"]))


def test_what_is_held_here_is_not_erased_and_says_so(older, northwind, eli, ada, settings):
    erasure, _ = older
    with account_scope(northwind.id):
        place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.values[0], actor=SYSTEM)
    assert replay() == Replayed(done=0, held=1)
    with account_scope(northwind.id):
        assert Contact.objects.filter(pk=eli.pk).exists()
        found = Erasure.objects.get(pk=erasure)
        assert (found.state, found.left) == (Erasure.State.FAILED, {"legal_holds": 1})
    assert served(settings)


def test_what_was_done_here_needs_nothing(northwind, eli, settings):
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(extent_of(eli), actor=SYSTEM)
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.DONE
    assert ledger_path().exists()
    assert served(settings)
    assert replay().done == 0


def test_one_that_was_through_is_known_by_its_certificate_and_one_that_was_not_says_so(northwind, eli, settings):
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(extent_of(eli), actor=SYSTEM)
    done = run_erasure(northwind.id, erasure.id)
    known = certificates()[erasure.pk]
    assert (known.sha256, known.of) == (done.certificate_sha256, done.of)
    broken_off = new_id()
    write_down(northwind.id, broken_off, Extent(tickets=(new_id(),)))
    assert replay().done == 1
    with account_scope(northwind.id):
        found = Erasure.objects.get(pk=broken_off)
        assert (found.state, found.certificate) == (Erasure.State.FAILED, "")
        assert found.extent is not None, "the rest can be planned again"
    assert served(settings)


def test_a_step_that_a_hold_came_before_is_not_followed(northwind, eli, farah, settings, monkeypatch):
    settings.STEWARD_DATA_CENTRE = ""
    real = running.write_down

    def placed_meanwhile(account_id, *given):
        line = real(account_id, *given)
        with account_scope(account_id):
            place_hold(LegalHold.On.CONTACT, eli.pk, basis=LegalHold.Basis.values[0], actor=SYSTEM)
        return line

    with account_scope(northwind.id):
        ticket = make_ticket(eli)
        erasure = plan_erasure(extent_of(eli), actor=SYSTEM)
    monkeypatch.setattr(running, "write_down", placed_meanwhile)
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.FAILED
    assert len(ledger_path().read_text().splitlines()) == 2
    with account_scope(northwind.id):  # restored: neither the hold nor the erasure is known
        LegalHold.objects.all()._raw_delete("default")
        Erasure.objects.all()._raw_delete("default")
    assert served(settings)
    assert replay().done == 0
    with account_scope(northwind.id):
        assert Ticket.objects.filter(pk=ticket.pk).exists()


def test_a_step_that_was_carried_out_before_there_was_a_hold_is_not_taken_back(northwind, eli, monkeypatch):
    with account_scope(northwind.id):
        make_ticket(eli)
        erasure = plan_erasure(extent_of(eli), actor=SYSTEM)
    real, proven = running._prove, []

    def dying(*given):
        if proven:
            raise RuntimeError("the power went")
        proven.append(real(*given))

    with monkeypatch.context() as patch:
        patch.setattr(running, "_prove", dying)
        with pytest.raises(RuntimeError):
            run_erasure(northwind.id, erasure.id)
    with account_scope(northwind.id):
        assert not Ticket.objects.exists(), "the first step was carried out"
        place_hold(LegalHold.On.ACCOUNT, northwind.id, basis=LegalHold.Basis.values[0], actor=SYSTEM)
    assert run_erasure(northwind.id, erasure.id).state == Erasure.State.FAILED
    assert list(withdrawn()) == []
    assert len(list(entries())) == 1


def test_erasures_of_an_account_that_is_not_here_need_nothing(older, northwind, settings):
    ledger_path().write_text("")
    from steward.privacy.keys.store import create_account_key

    stranger = new_id()
    create_account_key(stranger)
    write_down(stranger, new_id(), Extent(contacts=(new_id(),)))
    assert served(settings)


def test_a_ledger_that_was_touched_keeps_it_from_serving(older, settings):
    ledger_path().write_text(ledger_path().read_text().splitlines()[1] + "\n")
    assert not served(settings)


def test_an_agent_who_was_removed_is_removed_again(northwind, ben, ada, settings):
    """This database is older than the removal: Ben is in it, and the ledger says that he is gone."""
    settings.STEWARD_DATA_CENTRE = ""
    erasure = new_id()
    write_down(northwind.id, erasure, Extent(members=(ben.pk,)))
    write_certificate(northwind.id, erasure=str(erasure), **FIRST | {"of": "agent"})
    assert not served(settings)
    assert replay().done == 1
    with account_scope(northwind.id):
        assert not Membership.objects.filter(pk=ben.pk).exists()
        assert Membership.objects.filter(pk=ada.pk).exists()
        assert Erasure.objects.get(pk=erasure).of == Erasure.Of.AGENT
    assert served(settings)


def test_a_removal_is_in_the_ledger_once_its_job_ran(northwind, ben, settings):
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        erasure = remove_member(ben, tickets_to=None, actor=SYSTEM)
    run_jobs()
    [entry] = [each for each in entries() if each.erasure == str(erasure.pk)]
    assert entry.members == (str(ben.pk),)
    assert replay().done == 0
