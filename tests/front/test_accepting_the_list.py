"""Who opens an account sees who will work on its data, and what is accepted is kept."""

import pytest

from steward.events.models import Event
from steward.front import views
from steward.lib.clock import now
from steward.lifecycle.opening import open_signed_up_account
from steward.people.actions import NewSignUp, begin_sign_up
from steward.people.models import SignUp
from steward.people.tokens import hashed_token, new_token
from steward.privacy.egress.registry.standing import Bound
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.listing import listing_at
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import engagement, publish, registry, words_in

PASSWORD = "four small words here"
WIDER = ("user.content", "user.contact.email", "user.name")


@pytest.fixture
def base(visitor_at, settings, northwind):
    """Somebody at the base domain of a company that hosts accounts of others."""
    settings.STEWARD_SIGN_UP = settings.STEWARD_HOSTING = True
    settings.STEWARD_TRIAL_WITHOUT_AGREEMENT = True
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE", host="company")
    publish(registry(engagement()))
    return visitor_at()


@pytest.fixture
def asked(base):
    """The way that was mailed to somebody who signed up."""
    begin_sign_up(NewSignUp(slug="fjord", company="Fjord", name="Gil", email="gil@fjord.example"))
    token = new_token()
    SignUp.objects.update(token_hash=hashed_token(token))
    return f"/sign-up/{token}"


def opened_with(account_slug):
    account = Account.objects.get(slug=account_slug)
    with account_scope(account.id):
        return Event.objects.get(kind="account.opened").changes


def test_a_region_says_who_hosts_there(base):
    assert "Europe: your data lie in Germany, with Relay GmbH." in words_in(base.get("/sign-up").content.decode())


def test_the_list_is_shown_with_what_is_announced(base, asked):
    elsewhere = engagement("overseas", regions=("us",), description={"en": "Serves overseas"})
    answers = engagement("answers", purposes=("answer.suggest",), description={"en": "Suggests"})
    publish(registry(engagement(), answers, elsewhere))
    words = words_in(base.get(asked).content.decode())
    assert "Serves overseas" not in words
    assert "Relay GmbH (Germany) Sending e-mail" in words
    assert "Suggests Announced" in words
    assert "in use for your account from the beginning" in words


def test_what_is_accepted_is_kept_and_binds_from_then(base, asked):
    publish(registry(engagement(categories=WIDER)))
    answer = base.post(asked, {"password": PASSWORD, "list_version": "2", "registry_version": "2"})
    assert answer.status_code == 303, words_in(answer.content.decode())
    assert opened_with("fjord")["list_version"] == 2
    [row] = listing_at(published(), now(), Bound(opened_at=now())).rows
    assert row.engagement.categories == WIDER  # announced to others, in force here


def test_a_list_that_changed_meanwhile_is_seen_first(base, asked):
    publish(registry(engagement(categories=WIDER)))
    answer = base.post(asked, {"password": PASSWORD, "list_version": "1", "registry_version": "2"})
    assert answer.status_code == 422
    assert "has changed since this page was opened" in words_in(answer.content.decode())
    assert 'name="list_version" value="2"' in answer.content.decode()


def test_a_list_that_changes_in_that_moment_is_seen_first(base, asked, monkeypatch):
    """The one was published after the form was found good, and before the account was there."""

    def as_shown_before(*names, **values):
        publish(registry(engagement(categories=WIDER)))
        return open_signed_up_account(*names, **values)

    monkeypatch.setattr(views, "open_signed_up_account", as_shown_before)
    answer = base.post(asked, {"password": PASSWORD, "list_version": "1", "registry_version": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, asked)
    assert not Account.objects.filter(slug="fjord").exists()
    assert 'name="list_version" value="2"' in base.get(asked).content.decode()


def test_who_hosts_nobody_shows_no_list(base, asked, settings):
    settings.STEWARD_HOSTING = False
    words = words_in(base.get(asked).content.decode())
    assert "Relay GmbH" not in words
    assert base.post(asked, {"password": PASSWORD}).status_code == 303
    assert "list_version" not in opened_with("fjord")
