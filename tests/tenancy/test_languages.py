"""Who is answered in which language."""

import pytest
from django.test import RequestFactory
from django.utils import timezone, translation

from steward.people.models import Membership
from steward.tenancy import directory
from steward.tenancy.languages import COOKIE, spoken, visitors_language
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope


class Speaker:
    def __init__(self, language: str) -> None:
        self.language = language


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ((), "en"),
        (("pl",), "pl"),
        (("pl-PL",), "pl"),
        (("de", "vi"), "vi"),
        (("", None, "ar-EG"), "ar"),
        (("DA",), "da"),
        (("../etc", "x" * 600), "en"),
    ],
)
def test_the_first_wish_that_steward_speaks(wishes, language):
    assert spoken(*wishes) == language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ({"query": "?lang=lv", "cookie": "da", "accept": "pl"}, "lv"),
        ({"query": "?lang=xx", "cookie": "da", "accept": "pl"}, "da"),
        ({"accept": "fr, pl;q=0.5, ar;q=0.9"}, "ar"),
        ({"accept": "fr"}, "vi"),
        ({"accept": "*"}, "vi"),
        ({"accept": "pl;q=x, ,,;"}, "vi"),
        ({}, "vi"),
    ],
)
def test_visitors(asked, language):
    request = RequestFactory().get(f"/{asked.get('query', '')}", headers={"accept-language": asked.get("accept", "")})
    request.COOKIES[COOKIE] = asked.get("cookie", "")
    assert visitors_language(request, Speaker("vi")) == language


@pytest.fixture
def polish_northwind(northwind):
    Account.objects.filter(pk=northwind.pk).update(language="pl", time_zone="Asia/Ho_Chi_Minh")
    directory.forget()
    return northwind


def language_of(page):
    assert f'lang="{page.headers["Content-Language"]}"' in page.content.decode()
    return page.headers["Content-Language"]


def test_nobody_in_particular_is_answered_in_the_language_of_the_browser(visitor_at, polish_northwind):
    page = visitor_at(polish_northwind).get("/console/sign-in", headers={"accept-language": "ar"})
    assert language_of(page) == "ar"
    assert 'dir="rtl"' in page.content.decode()
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}


def test_else_in_that_of_the_account(visitor_at, polish_northwind):
    assert language_of(visitor_at(polish_northwind).get("/console/sign-in")) == "pl"


def test_a_choice_is_kept_in_the_browser(visitor_at, northwind):
    client = visitor_at(northwind)
    page = client.get("/console/sign-in?lang=da&next=/console/search", headers={"accept-language": "ar"})
    assert language_of(page) == "da"
    assert 'href="/console/sign-in?lang=lv&amp;next=%2Fconsole%2Fsearch"' in page.content.decode()
    cookie = page.cookies[COOKIE]
    assert (cookie.value, bool(cookie["httponly"]), cookie["samesite"]) == ("da", True, "Lax")
    assert language_of(client.get("/console/sign-in", headers={"accept-language": "ar"})) == "da"


def test_what_is_no_language_is_not_kept(visitor_at, northwind):
    assert COOKIE not in visitor_at(northwind).get("/console/sign-in?lang=xx").cookies


@pytest.mark.parametrize("path", ["/console/", "/console/tickets/ABC-00000", "/console/nothing-here", "/nothing-here"])
def test_a_member_is_answered_in_their_own_language_also_when_something_is_wrong(client_of, ben, northwind, path):
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ben.pk).update(language="lv")
    assert language_of(client_of(ben).get(path, headers={"accept-language": "ar"})) == "lv"


def test_else_in_that_of_their_account(client_of, ben, polish_northwind):
    with account_scope(polish_northwind.id):
        Membership.objects.filter(pk=ben.pk).update(language="")
    assert language_of(client_of(ben).get("/console/", headers={"accept-language": "ar"})) == "pl"


def test_a_wrong_address_tells_a_stranger_in_the_language_of_the_browser(visitor_at, polish_northwind):
    page = visitor_at(polish_northwind).get("/console/nothing-here", headers={"accept-language": "da"})
    assert (page.status_code, language_of(page)) == (404, "da")


def test_a_host_without_an_account_is_explained_in_the_language_of_the_browser(visitor_at):
    page = visitor_at().get("/", headers={"host": "nobody.localhost", "accept-language": "da"})
    assert (page.status_code, language_of(page)) == (421, "da")


def test_nothing_of_it_stays_for_the_next_request(client_of, ben, polish_northwind):
    before = translation.get_language(), timezone.get_current_timezone_name()
    client_of(ben).get("/console/")
    assert (translation.get_language(), timezone.get_current_timezone_name()) == before
