"""From wherever one is, one can leave."""

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
