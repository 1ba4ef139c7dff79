"""The frame of the settings: who sees which pages, and finding one."""

import re

import pytest

from steward.console.settings.pages import PAGES, find_pages
from steward.tenancy.scope import account_scope


def test_each_page_opens_for_an_owner_and_names_itself(client_of, ada):
    for page in PAGES:
        response = client_of(ada).get(page.url)
        assert response.status_code == 200, page.key
        shown = response.content.decode()
        [heading] = re.findall(r"<h1.*?</h1>", shown, re.DOTALL)
        assert " ".join(re.sub(r"<[^>]+>", "", heading).split()) == f"Settings / {page.title}"
        assert re.search(rf"<title>\s*{re.escape(str(page.title))} · Settings", shown)


def test_who_may_not_open_a_page_does_not_see_it(client_of, ben):
    overview = client_of(ben).get("/console/settings/").content.decode()
    for page in PAGES:
        with account_scope(ben.account_id):
            is_allowed = page.allowed(ben)
        assert (f'href="{page.url}"' in overview) == is_allowed, page.key
        assert (client_of(ben).get(page.url).status_code == 403) != is_allowed


@pytest.mark.parametrize("query", ["reopen", "REOP", "time zone", "général"])
def test_a_page_is_found_by_any_word(ada, client_of, query):
    with account_scope(ada.account_id):
        assert "general" in [page.key for page in find_pages(ada, query)]
    assert 'href="/console/settings/general"' in client_of(ada).get("/console/settings/", {"q": query}).content.decode()


def test_what_is_not_there_is_said(client_of, ada):
    assert "Try another word" in client_of(ada).get("/console/settings/", {"q": "zzz"}).content.decode()
