"""Ending what is in force, by either side: at once at the gate, once, and everything stays to be read."""

import quopri
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.models import InstallationMail
from steward.people.actions import add_member
from steward.people.models import Operator, Role
from steward.privacy.agreements.access import standing_of_account
from steward.privacy.agreements.actions import Ending, Signer, conclude, end, keep_in_force
from steward.privacy.agreements.actions.ending import end_due
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.states import WrongState
from steward.privacy.egress.models import AccountTerms
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.models import Account

pytestmark = pytest.mark.django_db
Side = Agreement.Side


@pytest.fixture
def ada(signer: Signer) -> Actor:
    return Actor(ActorKind.AGENT, signer.member_id)


@pytest.fixture
def in_force(hosted: Account, signer: Signer, ada: Actor) -> Agreement:
    return conclude(hosted, signer, language="en", registry_version=1, actor=ada)


@pytest.mark.parametrize("side", list(Side))
def test_it_ends_once_for_good_and_stays_to_be_read(in_force: Agreement, ada: Actor, side: Agreement.Side) -> None:
    by = new_id()
    over = end(in_force, Ending(side=side, by=by, words=" We move. "), actor=ada)

    assert (over.state, over.ended_side, over.ended_by, over.ended_words) == ("ended", side, by, "We move.")
    assert over.ended_at is not None
    assert over.content_id
    assert standing_of_account().in_force is None
    assert standing_of_account().versions == (over,)
    assert not AccountTerms.objects.filter(ends_at=None).exists()
    assert Event.objects.filter(kind="agreement.ended").count() == 1
    with pytest.raises(WrongState):
        end(in_force, Ending(side=side, by=by), actor=ada)


def test_another_can_be_concluded_afterwards(in_force: Agreement, hosted: Account, signer: Signer, ada: Actor) -> None:
    end(in_force, Ending(side=Side.ACCOUNT, by=signer.member_id), actor=ada)
    again = conclude(hosted, signer, language="en", registry_version=1, actor=ada)

    in_force.refresh_from_db()
    assert (standing_of_account().in_force, in_force.state) == (again, "ended")
    assert AccountTerms.objects.get(ends_at=None).agreement_id == again.pk


@pytest.mark.parametrize(("side", "mails"), [(Side.ACCOUNT, 1), (Side.PROVIDER, 2)])
def test_owners_are_told_but_who_did_it(in_force: Agreement, ada: Actor, side: Agreement.Side, mails: int) -> None:
    add_member("nora@northwind.example", name="Nora", role=Role.OWNER, password=None, actor=SYSTEM)
    by_us = side == Side.PROVIDER
    before = InstallationMail.objects.count()

    end(in_force, Ending(side=side, by=new_id(), words="Unpaid."), actor=SYSTEM if by_us else ada)

    assert InstallationMail.objects.count() - before == mails


@pytest.fixture
def told(olga: Operator) -> Callable[[str], list[str]]:
    """The addresses that mail of the installation went to whose text has these words."""

    def read(words: str) -> list[str]:
        found = []
        for mail in InstallationMail.objects.order_by("created_at", "id"):
            to, content = (
                decrypt_for_installation(getattr(mail, name), context=mail.context_of(name))
                for name in ("recipient", "content")
            )
            if words in " ".join(quopri.decodestring(content).decode().split()):
                found.append(to.decode())
        return found

    return read


def set_end(agreement: Agreement, at: datetime, *, side: Agreement.Side, actor: Actor) -> Agreement:
    return end(agreement, Ending(side=side, by=new_id(), words="We move.", at=at), actor=actor)


@pytest.mark.parametrize("side", list(Side))
def test_operators_are_told_of_an_end(in_force: Agreement, ada: Actor, side: Agreement.Side, told: Any) -> None:
    end(in_force, Ending(side=side, by=new_id(), words="Unpaid."), actor=ada)
    who = "the account" if side == Side.ACCOUNT else "an operator"
    words = f"The data processing agreement of Northwind (northwind) has ended. Ended by: {who}. Unpaid."
    assert told(words) == ["olga@operator.example"]


