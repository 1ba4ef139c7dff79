"""What an account or a person stopped after the backup stays stopped on a restored database."""

import json
from functools import partial

import pytest

from steward.backups.standing import unservable
from steward.backups.stops import missing_stops, stop_again
from steward.contacts.models import Contact
from steward.contacts.restriction import lift_restriction, object_to_mail, restrict_contact, withdraw_objection
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.marketing.consents import agree, withdraw_of
from steward.marketing.models import MarketingConsent
from steward.privacy.consent.actions import Proof, give, withdraw
from steward.privacy.consent.asking import may
from steward.privacy.consent.models import ConsentRecord
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.authorising import authorise, object_to, refuse
from steward.privacy.egress.connectors import Declaration, declare_connector, retire_connector
from steward.privacy.egress.models import Authorisation, Connector
from steward.privacy.erasure.ledger import ledger_path, stops, write_stop
from steward.project.places import note_instructions
from steward.tenancy.scope import account_scope
from steward.testing.jobs import run_jobs

RELAY = "relay-eu"


def written():
    run_jobs("ledger.stop")
    return [(line.what, line.state) for line in stops()]


def declare(*purposes, host="api.example"):
    return declare_connector(
        Declaration(
            kind=Connector.Kind.HTTP if purposes else Connector.Kind.SMTP,
            destination=Destination(host, 443),
            tls=Connector.Tls.IMPLICIT,
            password="sk-very-secret",
            purposes=frozenset(purposes),
        ),
        actor=SYSTEM,
    )


@pytest.mark.parametrize("say", [object_to, refuse])
def test_an_objection_that_a_restored_database_has_not_heard_of_is_made_again(northwind, settings, say):
    settings.STEWARD_DATA_CENTRE = ""
    with account_scope(northwind.id):
        said = say(RELAY, actor=SYSTEM, reason="They have our Eli in it").state
    assert written() == [("engagement", said)]
    assert missing_stops() == []
    with account_scope(northwind.id):
        Authorisation.objects.all().delete()  # as it was before
    [trouble] = unservable(settings.STEWARD_DATA)
    assert trouble.is_unservable
    assert "one objection, restriction or ended instruction," in trouble.words
    assert stop_again() == 1
    with account_scope(northwind.id):
        assert Authorisation.objects.get(engagement=RELAY).state == said
        assert Event.objects.filter(kind=f"subprocessor.{said}").count() == 2
    assert (stop_again(), unservable(settings.STEWARD_DATA)) == (0, [])
    assert "Eli" not in ledger_path().read_text()


def test_an_older_yes_does_not_stand_against_it(northwind):
    with account_scope(northwind.id):
        before = authorise(RELAY, actor=SYSTEM)
        object_to(RELAY, actor=SYSTEM)
    assert written() == [("engagement", "objected")], "as it stood when it was written down"
    with account_scope(northwind.id):
        Authorisation.objects.update(state=before.state, at=before.at)
    assert stop_again() == 1


def test_a_yes_that_came_after_it_stands(northwind):
    with account_scope(northwind.id):
        object_to(RELAY, actor=SYSTEM)
    assert written() == [("engagement", "objected")]
    with account_scope(northwind.id):
        authorise(RELAY, actor=SYSTEM)
    assert written()[-1] == ("engagement", "authorised")
    with account_scope(northwind.id):
        Authorisation.objects.all().delete()
    assert missing_stops() == []


@pytest.mark.parametrize("purposes", [("answer.suggest",), ()])
def test_a_server_that_was_given_up_is_not_used_again(northwind, purposes):
    with account_scope(northwind.id):
        used = declare(*purposes)
        retire_connector(used, actor=SYSTEM)
    assert written() == [("connector", "retired")]
    text = ledger_path().read_text()
    assert "api.example" not in text
    assert {"what", "key", "state", "said_at"} <= json.loads(text).keys()
    with account_scope(northwind.id):
        Connector.objects.filter(pk=used.pk).update(retired_at=None)
    assert stop_again() == 1
    with account_scope(northwind.id):
        assert Connector.objects.get(pk=used.pk).retired_at is not None
        Connector.objects.all().delete()  # a backup from before it was declared
    assert missing_stops() == []


