"""Digits as the scripts of the world write them. Pure."""

import re

# Where the ten digits begin in each script that people here write numbers in: Unicode, general category Nd.
_ZEROS = (
    0x660,
    0x6F0,
    0x966,
    0x9E6,
    0xA66,
    0xAE6,
    0xB66,
    0xBE6,
    0xC66,
    0xCE6,
    0xD66,
    0xE50,
    0xED0,
    0x1040,
    0x17E0,
    0xFF10,
)
_PLAIN = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_ANY = re.compile("[" + "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS) + "]")


def plain_digits(text: str) -> str:
    """The text with 0 to 9 in place of the digits of other scripts; every character keeps its place."""
    return text if text.isascii() or not _ANY.search(text) else text.translate(_PLAIN)


def in_any_script(digit: str) -> str:
    """A class of a regular expression that finds the digit (of whichever script) in every script."""
    value = int(digit)
    return f"[{value}{''.join(chr(zero + value) for zero in _ZEROS)}]"
