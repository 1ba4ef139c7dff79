"""Numbers by which states know people: registers, taxes, insurance. Pure.

Where a number has check digits they must be right, and where it holds a date that must be one; what has neither is
found only in the way it is commonly written.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

Check = Callable[[str], bool]


def identity_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where such numbers stand in a text whose digits are plain ones. Linear time."""
    taken = 0
    for begun in _BEGINS.finditer(text):
        start = begun.start()
        match = _LOOKS_LIKE_ONE.match(text, start) if start >= taken else None
        if match and (_is_one(match[0]) or _is_named(text, start, match[0])):
            yield match.span()
            taken = match.end()


def _is_one(words: str) -> bool:
    compact = "".join(filter(str.isalnum, words)).upper()
    return any(shape.fullmatch(words) and check(compact) for shape, check in _NUMBERS)


def _is_named(text: str, start: int, words: str) -> bool:
    """Whether what has no check of its own follows the word for it."""
    return (
        _UNCHECKED.fullmatch(words) is not None and _NAME.search(text, max(0, start - _LONGEST_NAME), start) is not None
    )


def _digits(compact: str) -> list[int]:
    return [int(each) for each in compact if each.isdecimal()]


def _weighted(compact: str, weights: str) -> int:
    """The digits times weights (one character each, `a` for 10), added up."""
    return sum(digit * int(weight, 16) for digit, weight in zip(_digits(compact), weights, strict=False))


def _is_day(day: str, month: str) -> bool:
    """Whether there is such a day in some year."""
    try:
        return bool(date(2000, int(month), int(day)))
    except ValueError:
        return False


def _is_polish(number: str) -> bool:
    """PESEL: the month counts the century in twenties."""
    is_right = _weighted(number, "13791379131") % 10 == 0
    return is_right and _is_day(number[4:6], f"{int(number[2:4]) % 20}")


def _is_baltic(number: str) -> bool:
    """Isikukood and asmens kodas: modulo 11 with a second row of weights."""
    check = _weighted(number[:10], "1234567891") % 11
    check = _weighted(number[:10], "3456789123") % 11 if check == 10 else check
    return check % 10 == int(number[10]) and _is_day(number[5:7], number[3:5])


def _is_latvian(number: str) -> bool:
    """Personas kods: until 2017 with the day of birth, since then beginning with 32."""
    if number.startswith("32"):
        return True
    return (1101 - _weighted(number[:10], "16379a5842")) % 11 % 10 == int(number[10]) and _is_day(
        number[:2], number[2:4]
    )


def _is_danish(number: str) -> bool:
    """CPR: its modulo 11 is given up since 2007, the date is left."""
    return _is_day(number[:2], number[2:4])


def _is_swedish(number: str) -> bool:
    """Personnummer: Luhn over the ten digits; 60 is added to the day of who has no number of the register."""
    ten = _digits(number[-10:])
    doubled = (2 * digit if place % 2 == 0 else digit for place, digit in enumerate(ten))
    day = int(number[-6:-4])
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0 and _is_day(
        f"{day - 60 if day > 60 else day}", number[-8:-6]
    )


def _is_norwegian(number: str) -> bool:
    """Fødselsnummer: two check digits modulo 11; 40 is added to the day of a D number."""
    day = int(number[:2])
    checks = _weighted(number, "3761894521"), _weighted(number, "54327654321")
    return not any(check % 11 for check in checks) and _is_day(f"{day - 40 if day > 40 else day}", number[2:4])


def _is_finnish(number: str) -> bool:
    """Henkilötunnus: the remainder modulo 31 as a character."""
    digits = number[:6] + number[-4:-1]
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1] and _is_day(number[:2], number[2:4])


def _is_german(number: str) -> bool:
    """Steuerliche Identifikationsnummer: ISO 7064 MOD 11,10; one of its first ten digits repeats."""
    product = 10
    for digit in _digits(number[:10]):
        product = (((product + digit) % 10) or 10) * 2 % 11
    repeated = len(set(number[:10]))
    return (11 - product) % 10 == int(number[10]) and repeated in {8, 9}


def _is_spanish(number: str) -> bool:
    """DNI and NIE: the remainder modulo 23 as a letter."""
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _is_french(number: str) -> bool:
    """NIR: 97 less the remainder; the two halves of Corsica have letters."""
    digits = number[:13].replace("2A", "19").replace("2B", "18")
    return digits.isdecimal() and 97 - int(digits) % 97 == int(number[13:])


def _is_belgian(number: str) -> bool:
    """Rijksregisternummer: 97 less the remainder, from 2000 on with a 2 in front."""
    return int(number[9:]) in {97 - int(number[:9]) % 97, 97 - int(f"2{number[:9]}") % 97}


def _is_right(_number: str) -> bool:
    return True


_NUMBERS: tuple[tuple["re.Pattern[str]", Check], ...] = tuple(
    (re.compile(shape, re.IGNORECASE), check)
    for shape, check in (
        (r"\d{11}", _is_polish),
        (r"[1-6]\d{10}", _is_baltic),
        (r"\d{6}-?\d{5}", _is_latvian),
        (r"\d{6}-\d{4}", _is_danish),
        (r"(?:\d\d)?\d{6}[-+]\d{4}", _is_swedish),
        (r"\d{6} ?\d{5}", _is_norwegian),
        (r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", _is_finnish),
        (r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", _is_german),
        (r"(?:\d{8}|[XYZ]-?\d{7})[- ]?[A-Z]", _is_spanish),
        (r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", _is_french),
        (r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", _is_belgian),
        (r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]", _is_right),  # National Insurance
        (r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}", _is_right),  # Social Security
        (r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", _is_right),  # codice fiscale
    )
)
# Where letters and digits begin that may be one: most of what people write is passed over by this alone.
_BEGINS = re.compile(r"(?<![\w.,+/-])(?=(?:[A-Za-z]{0,6}|[XYZxyz]-|[A-Za-z]{2} )\d)")
# Groups of them as long as one of these together; what stands in them is looked at more closely.
_LOOKS_LIKE_ONE = re.compile(
    r"(?:"
    r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d"
    r"|\d{3}-\d\d-\d{4}"
    r"|[12] \d\d \d\d \w\w \d{3} \d{3} \d\d"
    r"|[1-9]\d \d{3} \d{3} \d{3}"
    r"|[A-Z]{2} \d\d \d\d \d\d [A-D]"
    r"|\d{8}[- ][A-Z]|[XYZ]-\d{7}-?[A-Z]"
    r"|\d{6} \d{5}"
    r"|\d{6,8}[-+][0-9A-Z]{4,5}"
    r"|[0-9A-Z]{7,16}"
    r")(?![\w/]|[-.,]\w)",
    re.IGNORECASE,
)
# Those without a check are found by the word before them: căn cước and chứng minh of Vietnam, a passport anywhere.
_UNCHECKED = re.compile(r"(?=[A-Z]{0,3}\d)[A-Z0-9]{7,12}", re.IGNORECASE)
_LONGEST_NAME = 40
_NAME = re.compile(
    r"(?:CCCD|CMND|CMT|căn cước(?: công dân)?|passport|pasport\w*|paszport\w*|reisepass|pase|hộ chiếu|جواز السفر|"
    r"رقم الهوية|nr dowodu|dowód osobisty)\W{0,3}(?:(?:no|nr|number|số|رقم)\b\W{0,3})?\Z",
    re.IGNORECASE,
)