@pytest.mark.parametrize("side", list(Side))
def test_to_the_end_of_its_last_day_it_is_in_force(
    in_force: Agreement, side: Agreement.Side, told: Any, stop_clock: Any
) -> None:
    start, last = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    stop_clock(start)
    found = set_end(in_force, last, side=side, actor=SYSTEM)
    assert (found.state, found.ends_at, found.ended_side, found.last_day) == ("in_force", last, side, date(2027, 1, 31))
    assert AccountTerms.objects.get().ends_at == last
    assert not Event.objects.filter(kind="agreement.ended").exists()
    assert Event.objects.get(kind="agreement.end_set").changes == {"until": last.isoformat()}
    assert "olga@operator.example" in told("is in force to the end of 31 January 2027 (UTC)")
    assert "ada@northwind.example" in told("force to the end of 31 January 2027 (UTC)")

    stop_clock(last - timedelta(seconds=1))
    assert end_due() == 0
    stop_clock(last)
    assert end_due() == 1
    assert end_due() == 0
    found.refresh_from_db()
    assert (found.state, found.ended_at, found.ended_side, found.ended_words) == ("ended", last, side, "We move.")
    assert Event.objects.filter(kind="agreement.ended").count() == 1
    assert told("agreement of Northwind (northwind) has ended") == ["olga@operator.example"]
    assert standing_of_account().in_force is None


def test_who_has_set_an_end_takes_it_back(in_force: Agreement, ada: Actor, told: Any) -> None:
    later = now() + timedelta(days=20)
    set_end(in_force, later, side=Side.ACCOUNT, actor=ada)
    with pytest.raises(WrongState):
        keep_in_force(in_force, side=Side.PROVIDER, actor=SYSTEM)
    kept = keep_in_force(in_force, side=Side.ACCOUNT, actor=ada)
    assert (kept.state, kept.ends_at, kept.ended_side, kept.ended_by, kept.ended_words) == (
        "in_force", None, "", None, "",
    )  # fmt: skip
    assert AccountTerms.objects.get().ends_at is None
    assert told("was taken back: it stays in force") == ["olga@operator.example"]
    with pytest.raises(WrongState):
        keep_in_force(in_force, side=Side.ACCOUNT, actor=ada)


def test_an_end_to_come_can_become_one_at_once(in_force: Agreement, ada: Actor) -> None:
    set_end(in_force, now() + timedelta(days=20), side=Side.ACCOUNT, actor=ada)
    over = end(in_force, Ending(side=Side.PROVIDER, by=new_id()), actor=SYSTEM)
    assert (over.state, over.ends_at, over.ended_side) == ("ended", None, Side.PROVIDER)
    assert AccountTerms.objects.filter(ends_at__lte=now()).count() == 1


@pytest.mark.parametrize("days", [5, 40])
def test_an_end_the_other_side_has_set_gets_no_other_day(in_force: Agreement, ada: Actor, days: int) -> None:
    theirs = now() + timedelta(days=20)
    set_end(in_force, theirs, side=Side.ACCOUNT, actor=ada)
    with pytest.raises(WrongState):
        set_end(in_force, now() + timedelta(days=days), side=Side.PROVIDER, actor=SYSTEM)
    in_force.refresh_from_db()
    assert (in_force.ends_at, in_force.ended_side) == (theirs, "account")
    assert AccountTerms.objects.get().ends_at == theirs
    own = now() + timedelta(days=days)
    assert set_end(in_force, own, side=Side.ACCOUNT, actor=ada).ends_at == own


def test_what_is_concluded_before_takes_its_place(
    in_force: Agreement, hosted: Account, signer: Signer, ada: Actor
) -> None:
    set_end(in_force, now() + timedelta(days=20), side=Side.ACCOUNT, actor=ada)
    again = conclude(hosted, signer, language="en", registry_version=1, actor=ada)
    in_force.refresh_from_db()
    assert (in_force.state, in_force.ends_at, in_force.ended_side) == ("superseded", None, "")
    assert again.ends_at is None
    assert AccountTerms.objects.get(ends_at=None).agreement_id == again.pk
