"""Colours: their contrast (WCAG 2.2, 1.4.3), and the nearest one that is readable. Pure.

OKLCH as in CSS Color 4; matrices by Björn Ottosson, https://bottosson.github.io/posts/oklab/.
"""

import math
import re
from functools import lru_cache

LEAST_CONTRAST = 4.5
PAPER = "#f6f5f3"  # the darkest light paper of our pages (--chrome in tokens.css), where links stand, too
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_OKLCH = re.compile(
    r"oklch\(\s*(?P<l>[\d.]+)(?P<percent>%?)\s+(?P<c>[\d.]+)\s+(?P<h>-?[\d.]+)(?:deg)?\s*\)", re.IGNORECASE
)
_DARK_LIGHTNESS = 0.775  # of the accent on dark paper, as in tokens.css

Rgb = tuple[float, float, float]  # sRGB, each from 0 to 1
Lch = tuple[float, float, float]  # lightness from 0 to 1, chroma, hue in degrees


def read_colour(text: str) -> str:
    """`#rrggbb` in lower case, of hex in three or six digits, or `oklch(0.5 0.1 218)`. Raises `ValueError`."""
    text = text.strip()
    if found := _HEX.fullmatch(text):
        digits = found[1].lower()
        return f"#{digits if len(digits) == 6 else ''.join(2 * digit for digit in digits)}"
    found = _OKLCH.fullmatch(text)
    if found is None:
        raise ValueError("no colour")
    lightness = float(found["l"]) / (100 if found["percent"] else 1)
    if lightness > 1 or float(found["c"]) > 0.5:
        raise ValueError("no colour")
    return _hex(_in_gamut((lightness, float(found["c"]), float(found["h"]) % 360)))


def contrast(one: str, other: str = "#ffffff") -> float:
    """The contrast ratio of two colours in hex, from 1 to 21."""
    lights = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def is_readable(colour: str) -> bool:
    """Whether white text on it, and it as text on our light papers, can be read."""
    return contrast(colour, PAPER) >= LEAST_CONTRAST


def nearest_readable(colour: str) -> str:
    """The colour itself, or the lightest of the same hue and chroma under which white text can be read."""
    if is_readable(colour):
        return colour
    lightness, chroma, hue = lch(colour)
    low, high = 0.0, lightness
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if is_readable(_hex(_in_gamut((middle, chroma, hue)))) else (low, middle)
    return _hex(_in_gamut((low, chroma, hue)))


def on_dark(colour: str) -> str:
    """The accent for dark paper: the same hue, light enough to be read there."""
    _, chroma, hue = lch(colour)
    return _hex(_in_gamut((_DARK_LIGHTNESS, min(chroma, 0.13), hue)))


@lru_cache(maxsize=256)
def lch(colour: str) -> Lch:
    """Lightness, chroma and hue of a colour in hex."""
    red, green, blue = (_linear(channel) for channel in _rgb(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _in_gamut(wanted: Lch) -> Rgb:
    """The colour in sRGB; with less chroma where no screen has that much."""
    lightness, chroma, hue = wanted
    while True:
        rgb = _rgb_of((lightness, chroma, hue))
        if chroma < 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in rgb):
            return rgb
        chroma -= 0.002


def _rgb_of(colour: Lch) -> Rgb:
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _encoded(red), _encoded(green), _encoded(blue)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(min(max(channel, 0), 1) * 255):02x}" for channel in rgb)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (_linear(channel) for channel in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _encoded(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)
