"""From wherever one is, one can leave."""

import base64
import re

import pytest

from steward.testing.routes import routes
from steward.testing.tickets import make_ticket

FORM = re.compile(r'<form[^>]*action="/(console|operator)/sign-out"', re.DOTALL)
SIGNED_OUT = {"console/sign-in", "console/reset-password", "operator/sign-in"}
FRAMED = {"console/settings/mail-templates/preview"}  # it stands in another page


def whole_pages(browser, area, more=()):
    """Path and text of every page that needs no id, and of `more`."""
    paths = [f"/{route.pattern}" for route in routes() if route.pattern.startswith(f"{area}/") and not route.parameters]
    for path in [*paths, *more]:
        answer = browser.get(path)
        if answer.status_code == 200 and not answer.streaming and b"<body" in answer.content:
            yield path, answer.content.decode()


@pytest.mark.parametrize("area", ["console", "operator"])
def test_every_page_has_the_way_out(area, client_of, ada, operator_client, eli):
    browser = client_of(ada) if area == "console" else operator_client
    more = [f"/console/tickets/{make_ticket(eli).code}"] if area == "console" else []
    pages = dict(whole_pages(browser, area, more))
    assert len(pages) > (15 if area == "console" else 5)
    without = {path.strip("/") for path, text in pages.items() if not FORM.search(text)}
    assert without <= SIGNED_OUT | FRAMED


def test_pages_bring_the_key_of_what_this_persons_browser_keeps(client_of, visitor_at, northwind, ada, ben):
    """The same for one person at any time, another one for each, and none for nobody (ASVS 14.3.1)."""

    def key(browser, page="/console/"):
        found = re.search(r'data-copies-key="([^"]*)"', browser.get(page).content.decode())
        return found and base64.b64decode(found[1])

    assert len(key(client_of(ada))) == 32
    assert key(client_of(ada)) == key(client_of(ada), "/console/settings/profile") != key(client_of(ben))
    assert key(visitor_at(northwind), "/console/sign-in") is None