def test_what_only_makes_room_for_the_next_declaration_was_not_given_up(northwind):
    with account_scope(northwind.id):
        declare(host="mail.example")
        declare(host="mail.example")  # with a new password
        declare("answer.suggest")
        declare("answer.suggest", "call.carry")
    assert written() == []
    with account_scope(northwind.id):
        declare("call.carry")
    assert written() == [("connector", "retired")], "one purpose fewer is an end"


PEOPLE = [
    ("restriction", "contested", partial(restrict_contact, ground=Contact.Ground.CONTESTED), lift_restriction),
    ("mail", "objected", object_to_mail, withdraw_objection),
]


@pytest.mark.parametrize(("what", "state", "stop", "let"), PEOPLE)
def test_what_a_person_asked_for_is_written_down_and_so_is_its_end(northwind, eli, what, state, stop, let):
    with account_scope(northwind.id):
        stop(eli, actor=SYSTEM)
    assert written() == [(what, state)]
    assert missing_stops() == []
    with account_scope(northwind.id):
        let(eli, actor=SYSTEM)
    assert missing_stops() == [], "though the ledger has not heard of that yet: nothing is in the way of serving"
    assert written() == [(what, state), (what, "lifted")]
    assert (eli.name in ledger_path().read_text(), written()[2:]) == (False, [])


@pytest.mark.parametrize(
    ("what", "state", "column"), [("restriction", "contested", "restricted_at"), ("mail", "objected", "objected_at")]
)
def test_a_person_who_was_not_to_be_written_to_is_not(northwind, eli, farah, what, state, column):
    for one in (eli, farah):
        write_stop(northwind.id, what=what, key=str(one.pk), state=state, said_at=now().isoformat())
    write_stop(northwind.id, what=what, key=str(farah.pk), state="lifted", said_at=now().isoformat())
    assert stop_again() == 1
    with account_scope(northwind.id):
        assert getattr(Contact.objects.get(pk=eli.pk), column) is not None
        assert getattr(Contact.objects.get(pk=farah.pk), column) is None
    assert missing_stops() == []
    write_stop(northwind.id, what=what, key=str(new_id()), state=state, said_at=now().isoformat())
    assert missing_stops() == [], "who is not here any more"


def test_what_the_environment_names_is_not_the_accounts_to_give_up(northwind, settings):
    settings.STEWARD_HOSTING, settings.STEWARD_SMTP_RELAY = False, "smtps://relay.own.example"
    note_instructions()
    settings.STEWARD_SMTP_RELAY = ""
    note_instructions(is_whole=True)
    assert written() == []


def test_a_consent_that_was_taken_back_is_taken_back_again_and_a_later_one_stands(northwind, eli, farah, clock):
    clock()
    with account_scope(northwind.id):
        news = add_purpose("news", "newsletter", {"en": {"name": "News", "text": "Monthly."}}, actor=SYSTEM)
        for who in (eli, farah):
            give(who, news, Proof(channel="form", note="Eli said so"), actor=SYSTEM)
    clock(1)
    with account_scope(northwind.id):
        for who in (eli, farah):
            assert withdraw(who, news, how="page", actor=SYSTEM)
    assert written() == [("consent", "page")] * 2
    assert missing_stops() == []
    with account_scope(northwind.id):
        ConsentRecord.objects.all().delete()  # as it was before, and Farah has consented again since
    clock()
    with account_scope(northwind.id):
        give(eli, news, Proof(channel="form"), actor=SYSTEM)
    clock(2)
    with account_scope(northwind.id):
        give(farah, news, Proof(channel="form"), actor=SYSTEM)
    assert [line.key for line in missing_stops()] == [f"{eli.pk}:{news.pk}"]
    assert stop_again() == 1
    with account_scope(northwind.id):
        assert (may(eli, "news").reason, may(farah, "news").is_allowed) == ("withdrawn", True)
    assert stop_again() == 0
    assert "Eli said" not in ledger_path().read_text()


def test_who_took_back_that_they_may_be_written_to_is_taken_off_again(contoso):
    agree(contoso.id, email="zoe@contoso.example", name="Zoe", company="Contoso", language="en", channel="settings")
    [before] = MarketingConsent.objects.values()
    assert withdraw_of(contoso.id, "zoe@contoso.example")
    run_jobs("ledger.marketing")
    assert [(line.what, line.key) for line in stops()] == [("marketing", str(before["id"]))]
    assert missing_stops() == []
    MarketingConsent.objects.create(**before)
    assert stop_again() == 1
    assert not MarketingConsent.objects.exists()
    assert "zoe" not in ledger_path().read_text()
