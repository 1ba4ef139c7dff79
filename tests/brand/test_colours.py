"""Reading colours, measuring them, and finding the nearest that can be read."""

import pytest

from steward.brand.colours import (
    LEAST_CONTRAST,
    PAPER,
    contrast,
    is_readable,
    lch,
    nearest_readable,
    on_dark,
    read_colour,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("#005975", "#005975"),
        (" 005975 ", "#005975"),
        ("#ABC", "#aabbcc"),
        ("oklch(0 0 0)", "#000000"),
        ("oklch(1 0 0)", "#ffffff"),
        ("oklch(100% 0 0deg)", "#ffffff"),
        ("OKLCH(62.8% 0.2577 29.23)", "#ff0000"),
    ],
)
def test_what_people_type(typed, meant):
    assert read_colour(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "red", "#12", "#gggggg", "#12345678", "oklch(2 0 0)", "oklch(0.5 9 0)", "#12345;"]
)
def test_what_is_no_colour(typed):
    with pytest.raises(ValueError, match="no colour"):
        read_colour(typed)


def test_known_contrasts():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == pytest.approx(1)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.01)  # the classic that just fails
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", ["#ffff00", "#ff0000", "#00ff00", "#777777", "#ffffff", "#8bd3ff", "#ff69b4"])
def test_the_nearest_that_can_be_read(colour):
    found = nearest_readable(colour)
    assert is_readable(found)
    assert contrast(found, PAPER) < LEAST_CONTRAST + 0.15, "not darker than it must be"
    if lch(colour)[1] > 0.02:
        assert abs(lch(found)[2] - lch(colour)[2]) % 360 < 8, "the same hue"


def test_one_that_can_be_read_stays():
    assert nearest_readable("#005975") == "#005975"


@pytest.mark.parametrize("colour", ["#005975", "#7a0019", "#000000", "#3b2f00"])
def test_on_dark_paper_it_is_light_enough(colour):
    assert contrast(on_dark(colour), "#1c1a18") >= LEAST_CONTRAST
