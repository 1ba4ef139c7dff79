"""Signing up on the base domain: a company, a confirmed address, an account."""

import re
from datetime import timedelta
from email import message_from_bytes

import pytest
import time_machine
from django.core.exceptions import ValidationError

from steward.channels.email.models import MailAccount
from steward.events.models import Event
from steward.front import forms
from steward.lifecycle.opening import SignUpGone, open_signed_up_account
from steward.outbox.models import InstallationMail
from steward.people.actions import NewSignUp, SlugTaken, begin_sign_up
from steward.people.models import Department, Membership, Passage, SignUp, User
from steward.people.upkeep import forget_unused_links
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.privacy.keys.store import key_folder
from steward.tenancy import slugs
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/sign-up"
TYPED = {
    "company": "Fjord & Søn",
    "slug": "fjord",
    "name": "Gil Berg",
    "email": "gil@fjord.example",
    "language": "da",
}
A_PASSWORD = "seven boats leave at dawn"


@pytest.fixture(autouse=True)
def _open(settings):
    settings.STEWARD_SIGN_UP = True
    settings.STEWARD_TERMS_VERSION = ""


@pytest.fixture
def base(visitor_at):
    return visitor_at()


def mails():
    """What went out to people who have no account yet, as mails."""
    return [
        message_from_bytes(decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")))
        for mail in InstallationMail.objects.order_by("created_at", "id")
    ]


def words_of(mail):
    return mail.get_payload(decode=True).decode()


def link_in(mail):
    return re.search(r"http://localhost(?::\d+)?(/sign-up/\S+)", words_of(mail))[1]


def signed_up(base, **changed):
    answer = base.post(PAGE, TYPED | changed)
    assert answer.status_code == 303, answer.content.decode()
    return link_in(mails()[-1])


def enter(visitor_at, answer, slug="fjord"):
    """Step over to the account's host as the answer says; returns the browser there."""
    browser = visitor_at(Account.objects.get(slug=slug))
    path = re.fullmatch(rf"http://{slug}\.localhost(?::\d+)?(/\S+)", answer["Location"])[1]
    assert browser.get(path).status_code == 200
    assert browser.post(path)["Location"] == "/console/"
    return browser


def test_from_the_form_to_the_console(base, visitor_at):
    link = signed_up(base)
    assert not Account.objects.filter(slug="fjord").exists()
    assert "gil@fjord.example" in base.get(link).content.decode()
    assert not Account.objects.filter(slug="fjord").exists(), "opening a link makes nothing: mail programs open links"
    answer = base.post(link, {"password": A_PASSWORD})
    account = Account.objects.get(slug="fjord")
    assert (account.name, account.language) == ("Fjord & Søn", "da")
    with account_scope(account.id):
        owner = Membership.objects.select_related("user").get()
        assert (owner.name, owner.role, owner.user.email) == ("Gil Berg", "owner", "gil@fjord.example")
        assert Department.objects.get().is_default
        assert MailAccount.objects.get().address == "support@fjord.localhost"
        assert Event.objects.filter(kind="account.opened", actor_id=owner.pk).exists()
    browser = enter(visitor_at, answer)
    assert browser.get("/console/").status_code == 200


def test_the_way_in_works_once_and_only_there(base, visitor_at, northwind):
    answer = base.post(signed_up(base), {"password": A_PASSWORD})
    path = "/console/welcome/" + answer["Location"].rpartition("/")[2]
    assert visitor_at(northwind).get(path).status_code == 404
    assert visitor_at(northwind).post(path).status_code == 404
    fjord = Account.objects.get(slug="fjord")
    assert enter(visitor_at, answer).get("/console/").status_code == 200
    assert visitor_at(fjord).get(path).status_code == 404
    assert visitor_at(fjord).post(path).status_code == 404
    assert not Passage.objects.exists()


def test_the_way_in_is_short_lived(base, visitor_at):
    answer = base.post(signed_up(base), {"password": A_PASSWORD})
    path = "/console/welcome/" + answer["Location"].rpartition("/")[2]
    with time_machine.travel(timedelta(minutes=10, seconds=1) + forms.now(), tick=False):
        assert visitor_at(Account.objects.get(slug="fjord")).post(path).status_code == 404


def test_nothing_that_opens_a_door_is_stored(base):
    link = signed_up(base)
    token = link.rpartition("/")[2]
    assert token.encode() not in bytes(SignUp.objects.get().token_hash)
    answer = base.post(link, {"password": A_PASSWORD})
    assert answer["Location"].rpartition("/")[2].encode() not in bytes(Passage.objects.get().token_hash)


def test_the_link_works_once(base):
    link = signed_up(base)
    base.post(link, {"password": A_PASSWORD})
    assert base.get(link).status_code == 410
    assert base.post(link, {"password": "another good one here"}).status_code == 410
    assert User.objects.get(email="gil@fjord.example").check_password(A_PASSWORD)


def test_the_link_works_for_a_day(base):
    link = signed_up(base)
    ends = SignUp.objects.get().expires_at
    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert base.get(link).status_code == 200
    with time_machine.travel(ends, tick=False):
        assert base.get(link).status_code == 410
        assert base.post(link, {"password": A_PASSWORD}).status_code == 410
        assert forget_unused_links() == 1
    assert not Account.objects.filter(slug="fjord").exists()


@pytest.mark.parametrize("token", ["x", "%00", "%20", "%E2%80%83", "null", "A" * 43, "A" * 5000])
def test_what_is_no_token_opens_nothing(base, token):
    signed_up(base)
    before = Account.objects.count()
    assert base.get(f"{PAGE}/{token}").status_code == 410
    assert base.post(f"{PAGE}/{token}", {"password": A_PASSWORD}).status_code == 410
    assert Account.objects.count() == before


def test_the_answer_and_the_mail_are_the_same_for_a_known_address(base, ada):
    answers = [
        base.post(PAGE, TYPED | {"slug": slug, "email": email})
        for slug, email in (("fjord-a", "gil@fjord.example"), ("fjord-b", "ada@northwind.example"))
    ]
    assert {(answer.status_code, answer["Location"], answer.content) for answer in answers} == {
        (303, "/sign-up/sent", b"")
    }
    bodies = [words_of(mail).partition("http://")[0] for mail in mails()]
    assert bodies[0].replace("fjord-a", "") == bodies[1].replace("fjord-b", "")


def test_somebody_known_keeps_their_password_and_enters_by_it(base, visitor_at, ada):
    link = signed_up(base, email="Ada@Northwind.example")
    page = base.get(link).content.decode()
    assert 'type="password"' not in page
    answer = base.post(link, {"password": "not to be taken over"})
    assert answer["Location"].endswith("/console/"), "no way in but the sign-in"
    assert User.objects.get(pk=ada.user_id).check_password(PASSWORD)
    account = Account.objects.get(slug="fjord")
    with account_scope(account.id):
        assert Membership.objects.get().user_id == ada.user_id
    browser = visitor_at(account)
    assert browser.get("/console/").status_code == 302
    browser.post("/console/sign-in", {"login": "ada@northwind.example", "password": PASSWORD})
    assert browser.get("/console/").status_code == 200


@pytest.mark.parametrize("password", ["", "short", "password123", "fjordfjord", "steward-steward"])
def test_a_weak_password_is_refused_and_nothing_is_made(base, password):
    link = signed_up(base)
    answer = base.post(link, {"password": password})
    assert answer.status_code == 422
    assert not Account.objects.filter(slug="fjord").exists()
    assert base.post(link, {"password": A_PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "-a",
        "a-",
        "1a",
        "a_b",
        "a.b",
        "a b",
        "ä",
        "xn--abc",
        "a" * 41,
        "www",
        "admin",
        "console",
        "sign-up",
        "northwind",
    ],
)
def test_a_slug_that_cannot_be_is_refused_and_what_was_typed_stays(base, northwind, slug):
    answer = base.post(PAGE, TYPED | {"slug": slug})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="gil@fjord.example"' in page
    assert "Fjord &amp; Søn" in page
    assert not InstallationMail.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", ""),
        ("name", ""),
        ("email", ""),
        ("email", "gil"),
        ("email", "a@b\r\nBcc: c@d.e"),
        ("language", "xx"),
    ],
)
def test_what_is_missing_or_wrong_is_said(base, field, value):
    answer = base.post(PAGE, TYPED | {field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not SignUp.objects.exists()


def test_a_slug_asked_for_is_kept_until_its_time_is_over(base):
    signed_up(base)
    ends = SignUp.objects.get().expires_at
    assert base.post(PAGE, TYPED | {"email": "other@example.org"}).status_code == 422
    with pytest.raises(SlugTaken):
        begin_sign_up(NewSignUp(slug="fjord", company="X", name="Y", email="other@example.org"))
    with time_machine.travel(ends, tick=False):
        assert base.post(PAGE, TYPED | {"email": "other@example.org"}).status_code == 303
    assert SignUp.objects.get().email == "other@example.org"


def test_a_slug_given_out_meanwhile_makes_no_account(base):
    link = signed_up(base)
    with account_scope((made := create_account("fjord", name="First")).id):
        pass
    keys = set(key_folder().iterdir())
    assert base.post(link, {"password": A_PASSWORD}).status_code == 410
    assert Account.objects.get(slug="fjord").pk == made.pk
    assert set(key_folder().iterdir()) == keys
    assert not User.objects.filter(email="gil@fjord.example").exists()


def test_two_who_confirm_at_once_make_one_account(base):
    signed_up(base)
    asked = SignUp.objects.get()
    open_signed_up_account(asked, password=A_PASSWORD)
    keys = set(key_folder().iterdir())
    with pytest.raises(SignUpGone):
        open_signed_up_account(asked, password=A_PASSWORD)
    assert set(key_folder().iterdir()) == keys
    with pytest.raises(ValidationError):
        open_signed_up_account(
            begin_sign_up(NewSignUp(slug="b", company="B", name="B", email="b@b.example")), password="x"
        )


def test_names_that_hold_markup_or_line_ends_stay_text(base):
    company = "Evil <script>alert(1)</script>"
    link = signed_up(base, company=company, name="{{ 7|add:7 }}")
    page = base.get(link).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert mails()[-1].get_all("To") == ["gil@fjord.example"]


def test_terms_are_accepted_by_version_and_kept_with_the_moment(base, settings):
    settings.STEWARD_TERMS_VERSION = "2026-11"
    assert base.post(PAGE, TYPED).status_code == 422
    assert base.post(PAGE, TYPED | {"terms_version": "2026-11"}).status_code == 422, "not accepted"
    old = base.post(PAGE, TYPED | {"terms": "on", "terms_version": "2025-01"})
    assert old.status_code == 422
    assert 'value="2026-11"' in old.content.decode(), "what is accepted next is what is shown now"
    at = forms.now()
    with time_machine.travel(at, tick=False):
        link = signed_up(base, terms="on", terms_version="2026-11")
        base.post(link, {"password": A_PASSWORD})
    account = Account.objects.get(slug="fjord")
    assert (account.terms_version, account.terms_accepted_at) == ("2026-11", at)


def test_a_region_is_asked_for_only_when_there_are_several(base, northwind):
    assert "region" not in base.get(PAGE).context["form"].fields
    DataCentre.objects.create(code="no-1", region=Region.objects.create(code="no", name="Norway"), country="NO")
    assert base.post(PAGE, TYPED).status_code == 422
    link = signed_up(base, region="no")
    base.post(link, {"password": A_PASSWORD})
    assert Account.objects.get(slug="fjord").data_centre_id == "no-1"


def test_closed_where_the_operator_says_so(base, settings):
    link = signed_up(base)
    for name, value in (("STEWARD_SIGN_UP", False), ("STEWARD_SINGLE_ACCOUNT", "northwind")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, name, value)
            for path in (PAGE, link, "/sign-up/address?slug=x", "/sign-up/sent"):
                assert base.get(path).status_code == 404
            assert base.post(PAGE, TYPED).status_code == 404
            assert b"/sign-up" not in base.get("/").content


def test_not_at_an_account(visitor_at, northwind):
    for path in (PAGE, "/sign-up/address?slug=x", "/sign-up/sent", "/account?slug=northwind"):
        assert visitor_at(northwind).get(path).status_code == 404


def test_one_address_gets_few_mails_and_all_are_answered_alike(base, ada):
    said = []
    for email in ("gil@fjord.example", "ada@northwind.example"):
        answers = [base.post(PAGE, TYPED | {"slug": f"{email[:3]}-{n}", "email": email}) for n in range(5)]
        said.append([answer.status_code for answer in answers])
    assert said[0] == said[1] == [303, 303, 303, 429, 429]
    assert InstallationMail.objects.count() == 6


def test_one_machine_signs_up_only_so_often(base):
    codes = [base.post(PAGE, TYPED | {"slug": f"s-{n}", "email": f"p{n}@example.org"}).status_code for n in range(22)]
    assert codes == [303] * 20 + [429] * 2


def test_the_live_check_says_what_can_be_had(base, northwind):
    def said(**asked):
        return base.get("/sign-up/address", asked).content.decode()

    assert "fjord.localhost" in said(slug="fjord")
    taken = said(slug="northwind", company="Northwind Coffee")
    assert 'data-slug="northwind-coffee"' in taken
    assert 'data-slug="northwind"' not in taken
    assert "<b>" not in said(slug="<b>x", company="<b>")
    assert 'data-slug="fjord-son-a-s"' in said(slug="", company="Fjord & Søn A/S")


def test_the_live_check_is_limited(base):
    codes = {base.get("/sign-up/address", {"slug": "x"}).status_code for _ in range(125)}
    assert codes == {200, 429}


def test_the_front_page_leads_to_accounts_and_names_none(base, northwind):
    page = base.get("/").content.decode()
    assert "orthwind" not in page
    assert "/sign-up" in page
    answer = base.get("/account", {"slug": " Northwind.localhost "})
    assert re.fullmatch(r"http://northwind\.localhost(:\d+)?/console/", answer["Location"])
    assert base.get("/account", {"slug": "no-such-account"}).status_code == 302, "it tells nobody which there are"
    assert base.get("/account", {"slug": "//evil.example"}).status_code == 422


def test_the_policy_lets_forms_lead_to_accounts_and_nowhere_else(base):
    policy = base.get(PAGE).headers["Content-Security-Policy"]
    assert re.search(r"form-action 'self' http://\*\.localhost(:\d+)?;", policy)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Fjord & Søn A/S", "fjord-son-a-s"),
        ("Żółć", "zolc"),
        ("北风", ""),
        ("3M", "m"),
        ("--", ""),
        ("a" * 60, "a" * 40),
    ],
)
def test_a_name_as_a_slug(words, slug):
    assert slugs.slug_from(words) == slug


def test_every_suggestion_can_be_a_slug(db):
    for company in ("Fjord & Søn", "a" * 60, "x" * 39 + "-y"):
        for slug in slugs.suggestions("", company):
            slugs.check_slug(slug) if slug not in slugs.RESERVED else None
