"""Moments the way people say them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from steward.ui.ages import day_name, file_size, in_full, told
from steward.ui.enumerating import enumerated

NOW = datetime(2026, 11, 6, 10, 50, tzinfo=UTC)  # a Friday


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(autouse=True)
def _place():
    with translation.override("en"), timezone.override(UTC):
        yield


@pytest.mark.parametrize(
    ("moment", "style", "said"),
    [
        (NOW, "age", "now"),
        (NOW - timedelta(seconds=59), "age", "now"),
        (NOW - timedelta(minutes=1), "age", "1 min"),
        (NOW - timedelta(minutes=59, seconds=59), "age", "59 min"),
        (NOW - timedelta(hours=1), "age", "1 h"),
        (at("2026-11-06 00:00"), "age", "10 h"),
        (at("2026-11-05 15:58"), "age", "yesterday 15:58"),
        (at("2026-11-05 15:58"), "short", "yesterday"),
        (at("2026-11-04 23:59"), "age", "Wed"),
        (at("2026-10-31 00:00"), "age", "Sat"),
        (at("2026-10-30 23:59"), "age", "30 Oct"),
        (at("2026-01-01 00:00"), "short", "1 Jan"),
        (at("2025-12-31 23:59"), "age", "31 Dec 2025"),
        (at("2026-11-06 09:20"), "clock", "09:20"),
        (at("2026-11-05 15:58"), "clock", "yesterday 15:58"),
        (at("2026-11-04 08:00"), "clock", "Wed 08:00"),
        (at("2026-10-12 08:00"), "clock", "12 Oct 08:00"),
        (at("2025-10-12 08:00"), "clock", "12 Oct 2025"),
        (at("2026-11-06 18:00"), "age", "18:00"),
        (at("2026-11-07 08:00"), "short", "tomorrow 08:00"),
        (at("2026-11-09 08:00"), "age", "Mon 08:00"),
    ],
)
def test_told(moment, style, said):
    assert told(moment, now=NOW, style=style) == said


def test_an_hour_ago_just_after_midnight_is_told_in_minutes_and_then_as_yesterday():
    midnight = at("2026-11-06 00:20")
    assert told(at("2026-11-05 23:50"), now=midnight) == "30 min"
    assert told(at("2026-11-05 22:00"), now=midnight) == "yesterday 22:00"


def test_minutes_pass_while_the_clock_is_put_back():
    with timezone.override("Europe/Copenhagen"):
        assert told(at("2026-10-25 00:45"), now=at("2026-10-25 01:15")) == "30 min"


def test_the_day_is_that_of_the_time_zone_in_force():
    with timezone.override("Asia/Ho_Chi_Minh"):
        assert told(at("2026-11-05 18:00"), now=NOW, style="clock") == "01:00"
        assert in_full(at("2026-11-05 18:00")) == "Friday, 6 November 2026, 01:00"


@pytest.mark.parametrize(
    ("moment", "heading"),
    [
        (NOW, "Today"),
        (at("2026-11-05 00:00"), "Yesterday"),
        (at("2026-11-04 12:00"), "Wednesday 4 November"),
        (at("2025-11-04 12:00"), "4 November 2025"),
    ],
)
def test_day_name(moment, heading):
    assert day_name(moment, now=NOW) == heading


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (84 * 1024, "84 KB"),
        (1024 * 1024 - 1, "1.0 MB"),
        (1_468_006, "1.4 MB"),
        (5 * 2**30, "5.0 GB"),
        (5000 * 2**30, "5000 GB"),
    ],
)
def test_file_size(size, said):
    assert file_size(size) == said


@pytest.mark.parametrize(
    ("language", "said", "full"),
    [
        ("pl", ["5 min", "3 godz.", "wczoraj 14:50", "7 paź"], "Piątek, 6 listopada 2026, 10:50"),
        ("vi", ["5 phút", "3 giờ", "hôm qua 14:50", "7/10"], "Thứ 6, ngày 6 tháng 11 năm 2026, 10:50"),
        ("ar", ["5 د", "3 س", "أمس 14:50", "7 أكتوبر"], "الجمعة، 6 نوفمبر 2026، 10:50"),
        ("da", ["5 min.", "3 t.", "i går 14.50", "7. okt."], "fredag den 6. november 2026 kl. 10.50"),
        ("lv", ["5 min", "3 st.", "vakar 14:50", "7. okt."], "piektdiena, 2026. gada 6. novembris, 10:50"),
    ],
)
def test_each_language_tells_it_in_its_own_way(language, said, full):
    ages = [timedelta(minutes=5), timedelta(hours=3), timedelta(hours=20), timedelta(days=30)]
    with translation.override(language):
        assert [told(NOW - age, now=NOW) for age in ages] == said
        assert in_full(NOW) == full


def test_sizes_and_lists_in_other_languages():
    with translation.override("pl"):
        assert file_size(1_500_000) == "1,4 MB"
        assert enumerated(["Ann", "Ben", "Cleo"]) == "Ann, Ben i Cleo"
    with translation.override("ar"):
        assert enumerated(["Ann", "Ben", "Cleo"]) == "Ann، Ben وCleo"
    assert [enumerated(names) for names in ([], ["Ann"], ["Ann", "Ben"])] == ["", "Ann", "Ann and Ben"]
