"""Error pages lead back to whatever is at home where they are seen."""

import pytest
from django.template.loader import get_template
from django.test import Client, RequestFactory

from steward.ui import homes
from steward.ui.homes import START, Home, home_of, offer_home


@pytest.fixture
def _offers(monkeypatch):
    monkeypatch.setattr(homes, "_offered", list(homes._offered))


def test_the_console_is_the_home_at_the_host_of_an_account(client_of, ben):
    page = client_of(ben).get("/console/tickets/XXX-00000").content.decode()
    assert 'href="/console/"' in page
    assert 'href="/console/search"' in page


def test_not_on_the_base_domain(db, settings):
    response = Client().get("/nothing-here", headers={"host": settings.STEWARD_DOMAIN})
    page = response.content.decode()
    assert response.status_code == 404
    assert "/console/" not in page
    assert 'href="/"' in page


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_where_nothing_is_known_of_the_request_the_start_page_leads_on(name):
    page = get_template(name).render()
    assert 'href="/"' in page
    assert "/console/" not in page


@pytest.mark.usefixtures("_offers")
def test_who_has_other_pages_at_a_host_gives_another_home():
    portal = Home("/help/", "Help")
    offer_home(lambda request: portal if request.path.startswith("/help") else None)
    assert home_of(RequestFactory().get("/help/none")) == portal
    assert home_of(RequestFactory().get("/elsewhere")) == START
