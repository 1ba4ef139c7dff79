"""What accounts have answered, and who needs none."""

import uuid
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.authorising import authorise, object_to, refuse
from steward.privacy.egress.decision import Reason
from steward.privacy.egress.models import AccountTerms, EgressEvent
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.engaged import DAY, Listener, publish, refused, registry, relay, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_agreeing_again_takes_an_objection_back(hosted: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    for say in (object_to, refuse):
        with account_scope(hosted.id):
            say("relay", actor=SYSTEM)
        refused(hosted, listener)
        with account_scope(hosted.id):
            authorise("relay", actor=SYSTEM)
        send(hosted, listener)


def test_an_objection_leaves_contosos_alone(hosted: Account, contoso: Account, listener: Listener) -> None:
    publish(registry(relay(listener)))
    with account_scope(hosted.id):
        object_to("relay", actor=SYSTEM)
    with account_scope(contoso.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM)
    send(contoso, listener)
    assert refused(hosted, listener) is Reason.TENANT_OBJECTED


def test_who_runs_it_for_themselves_needs_no_registry_for_their_relay(
    northwind: Account, listener: Listener, settings: Any
) -> None:
    settings.STEWARD_HOSTING = False
    settings.STEWARD_SMTP_RELAY = f"smtp://{listener.destination}"
    send(northwind, listener)
    with account_scope(northwind.id):
        assert EgressEvent.objects.get().traffic == "T"


def test_who_serves_others_does(hosted: Account, listener: Listener, settings: Any) -> None:
    settings.STEWARD_SMTP_RELAY = f"smtp://{listener.destination}"
    assert refused(hosted, listener) is Reason.UNKNOWN_HOST
    publish(registry(relay(listener)))
    send(hosted, listener)


def test_mail_of_no_account_goes_by_the_registry_too(listener: Listener, db: None) -> None:
    assert refused(None, listener) is Reason.UNKNOWN_HOST
    publish(registry(relay(listener)))
    send(None, listener)


def specific(account: Account) -> None:
    """An account of long ago whose agreement wants a yes to each."""
    Account.objects.filter(pk=account.pk).update(created_at=now() - 90 * DAY)
    with account_scope(account.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)


def test_a_yes_holds_for_what_was_listed_then_and_not_for_more(hosted: Account, listener: Listener) -> None:
    specific(hosted)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    send(hosted, listener)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 31 * DAY)  # announced, and over by now
    assert refused(hosted, listener) is Reason.NOT_AUTHORISED
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    send(hosted, listener)


def test_a_yes_outlives_a_correction_and_what_was_announced_and_withdrawn(hosted: Account, listener: Listener) -> None:
    specific(hosted)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 50 * DAY)
    send_at_once = registry(relay(listener), website="https://relay.example")
    publish(send_at_once, at=now() - 40 * DAY)
    send(hosted, listener)


def test_who_is_not_asked_for_each_is_told_and_goes_on(hosted: Account, listener: Listener) -> None:
    Account.objects.filter(pk=hosted.pk).update(created_at=now() - 90 * DAY)
    publish(registry(relay(listener)), at=now() - 60 * DAY)
    with account_scope(hosted.id):
        authorise("relay", actor=SYSTEM)
    publish(registry(relay(listener, countries=("DE", "FR"))), at=now() - 31 * DAY)
    send(hosted, listener)
