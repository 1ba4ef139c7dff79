"""Finding what should not lie about in texts: numbers of cards, accounts, people and telephones, addresses. Pure.

What has a check digit is only found when it is right; the others by their shape, so that a few are found too many.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from steward.lib.digits import plain_digits
from steward.lib.identity_numbers import identity_numbers
from steward.lib.secrets_in_text import secrets_in


class Kind(StrEnum):
    CARD = "card"
    IBAN = "iban"
    IDENTITY = "identity"  # of passports, tax and the registers of states
    SECRET = "secret"  # noqa: S105  passwords and keys
    PHONE = "phone"
    EMAIL = "email"


# What hardly anybody means to leave in a ticket. Telephone numbers and addresses stand under every mail.
TELLING = frozenset({Kind.CARD, Kind.IBAN, Kind.IDENTITY, Kind.SECRET})


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """Where something stands in a text: `text[start:end]`."""

    start: int
    end: int
    kind: Kind


def spots(text: str, kinds: Collection[Kind] = frozenset(Kind)) -> list[Spot]:
    """What is found in a text, in order, none within another. Linear time."""
    found: list[Spot] = []
    text = plain_digits(text)
    for kind, look in _LOOKS:
        if kind not in kinds:
            continue
        spans = list(look(text))
        found += (Spot(start, end, kind) for start, end in spans)
        text = _without(text, spans)
    return sorted(found)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with what was found blotted out, so that it is not found again as something else."""
    kept, at = [], 0
    for start, end in spans:
        kept += [text[at:start], _BLOT * (end - start)]
        at = end
    return "".join([*kept, text[at:]]) if spans else text


_BLOT = "\ufffc"


def kind_of(words: str) -> Kind | None:
    """What the words are as a whole; None for words of any kind."""
    words = words.strip()
    return next((spot.kind for spot in spots(words) if (spot.start, spot.end) == (0, len(words))), None)


# Each starts only where none can already be running, which keeps the search linear.
_EMAIL = re.compile(
    r"(?<![\w.@/+-])[\w.+%-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w@])", re.IGNORECASE
)
_GAPS = " \u00a0\u00ad\u2009\u2010\u2011\u202f-"
_GAP = f"[{_GAPS}]"
_DIGITS = re.compile(rf"(?<![\w.,+])\d+(?:{_GAP}\d+)*")
_GROUP = re.compile(r"\d+")
_IBAN = re.compile(r"(?<![^\W_])([A-Za-z]{2})\d\d")
_BETWEEN = "[ \u00a0\u202f./()-]{0,2}"
_NO_MORE = r"(?!\w|[ .-]\d)"
_PHONES = (
    re.compile(rf"(?<![\w.,+])(?:\+|00) ?[1-9](?:{_BETWEEN}\d){{6,14}}{_NO_MORE}"),  # E.164: at most 15 digits
    re.compile(rf"(?<![\w.,/+-])(?:\(0\d{{1,4}}\)|0\d{{1,4}})[ \u00a0/-]\d(?:[ \u00a0./-]?\d){{4,8}}{_NO_MORE}"),
    re.compile(rf"(?<![\w.+-])(?:\(\d{{3}}\) ?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}{_NO_MORE}"),  # North America
)
_DATE = re.compile(r"(?:\d{1,2}([-./])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([-./])\d{1,2}\2\d{1,2})(?!\d)")

# How long an IBAN is in each country: ISO 13616, the registry of SWIFT.
_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO", "16": "BE", "18": "DK FI FK FO GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV", "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR", "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV", "29": "BR EG PS QA UA", "30": "JO KW MU YE", "31": "MT SC",
        "32": "LC", "33": "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def _emails(text: str) -> Iterator[tuple[int, int]]:
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        end = _nth_letter(text, match.start(), _IBAN_LENGTHS.get(match[1].upper(), 0))
        if end and not text[end : end + 1].isalnum() and has_iban_checksum(text[match.start() : end]):
            yield match.start(), end


def _nth_letter(text: str, start: int, number: int) -> int:
    """Where the n-th letter or digit ends, with at most one gap before each; 0 when there are not as many."""
    end, is_after_gap = start, False
    while number:
        each = text[end : end + 1]
        if each.isascii() and each.isalnum():
            number, is_after_gap = number - 1, False
        elif not each or is_after_gap or each not in _GAPS:
            return 0
        else:
            is_after_gap = True
        end += 1
    return end if end > start else 0


def has_iban_checksum(iban: str) -> bool:
    """Whether its two check digits are right: ISO 7064 MOD 97-10, as ISO 13616 wants it."""
    letters = "".join(filter(str.isalnum, iban)).upper()
    return int("".join(str(int(each, 36)) for each in letters[4:] + letters[:4])) % 97 == 1


def _cards(text: str) -> Iterator[tuple[int, int]]:
    """Groups of digits that make a number together; a date or a code may stand beside them."""
    for run in _DIGITS.finditer(text):
        if run.end() - run.start() < _SHORTEST_CARD:
            continue
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in _GROUP.finditer(run[0])]
        first = 0
        while first < len(groups):
            last = _last_of_card(text, groups, first)
            if last is not None:
                yield groups[first][0], groups[last][1]
            first = first + 1 if last is None else last + 1


def _last_of_card(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The group with which the number of a card ends that begins with the first one; None when it begins none."""
    digits = ""
    for number in range(first, len(groups)):
        digits += text[slice(*groups[number])]
        if len(digits) > _LONGEST_CARD:
            break
        if (
            len(digits) >= _SHORTEST_CARD
            and is_card(digits)
            and not text[groups[number][1] : groups[number][1] + 1].isalpha()
        ):
            return number
    return None


_SHORTEST_CARD, _LONGEST_CARD = 13, 19  # ISO/IEC 7812-1, and the shortest there are
# First digits and lengths of those who issue cards.
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|09|6\d|[89]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12,15}"
    r"|6\d{12,18}|5[06-8]\d{11,17}"
)


def is_card(digits: str) -> bool:
    """Whether digits are the number of a card: of one who issues them, with the right check digit (Luhn)."""
    if not _ISSUERS.fullmatch(digits) or len(set(digits)) == 1:
        return False
    doubled = (2 * int(digit) if place % 2 else int(digit) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def _phones_like(pattern: "re.Pattern[str]") -> Callable[[str], Iterator[tuple[int, int]]]:
    return lambda text: (match.span() for match in pattern.finditer(text) if not _DATE.match(match[0]))


_LOOKS: list[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]]] = [
    (Kind.EMAIL, _emails),
    (Kind.IBAN, _ibans),
    (Kind.CARD, _cards),
    (Kind.IDENTITY, identity_numbers),
    (Kind.SECRET, secrets_in),
    *((Kind.PHONE, _phones_like(pattern)) for pattern in _PHONES),
]
