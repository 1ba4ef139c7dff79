"""Consents: given with their words and collectors, asked for before anything is done, taken back in one act."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from steward.contacts.models import Contact
from steward.contacts.restriction import lift_restriction, object_to_mail, restrict_contact
from steward.events.models import Event
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.privacy.consent import processing
from steward.privacy.consent.actions import NotAsked, Overtaken, Proof, give, network_of, records_of, withdraw
from steward.privacy.consent.asking import NoConsent, Reason, consenting_among, may, require
from steward.privacy.consent.carrying import carry_contact, carry_visitor
from steward.privacy.consent.links import contact_behind, token_of
from steward.privacy.consent.models import ConsentRecord, Purpose, PurposeText
from steward.privacy.consent.processing import Processing, lacks_consent
from steward.privacy.consent.purposes import BadWords, CodeTaken, add_purpose, publish_words, retire_purpose
from steward.privacy.consent.upkeep import _forget_in, forget_ended
from steward.privacy.holds.actions import place_hold
from steward.privacy.holds.models import LegalHold
from steward.privacy.retention.alone import alone
from steward.tenancy.models import DataCentre, Region
from steward.tenancy.scope import account_scope, current_account_id
from steward.testing.cast import NOON
from steward.testing.registries import hosting_registry, publish_registry

pytestmark = pytest.mark.django_db
WORDS = {"en": {"name": "News", "text": "We write to you once a month."}, "da": {"name": "Nyt", "text": "Hver måned."}}
BY_MAIL = Proof(channel="mail", note="their mail of today")
SECOND = 1 / 60  # minutes, as `clock` takes them
YEAR = 365 * 24 * 60


@pytest.fixture
def inside(northwind, clock):
    clock()
    with account_scope(northwind.id):
        yield


@pytest.fixture
def news(inside):
    return add_purpose("newsletter", "newsletter", WORDS, actor=SYSTEM)


def reason(who, code="newsletter"):
    return may(who, code).reason


def kinds():
    return list(Event.objects.filter(kind__startswith="consent.").order_by("id").values_list("kind", flat=True))


def test_nobody_has_consented_unless_they_did(eli, farah, news):
    assert reason(eli, "unknown") == Reason.NO_PURPOSE
    assert reason(eli) == Reason.NEVER_GIVEN
    with pytest.raises(NoConsent) as refusal:
        require(eli, "newsletter")
    assert refusal.value.decision.reason == Reason.NEVER_GIVEN
    given = give(eli, news, BY_MAIL, actor=SYSTEM)
    assert require(eli, "newsletter").record_id == given.pk
    assert may(eli, "newsletter").version == 1
    assert reason(farah) == Reason.NEVER_GIVEN
    assert consenting_among([eli.pk, farah.pk], "newsletter") == {eli.pk}
    assert withdraw(eli, news, how="call", note="called", actor=SYSTEM)
    assert not withdraw(eli, news, how="call", actor=SYSTEM), "there is nothing any more"
    assert (reason(eli), consenting_among([eli.pk], "newsletter")) == (Reason.WITHDRAWN, set())
    give(eli, news, BY_MAIL, actor=SYSTEM)
    assert require(eli, "newsletter").is_allowed
    assert [one.ended_how for one in records_of(eli).order_by("given_at", "pk")] == ["call", ""]
    assert kinds() == ["consent.purpose_added", "consent.text_published", *("consent.given", "consent.withdrawn") * 1,
                       "consent.given"]  # fmt: skip


def test_what_was_shown_and_who_collects_is_kept(settings, eli, news):
    settings.STEWARD_HOSTING = True
    Region.objects.create(code="eu", name="Europe", countries=["DE"])
    DataCentre.objects.update(region_id="eu")
    publish_registry(hosting_registry())
    proof = Proof(
        channel="form", language="da", widget="form 3", address="192.0.2.77", message_id=new_id(), note="x" * 900
    )
    given = give(eli, news, proof, actor=Actor(ActorKind.CONTACT, eli.pk))
    names = [(each["kind"], each["name"]) for each in given.collectors]
    assert names == [("account", "Northwind"), ("S", "Relay GmbH")]
    assert (given.language, given.text.number, given.network, len(given.note)) == ("da", 1, "192.0.2.0/24", 500)
    assert (given.given_by_kind, given.given_by_id, given.known_as) == ("contact", eli.pk, eli.pk)
    publish_words(news, {"en": {"name": "News", "text": "Twice a month."}}, asks_again=False, actor=SYSTEM)
    assert records_of(eli).get().text.words == WORDS, "what they agreed to stays readable"
    [event] = Event.objects.filter(kind="consent.given")
    assert event.changes == {"purpose": "newsletter", "version": 1, "channel": "form"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(address, network):
    assert network_of(address) == network


def test_nothing_of_a_record_is_changed_but_its_end_and_that_once(eli, farah, news):
    given = give(eli, news, BY_MAIL, actor=SYSTEM)
    mine = ConsentRecord.objects.filter(pk=given.pk)
    refused = [{"given_at": NOON - timedelta(days=9)}, {"language": "pl"}, {"note": "else"}, {"contact": None}]
    for change in refused:
        with pytest.raises(DatabaseError, match="only its end"), transaction.atomic():
            mine.update(**change)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PurposeText.objects.filter(purpose=news).update(words={})
    withdraw(eli, news, how="mail", actor=SYSTEM)
    for change in ({"ended_at": None, "ended_how": ""}, {"ended_at": NOON - timedelta(days=1)}):
        with pytest.raises(DatabaseError, match="only its end"), transaction.atomic():
            mine.update(**change)


def test_words_that_say_more_are_asked_for_anew_and_a_correction_is_not(eli, news):
    give(eli, news, BY_MAIL, actor=SYSTEM)
    assert publish_words(news, WORDS, asks_again=True, actor=SYSTEM) is None, "the same words are no new version"
    more = {"en": {"name": "News", "text": "We write to you once a month, really."}}
    publish_words(news, more, asks_again=False, actor=SYSTEM)
    assert reason(eli) == Reason.GIVEN
    publish_words(news, {"en": {"name": "News", "text": "Daily."}}, asks_again=True, actor=SYSTEM)
    assert (reason(eli), consenting_among([eli.pk], "newsletter")) == (Reason.OLD_TEXT, set())
    give(eli, news, Proof(channel="form", version=2), actor=SYSTEM)
    assert reason(eli) == Reason.OLD_TEXT, "they were shown the old words"
    give(eli, news, Proof(channel="form"), actor=SYSTEM)
    assert reason(eli) == Reason.GIVEN
    assert records_of(eli).filter(ended_how="renewed").count() == 2
    with pytest.raises(NotAsked):
        give(eli, news, Proof(channel="form", version=9), actor=SYSTEM)


def test_codes_and_words_that_are_none_are_refused(news):
    with pytest.raises(CodeTaken):
        add_purpose("newsletter", "other", WORDS, actor=SYSTEM)
    for code, words in (("No", WORDS), ("-x", WORDS), ("ok", {}), ("ok", {"en": {"name": "x", "text": " "}})):
        with pytest.raises(BadWords):
            add_purpose(code, "other", words, actor=SYSTEM)


def test_a_retired_purpose_covers_nothing(eli, news):
    give(eli, news, BY_MAIL, actor=SYSTEM)
    retire_purpose(news, actor=SYSTEM)
    assert (reason(eli), consenting_among([eli.pk], "newsletter")) == (Reason.RETIRED, set())
    with pytest.raises(NotAsked):
        give(eli, news, BY_MAIL, actor=SYSTEM)
    assert withdraw(eli, news, how="page", actor=SYSTEM), "it can be taken back all the same"


def test_restriction_and_objection_go_before_consent(eli, news):
    give(eli, news, BY_MAIL, actor=SYSTEM)
    eli.refresh_from_db()
    restrict_contact(eli, Contact.Ground.CONTESTED, actor=SYSTEM)
    assert (reason(eli), consenting_among([eli.pk], "newsletter")) == (Reason.RESTRICTED, set())
    lift_restriction(eli, actor=SYSTEM)
    object_to_mail(eli, actor=SYSTEM)
    assert (reason(eli), consenting_among([eli.pk], "newsletter")) == (Reason.OBJECTED, set())
    chat = add_purpose("chat", "chat", WORDS, actor=SYSTEM)
    give(eli, chat, BY_MAIL, actor=SYSTEM)
    assert reason(eli, "chat") == Reason.GIVEN, "the objection is to advertising"
    give(eli, news, BY_MAIL, actor=SYSTEM)
    assert reason(eli) == Reason.GIVEN, "the newer word counts"


def test_what_is_brought_along_does_not_undo_what_was_said_since(eli, news, clock):
    early = now() - timedelta(days=30)
    assert give(eli, news, Proof(channel="import", at=early), actor=SYSTEM).given_at == early
    withdraw(eli, news, how="mail", actor=SYSTEM)
    with pytest.raises(Overtaken):
        give(eli, news, Proof(channel="import", at=early), actor=SYSTEM)
    with pytest.raises(NotAsked):
        give(eli, news, Proof(channel="import", at=now() + timedelta(seconds=1)), actor=SYSTEM)


def test_an_older_yes_that_is_brought_along_goes_before_no_newer_word(eli, news):
    early = Proof(channel="import", at=now() - timedelta(days=30))
    stands = give(eli, news, BY_MAIL, actor=SYSTEM)
    older = give(eli, news, early, actor=SYSTEM)
    assert (older.ended_at, older.ended_how) == (stands.given_at, ConsentRecord.RENEWED)
    assert records_of(eli).get(ended_at=None) == stands
    object_to_mail(eli, actor=SYSTEM)
    with pytest.raises(Overtaken):
        give(eli, news, early, actor=SYSTEM)
    assert reason(eli) == Reason.OBJECTED, "a file with an old yes takes no objection back"


def test_a_visitor_who_turns_out_to_be_a_contact_keeps_what_they_said(eli, farah, news, clock):
    visitor = new_id()
    give(visitor, news, Proof(channel="chat"), actor=SYSTEM)
    assert (reason(visitor), reason(eli)) == (Reason.GIVEN, Reason.NEVER_GIVEN)
    clock(1)
    assert carry_visitor(visitor, eli, actor=SYSTEM) == 1
    assert (reason(visitor), reason(eli)) == (Reason.NEVER_GIVEN, Reason.GIVEN)
    assert records_of(eli).get().visitor == visitor
    clock(2)
    give(farah, news, BY_MAIL, actor=SYSTEM)
    clock(3)
    withdraw(eli, news, how="mail", actor=SYSTEM)
    clock(4)
    assert carry_contact(eli, farah, actor=SYSTEM) == 1
    assert reason(farah) == Reason.WITHDRAWN, "the last word counts, whichever of the two said it"
    assert {one.visitor for one in records_of(farah)} == {visitor, None}


def test_a_visitor_is_asked_again_after_a_year(news, clock):
    visitor = new_id()
    give(visitor, news, Proof(channel="chat"), actor=SYSTEM)
    clock(YEAR - SECOND)
    assert (reason(visitor), forget_ended_here()) == (Reason.GIVEN, 0)
    clock(YEAR)
    assert reason(visitor) == Reason.TOO_LONG_AGO
    assert forget_ended_here() == 1
    assert reason(visitor) == Reason.NEVER_GIVEN


def test_a_consent_that_ended_is_forgotten_when_nobody_can_claim_anything_by_it(eli, farah, news, clock):
    for who in (eli, farah):
        give(who, news, BY_MAIL, actor=SYSTEM)
        withdraw(who, news, how="mail", actor=SYSTEM)
        give(who, news, BY_MAIL, actor=SYSTEM)
    place_hold(LegalHold.On.CONTACT, farah.pk, basis=LegalHold.Basis.CLAIMS, actor=SYSTEM)
    clock(4 * YEAR - SECOND)
    assert forget_ended_here() == 0
    clock(4 * YEAR + SECOND)
    assert forget_ended_here() == 1
    assert (records_of(eli).count(), records_of(farah).count()) == (1, 2), "what stands stays, and what is held"


def forget_ended_here():
    """Of this account, whose scope is open."""
    return _forget_in(current_account_id())


def test_the_night_looks_at_every_account(northwind, contoso):
    assert forget_ended() == 0


def test_who_consented_is_not_alone(eli, farah, news):
    assert {eli.pk, farah.pk} <= set(alone().values_list("pk", flat=True))
    give(eli, news, BY_MAIL, actor=SYSTEM)
    assert eli.pk not in set(alone().values_list("pk", flat=True)), "their consent would go with them"
    withdraw(eli, news, how="mail", actor=SYSTEM)
    assert eli.pk in set(alone().values_list("pk", flat=True))


@pytest.fixture
def summaries(inside, monkeypatch):
    """A feature that sends words of customers to a service, and stops."""
    stopped = []
    monkeypatch.setattr(processing, "_declared", {})
    processing.declare(
        Processing("test.summary", "ai", "privacy.consent", stopped.append, egress=frozenset({"answers.suggest"}))
    )
    add_purpose("ai", "ai", WORDS, actor=SYSTEM)
    return stopped


def test_what_is_done_by_it_stops_in_the_same_transaction(eli, news, summaries):
    ai = Purpose.objects.get(code="ai")
    given = give(eli, ai, BY_MAIL, actor=SYSTEM)
    give(eli, news, BY_MAIL, actor=SYSTEM)
    withdraw(eli, news, how="mail", actor=SYSTEM)
    assert summaries == []
    withdraw(eli, ai, how="mail", actor=SYSTEM)
    assert summaries == [given]
    with pytest.raises(ValueError, match="declared twice"):
        processing.declare(Processing("test.summary", "ai", "x", summaries.append))


def test_the_gate_is_told_of_whom_nothing_may_leave(eli, farah, summaries):
    ai = Purpose.objects.get(code="ai")
    give(eli, ai, BY_MAIL, actor=SYSTEM)
    assert not lacks_consent("mail.deliver", [eli, farah]), "that needs none"
    assert not lacks_consent("answers.suggest", [eli])
    assert lacks_consent("answers.suggest", [eli, farah])
    withdraw(eli, ai, how="mail", actor=SYSTEM)
    assert lacks_consent("answers.suggest", [eli])


def test_the_link_is_of_one_person_of_one_account(eli, farah, contoso, inside, northwind):
    token = token_of(eli)
    assert contact_behind(token) == eli
    assert token_of(farah) != token
    for wrong in (token[:-2], token + "AA", "A" * len(token), "", "é" * 43):
        assert contact_behind(wrong) is None


def test_a_link_opens_nothing_elsewhere(eli, northwind, contoso):
    with account_scope(northwind.id):
        token = token_of(eli)
    with account_scope(contoso.id):
        assert contact_behind(token) is None
