"""The agreement at sign-up: read, concluded with opening the account, and only with the list that was shown."""

import pytest

from steward.lifecycle.opening import open_signed_up_account
from steward.people.actions import NewSignUp, begin_sign_up
from steward.people.models import SignUp
from steward.people.tokens import hashed_token, new_token
from steward.privacy.agreements.models import Agreement, TermsAcceptance
from steward.privacy.egress.models import AccountTerms
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.registries import hosting_registry, publish_registry

pytestmark = pytest.mark.django_db
A_PASSWORD = "seven boats leave at dawn"
AGREED = {"password": A_PASSWORD, "accepts": "on", "position": "Director", "registry_version": "1", "list_version": "1"}


@pytest.fixture(autouse=True)
def _hosting(settings):
    settings.STEWARD_SIGN_UP = settings.STEWARD_HOSTING = True
    settings.STEWARD_TERMS_VERSION = "2026-11"
    settings.STEWARD_TRIAL_WITHOUT_AGREEMENT = False
    publish_registry(hosting_registry())


@pytest.fixture
def base(visitor_at):
    return visitor_at()


@pytest.fixture
def asked():
    new = NewSignUp(
        slug="fjord",
        company="Fjord",
        name="Gil Berg",
        email="gil@fjord.example",
        language="da",
        terms_version="2026-11",
    )
    return begin_sign_up(new)


@pytest.fixture
def way(asked):
    token = new_token()
    SignUp.objects.filter(pk=asked.pk).update(token_hash=hashed_token(token))
    return f"/sign-up/{token}"


def test_it_is_shown_and_its_draft_is_read(base, way):
    page = base.get(way).content.decode()
    assert f'href="{way}/agreement.pdf"' in page
    assert 'name="accepts"' in page
    assert "at least 30 days before" in page, "what it means stands there in plain words"
    answer = base.get(f"{way}/agreement.pdf")
    assert answer.content.startswith(b"%PDF-")
    assert base.get("/sign-up/none/agreement.pdf").status_code == 404


def test_opening_the_account_concludes_it(base, way):
    assert base.post(way, AGREED).status_code == 303

    account = Account.objects.get(slug="fjord")
    with account_scope(account.pk):
        made = Agreement.objects.get()
        assert AccountTerms.objects.get(ends_at=None).agreement_id == made.pk
        assert TermsAcceptance.objects.get().version == "2026-11"
    assert (made.state, made.language, made.registry_version) == ("in_force", "da", 1)
    assert (made.signer_name, made.signer_position, made.signer_address) == ("Gil Berg", "Director", "127.0.0.1")


def test_without_it_no_account_is_opened_unless_the_operator_allows_it(base, way, settings):
    without = {name: value for name, value in AGREED.items() if name != "accepts"}
    assert base.post(way, without).status_code == 422
    assert not Account.objects.filter(slug="fjord").exists()

    settings.STEWARD_TRIAL_WITHOUT_AGREEMENT = True
    assert base.post(way, without).status_code == 303
    with account_scope(Account.objects.get(slug="fjord").pk):
        assert not Agreement.objects.exists()
        assert not AccountTerms.objects.exists()


def test_a_newer_list_is_shown_first(base, way):
    publish_registry(hosting_registry(name="Other GmbH"))
    answer = base.post(way, AGREED)
    assert answer.status_code == 422
    assert "The list of subprocessors has changed" in answer.content.decode()
    assert not Account.objects.filter(slug="fjord").exists()
    assert base.post(way, AGREED | {"registry_version": "2", "list_version": "2"}).status_code == 303


def test_where_nobody_hosts_nothing_is_asked(base, way, settings):
    settings.STEWARD_HOSTING = False
    assert 'name="accepts"' not in base.get(way).content.decode()
    assert base.get(f"{way}/agreement.pdf")["Location"] == way
    assert base.post(way, {"password": A_PASSWORD}).status_code == 303


def test_terms_of_use_stay_with_the_moment_they_were_accepted(asked):
    account, owner = open_signed_up_account(asked, password=A_PASSWORD)
    with account_scope(account.pk):
        accepted = TermsAcceptance.objects.get()
    assert (accepted.member_id, accepted.at) == (owner.pk, asked.terms_accepted_at)
