"""Every word that pages of ours say comes from the catalogues: in a language that nobody speaks, no English is left."""

import re

import lxml.html
import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import dates, translation

from steward.console.settings.pages import PAGES
from steward.people.models import Membership
from steward.project.messages.outside.templates import NAMES
from steward.tenancy.scope import account_scope
from steward.testing.pseudo import forget_texts, make_catalogues
from steward.testing.tickets import make_ticket

# Names, addresses, times and keys are nobody's words.
_DATA = (
    "//bdi|//time|//option|//kbd|//code|//style|//script|//svg"
    "|//*[@aria-hidden='true' or @dir='auto' or @dir='ltr' or @data-kind='agent']"
)
_SAID = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAMES = NAMES | {"https", "Northwind", "Support", "Billing", "localhost", "Ada", "Ben", "Cleo", "Dana", "Eli", "Farah"}
_SPOKEN = ("title", "aria-label", "placeholder", "alt")


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locale")
    make_catalogues(folder, "pl", "ar")
    return folder


@pytest.fixture
def disguised(catalogues, settings):
    settings.LOCALE_PATHS = [catalogues]
    forget_texts()
    yield
    forget_texts()


def words_outside(html: str) -> set[str]:
    """What is left of a page without what came from the catalogues."""
    page = lxml.html.document_fromstring(html)
    attributes = [
        value for name in _SPOKEN for value in page.xpath(f"//*[not(ancestor-or-self::bdi or self::time)]/@{name}")
    ]
    for element in page.xpath(_DATA):
        if element.getparent() is not None:  # else it went with what it stood in
            element.drop_tree()
    text = " ".join([*page.itertext(), *attributes])
    while _SAID.search(text):
        text = _SAID.sub(" ", text)
    return {word for word in _WORD.findall(text) if word not in _NAMES and word.lower() not in days()}


def days() -> set[str]:
    """Days and months are those of the library, in Polish."""
    with translation.override("pl"):
        tables = (dates.WEEKDAYS, dates.WEEKDAYS_ABBR, dates.MONTHS, dates.MONTHS_3, dates.MONTHS_ALT)
        return {str(name).lower() for table in tables for name in table.values()}


@pytest.fixture
def adas(client_of, ada, northwind):
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ada.pk).update(language="pl")
    return client_of(ada)


def pages():
    return [reverse("console:list"), reverse("console:new"), reverse("console:search") + "?q=x", "/console/tickets/X"]


@pytest.mark.parametrize("path", pages())
def test_console(disguised, adas, path):
    assert words_outside(adas.get(path).content.decode()) == set()


def test_ticket(disguised, adas, eli):
    ticket = make_ticket(eli, subject="Zażółć")
    page = adas.get(f"/console/tickets/{ticket.code}").content.decode()
    assert words_outside(page.replace(ticket.code, "").replace(ticket.subject, "")) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_settings(disguised, adas, page):
    assert words_outside(adas.get(page.url).content.decode()) == set()


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/reset-password"])
def test_before_signing_in(disguised, visitor_at, northwind, path):
    page = visitor_at(northwind).get(path, headers={"accept-language": "ar"}).content.decode()
    names = {word for _code, name in configured.LANGUAGES for word in _WORD.findall(name)}
    assert 'dir="rtl"' in page
    assert words_outside(page) - names == set()


@pytest.mark.parametrize("path", ["/", "/sign-up", "/nope"])
def test_base_domain(disguised, visitor_at, path):
    page = visitor_at().get(path, headers={"accept-language": "pl"}).content.decode()
    names = {word for _code, name in configured.LANGUAGES for word in _WORD.findall(name)}
    assert words_outside(page) - names == set()


@pytest.mark.parametrize(
    "path",
    ["/console/guide", "/console/notifications", "/console/settings/agents/new", "/console/settings/mail-accounts/new"],
)
def test_other_pages(disguised, adas, path):
    assert words_outside(adas.get(path).content.decode()) == set()
