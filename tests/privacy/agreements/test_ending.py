"""Ending what is in force, by either side: at once at the gate, once, and everything stays to be read."""

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.ids import new_id
from steward.outbox.models import InstallationMail
from steward.people.actions import add_member
from steward.people.models import Role
from steward.privacy.agreements.access import standing_of_account
from steward.privacy.agreements.actions import Ending, Signer, conclude, end
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.states import WrongState
from steward.privacy.egress.models import AccountTerms
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
