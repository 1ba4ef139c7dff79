"""Ages that a script lets grow are told with the same words as those of the server."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from steward.ui.ageing import end_of_day, grows, ladder
from steward.ui.ages import told

NOW = datetime(2026, 11, 6, 22, 50, tzinfo=UTC)
AGES = [timedelta(minutes=m) for m in range(60)] + [timedelta(hours=h) for h in range(1, 23)]


@pytest.fixture(autouse=True)
def _place():
    with timezone.override(UTC):
        yield


@pytest.mark.parametrize("language", ["en", "pl", "ar"])
def test_the_ladder_says_what_the_server_says(language):
    with translation.override(language):
        words = ladder()
        assert len(words) == 60 + 23
        for number, age in enumerate(AGES):
            assert words[number] == told(NOW - age, now=NOW, style="short")


@pytest.mark.parametrize(
    ("age", "style", "said"),
    [
        (timedelta(0), "age", True),
        (timedelta(minutes=59), "short", True),
        (timedelta(hours=22), "short", True),
        (timedelta(hours=23), "short", False),  # the day before
        (timedelta(minutes=5), "clock", False),
        (timedelta(minutes=-5), "age", False),  # to come
    ],
)
def test_only_ages_of_today_grow(age, style, said):
    assert grows(NOW - age, now=NOW, style=style) is said


def test_an_hour_over_midnight_is_an_age(monkeypatch):
    after = datetime(2026, 11, 7, 0, 20, tzinfo=UTC)
    assert grows(after - timedelta(minutes=40), now=after, style="short")
    assert told(after - timedelta(minutes=40), now=after, style="short") == "40 min"


def test_the_day_ends_at_midnight_here():
    with timezone.override(ZoneInfo("Asia/Ho_Chi_Minh")):
        assert end_of_day(NOW) == datetime(2026, 11, 7, 17, tzinfo=UTC)


def test_what_grows_is_marked():
    template = Template("{% load ui %}{% when at 'short' %}|{% ageing %}")
    moment = timezone.now()
    fresh, old = (template.render(Context({"at": moment - age})) for age in (timedelta(minutes=3), timedelta(days=3)))
    assert " data-age>3 min</time>" in fresh
    assert "data-age>" not in old
    assert "data-ages=" in fresh
    assert "&quot;3 min&quot;" in fresh
