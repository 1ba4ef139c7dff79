"""Recognising single lines and short runs of lines: attributions, header blocks, separators, signatures.

Every expression here is matched against one line (or a few joined ones) of bounded length, never against the message,
and none can back-track over more than that: a mail of one 40 KB line costs what its length costs.
"""

import re
from collections.abc import Sequence

from steward.channels.email.folding import languages

LONGEST_LINE = 320
_MOST_LINES = 6

_BIDI = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_RULE = re.compile(r"[\s>]*(?:[-_=*—–]\s?){5,}\s*")
_SIGNATURE = re.compile(r"--\s?")
_DEVICE = re.compile(rf"[\s<(\[*_]*(?:{languages.DEVICE})[\s>)\]*_.!]*", re.IGNORECASE)
_BEGIN = ("begin ", "anfang der ", "début du ", "inicio del ", "inizio ", "początek ", "início da ", "start på ")
_PRODUCT = re.compile(languages.PRODUCT, re.IGNORECASE)
_LONGEST_DEVICE = 160
_DEVICE_WORDS = 8
_DASHED = re.compile(r"\s*-{2,}\s*\S[^-].*?\S\s*-{2,}\s*")

_ADDRESS = re.compile(r"[\w.+%=&'*/-]{1,80}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ANGLED = re.compile(r"[<(\[{]\s*(?:mailto:)?\s*[^\s<>]{1,80}@[^\s<>]{1,120}\s*[>)\]}]")
_CLOCK = re.compile(
    r"(?<!\d)\d{1,2}[:h]\d{2}(?!\d)|\b(?:kl|klo|kell|plkst|um|o godz|ore)\.? ?\d{1,2}[.:]\d{2}\b", re.IGNORECASE
)
_DATE = re.compile(r"(?<!\d)(?:19|20|25)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|\d{1,2} ?[月월]")
# No word boundary is asked for beside scripts that are written without spaces.
_WROTE = re.compile(rf"(?<![a-zà-žа-я])(?:{languages.WROTE})(?![a-zà-žа-я])", re.IGNORECASE)
_COLON = re.compile(r"[:：]\W*$")
_ZONE = re.compile(r"GMT|[+-]\d{4}\b")  # nobody writes these by hand
_STAMP = re.compile(r"\d\d:\d\d:\d\d [+-]\d{4}")  # as in a Date header, RFC 5322 section 3.3
_REMARKABLE = re.compile(r"[@:：>_\d]|[-=*—–]\s?[-=*—–]")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_SUPERCITE = re.compile(r"([A-Za-z]{1,12})>(?:\s|$)")
_WORD = re.compile(r"\S+")
_GMAIL_SHORT = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT[+-]\d\d:\d\d \S.{0,120}")
_GMAIL_OLD = re.compile(r"\d{4}/\d{1,2}/\d{1,2} \S.{0,120}<[^<>\s]+@[^<>\s]+>\W{0,2}")
_STARTS_NAME = re.compile(r"[*\s\"'“„«]*(?:\S+\s+){0,6}?\S*[<(\[]\s*(?:mailto:)?[^\s<>]{1,80}@[^\s<>]{1,120}[>)\]]")
_SHARED = re.compile(r"^(?P<own>.*?\S)(?:\s+|(?=---))-*\s*(?P<rest>(?:On|Am|Le|El|Il) \S.{8,180}:)\s*$")

_FIELDS = {
    "from": languages.FROM,
    "sent": languages.SENT,
    "to": languages.TO,
    "subject": languages.SUBJECT,
    "further": languages.FURTHER,
}
_ROLES = {name: role for role, names in _FIELDS.items() for name in names}
_FORM_FIELD = re.compile(r"\s*[^\W\d_][\w ]{1,30}:(?!//)")
_LONGEST_NAME = 40
_BLOCK_LINES = 14


def bare(line: str) -> str:
    """Return a line without white space around it and without the invisible marks of bidirectional text."""
    return line.strip() if line.isascii() else _BIDI.sub("", line).replace("\u00a0", " ").strip()


def _lowered(words: str) -> str:
    return words.replace("İ", "i").lower()  # Turkish; lower() alone would make two characters of it


def is_remarkable(line: str) -> bool:
    """Say whether the line can be anything but plain words. It spares most lines all other questions."""
    return _REMARKABLE.search(line) is not None


def is_quoted(line: str) -> bool:
    """Say whether the line carries a `>`."""
    return line.lstrip().startswith(">")


def supercited_by(line: str) -> str | None:
    """Return the initials before `>` ("JD> text"), or None."""
    match = _SUPERCITE.match(line)
    return match[1] if match else None


def is_rule(line: str) -> bool:
    """Say whether the line is drawn: dashes, underscores."""
    return len(line) <= LONGEST_LINE and _RULE.fullmatch(line) is not None


def underscores_in(line: str) -> int:
    """Return how many underscores the line consists of, 0 if there is anything else."""
    line = line.strip()
    return len(line) if line and not line.strip("_") else 0


def is_signature_mark(line: str) -> bool:
    """Say whether the line is `-- ` (RFC 3676 section 4.3), its space possibly lost on the way."""
    return _SIGNATURE.fullmatch(line) is not None


def is_device_line(line: str) -> bool:
    """Say whether the line is what a phone adds: "Sent from my …"."""
    line = bare(line[:LONGEST_LINE])
    if len(line) > _LONGEST_DEVICE or not _DEVICE.fullmatch(line):
        return False
    return _PRODUCT.search(line) is not None or (len(line.split()) <= _DEVICE_WORDS and "," not in line)


def is_dashed(line: str) -> bool:
    """Say whether the line is words between dashes."""
    return len(line) <= LONGEST_LINE and _DASHED.fullmatch(line) is not None


def is_original_mark(line: str) -> bool:
    """Say whether the line is "-----Original Message-----" in some language."""
    return _between_dashes(line) in languages.ORIGINAL


def is_forward_mark(line: str) -> bool:
    """Say whether the line announces a forwarded message: words between dashes, or Apple's "Begin … message:"."""
    if _between_dashes(line) in languages.FORWARDED:
        return True
    words = _lowered(bare(line[:LONGEST_LINE]))
    if not words.endswith(":") or not words.startswith(_BEGIN):
        return False
    return any(words[:-1].rstrip().removeprefix(begin) in languages.FORWARDED for begin in _BEGIN)


def _between_dashes(line: str) -> str | None:
    if "--" not in line:
        return None
    line = bare(line[:LONGEST_LINE]).strip("*_ ")
    if not (line.startswith("--") and line.endswith("--")):
        return None
    return _lowered(line.strip("-").strip(" :\t-"))


def split_shared(line: str) -> tuple[str, str] | None:
    """Part a line into the customer's words and an attribution that was put behind them, if it is such a line."""
    if len(line) > LONGEST_LINE or not _ends(line.rstrip()):
        return None
    match = _SHARED.match(line)
    if match and is_attribution(match["rest"]):
        return match["own"].rstrip("-").rstrip(), line[len(match["own"].rstrip("-").rstrip()) :]
    return None


def attribution_end(lines: Sequence[str], start: int) -> int | None:
    """Return the index after an attribution ("On … wrote:") that begins at `start` and may be wrapped, or None."""
    first = bare(lines[start])
    if not _may_start(first):
        return None
    joined = ""
    for index in range(start, min(start + _MOST_LINES, len(lines))):
        line = bare(lines[index])
        ends = _ends(line)
        if index > start and line.startswith(">") and not ends:
            break
        joined = f"{joined} {line}".lstrip()
        if len(joined) > 2 * LONGEST_LINE:
            break
        if ends and is_attribution(joined):
            return index + 1
        if first.startswith("--"):
            break
    return start + 1 if _is_unended(first) else None


def _may_start(line: str) -> bool:
    if not line or len(line) > LONGEST_LINE:
        return False
    if line.startswith("--"):
        return _LETTER.search(line) is not None
    return "@" in line or bool(_DIGIT.search(line) and (_CLOCK.search(line) or _DATE.search(line)))


def _ends(line: str) -> bool:
    """Say whether an attribution may end here: with a colon, perhaps in brackets, or with dashes."""
    return line.endswith("--") or _COLON.search(line[-4:]) is not None


def _is_unended(line: str) -> bool:
    """Two old forms of Gmail have neither a verb nor a colon."""
    return bool(_GMAIL_SHORT.fullmatch(line) or _GMAIL_OLD.fullmatch(line)) and not line.endswith("<")


def is_attribution(line: str) -> bool:
    """Say whether the text is an attribution: who wrote, and when, in the order mail programs put it."""
    if not _ends(line) or not languages.STORY.isdisjoint(line.split()):
        return False
    if line.endswith("--"):
        return _WROTE.search(line) is not None and _DASHED.fullmatch(line) is not None
    line = line.lstrip("- ")
    wrote, angled = _WROTE.search(line), _ANGLED.search(line)
    clock, date = _CLOCK.search(line), _DATE.search(line)
    when = min((match.start() for match in (clock, date) if match), default=len(line))
    if angled and angled.start() < when and _STARTS_NAME.match(line):
        return bool(wrote or (clock and date))
    if when == len(line) or not _leads_to_date(line, when):
        return False
    if wrote and wrote.end() > when:
        return True
    if not (angled and clock and date):
        return False
    return bool(_ZONE.search(line)) or _are_names(line[max(clock.end(), date.end()) : angled.start()])


def is_strong(attribution: str) -> bool:
    """Say whether an attribution is one beyond doubt: it has a time or an address."""
    return bool(_CLOCK.search(attribution) or _ADDRESS.search(attribution)) or attribution.startswith("--")


def _are_names(words: str) -> bool:
    """Without a verb, nothing but a name stands between time and address: no word in small letters but a few."""
    return all(not word[0].islower() or "@" in word or word in languages.BY for word in _WORD.findall(words))


def _leads_to_date(line: str, when: int) -> bool:
    words = _WORD.findall(line[:when])
    if len(words) > 7 or when > 45:
        return False
    first = words[0].lower() if words else ""
    return not words or first in languages.BEFORE_DATE or first[0].isdigit() or first[-1] in ",.،"


def header_block_end(lines: Sequence[str], start: int) -> int | None:
    """Return the index after a block of mail headers (From, Sent, To, Subject) that begins at `start`, or None.

    Folded values and a blank line between headers are stepped over.
    """
    if not field_of(lines[start]):
        return None
    roles: dict[str, str] = {}
    end, strays = start, 0
    for index in range(start, min(start + _BLOCK_LINES, len(lines))):
        if field := field_of(lines[index]):
            roles.setdefault(*field)
            end, strays = index + 1, 0
            continue
        strays += 1
        if strays > 2 or (not lines[index].strip() and _are_headers(roles)):
            break
    if not _are_headers(roles) or (end < len(lines) and _FORM_FIELD.match(lines[end])):
        return None
    return end


def field_of(line: str) -> tuple[str, str] | None:
    """Return the role (from, sent, to, subject, further) and the value of a header line, or None."""
    name, colon, value = line[:LONGEST_LINE].replace("：", ":", 1).partition(":")
    if not colon or len(name) > _LONGEST_NAME:
        return None
    role = _ROLES.get(_lowered(bare(name).strip(" \t*_|")))
    return (role, value) if role else None


def _are_headers(roles: dict[str, str]) -> bool:
    sender, sent = roles.get("from"), roles.get("sent", "")
    if sender is None:
        return _STAMP.search(sent) is not None and "@" in roles.get("to", "")
    if not _DIGIT.search(sent):
        return False
    return "subject" in roles or "@" in sender
