"""How the public page is kept, here and by browsers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings

from steward.front.subprocessors import keeping
from steward.lib.actor import SYSTEM
from steward.privacy.egress.authorising import object_to
from steward.tenancy.scope import account_scope
from steward.testing.listings import PAGE, engagement, publish, read, registry, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
ATOM = "{http://www.w3.org/2005/Atom}"


PATHS = (
    PAGE,
    "/subprocessors.json",
    "/.well-known/subprocessors.json",
    "/subprocessors.atom",
    "/subprocessors/feed.json",
)


def varying(answer):
    """By what the answer differs, but for how it is packed."""
    return set(filter(None, answer.headers.get("Vary", "").split(", "))) - {"Accept-Encoding"}


def test_what_was_made_before_is_made_anew_once_the_change_stands(base):
    start = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    publish(registry(engagement()), at=start - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=start)
    stands = start + 30 * DAY
    for moment, rows in ((stands - timedelta(seconds=1), ["relay"]), (stands, ["relay", "ai"])):
        with time_machine.travel(moment, tick=False):
            assert list(read(base)) == rows


@pytest.mark.parametrize("path", [PAGE, "/subprocessors.json", "/subprocessors.atom", "/subprocessors/feed.json"])
def test_who_has_it_already_is_told_that(path, base):
    publish(registry(engagement()), at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    first = base.get(path)
    assert first.headers["Last-Modified"] == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert "public" in first.headers["Cache-Control"]
    mark = first.headers["ETag"]
    again = base.get(path, headers={"if-none-match": mark})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", mark)
    assert base.get(path, headers={"if-modified-since": first.headers["Last-Modified"]}).status_code == 304
    publish(registry(engagement(), engagement("ai")))
    assert base.get(path, headers={"if-none-match": mark}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_what_caches_keep_for_everybody_carries_nobodys_choice(path, base):
    publish(registry(engagement()))
    for asked in ({"lang": "da"}, {"lang": "da", "as_of": "zz"}, {"lang": "da", "as_of": "1999-01-01"}):
        answer = base.get(path, asked, headers={"accept-language": "pl"})
        assert not answer.cookies
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert varying(answer) == set(), "the address alone says which answer it is"
        assert answer.headers["Content-Language"] == "da"
    plain = base.get(path, headers={"accept-language": "pl"})
    assert (plain.headers["Content-Language"], varying(plain)) == ("pl", {"Accept-Language", "Cookie"})
    asked = {"lang": "da"}
    again = base.get(path, asked, headers={"if-none-match": base.get(path, asked).headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, no-cache")
    assert not again.cookies
    assert varying(again) == set()
    assert base.get(path, asked).headers["ETag"] != base.get(path, {"lang": "pl"}).headers["ETag"]


def test_a_day_that_is_today_is_made_anew_once_a_change_stands(base):
    start = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    publish(registry(engagement()), at=start - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=start)
    stands = start + 30 * DAY
    for moment, rows in ((stands - timedelta(seconds=1), ["relay"]), (stands, ["relay", "ai"])):
        with time_machine.travel(moment, tick=False):
            assert list(read(base, as_of=stands.date().isoformat())) == rows


def test_an_account_that_switches_something_off_has_another_page(european, visitor_at):
    publish(registry(engagement()))
    browser = visitor_at(european)
    mark = browser.get(PAGE).headers["ETag"]
    assert browser.get(PAGE, headers={"if-none-match": mark}).status_code == 304
    with account_scope(european.id):
        object_to("relay", actor=SYSTEM)
    assert browser.get(PAGE, headers={"if-none-match": mark}).status_code == 200


def test_only_so_many_answers_are_kept(base):
    for number in range(keeping.MOST + 5):
        keeping.kept(number, lambda: keeping.made("x", "text/plain", changed_at=None, good_until=None))
    assert len(keeping._kept) == keeping.MOST


def test_a_made_page_costs_one_statement(base, django_assert_num_queries):
    publish(registry(engagement()))
    text_of(base.get(PAGE))
    with django_assert_num_queries(1):
        text_of(base.get(PAGE))
