"""Parting a message into pieces, and deciding which of them are folded.

First each line is put into a piece (own words, quotation, attribution, history, signature), then it is decided which
pieces are folded. When in doubt a piece is shown: hiding the customer's words is the one mistake that matters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from steward.channels.email.folding import lines as reading

_SIGNATURE_LINES = 20  # non-blank, below "-- "
_DOUBTFUL_SIGNATURE_LINES = 12  # below "--", which people also draw themselves
_FOOTER_LINES = 5
_FOOTER_WIDTH = 100
_CLOSING_WORDS = 5  # "Kind regards, Ada Lovelace": fewer words than an answer
_LEAD_WORDS = 4
_SENTENCE_WORDS = 8


class Kind(Enum):
    """What a piece of a message is."""

    OWN = auto()
    QUOTE = auto()
    ATTRIBUTION = auto()
    HISTORY = auto()
    SIGNATURE = auto()


class Hint(Enum):
    """What markup says of a line. Lines hinted as quoted must begin with `>`."""

    QUOTED = auto()
    INDENTED = auto()  # in a plain blockquote: a quotation if an attribution stands above
    ATTRIBUTION = auto()
    HISTORY = auto()
    SIGNATURE = auto()


@dataclass(slots=True)
class Piece:
    """Consecutive lines of one kind: `start` up to, not including, `end`."""

    kind: Kind
    start: int
    end: int
    words: int


def part(lines: Sequence[str], hints: Mapping[int, Hint] | None = None) -> list[Piece]:
    """Part the lines of a message into pieces. Blank lines belong to the piece before them. Linear."""
    return _Parting(lines, hints or {}).pieces()


def folds(pieces: Sequence[Piece]) -> list[bool]:
    """Decide for each piece whether it is folded. Quotations under or between which the customer answers stay."""
    decided = [piece.kind is not Kind.OWN for piece in pieces]
    below = quotes_below = 0
    above = sum(piece.words for piece in pieces if piece.kind is Kind.OWN)
    for index in reversed(range(len(pieces))):
        piece = pieces[index]
        if piece.kind is Kind.OWN:
            above, below = above - piece.words, below + piece.words
        elif piece.kind is Kind.QUOTE and below:
            attributed = index > 0 and pieces[index - 1].kind is Kind.ATTRIBUTION
            decided[index] = attributed and (below <= _CLOSING_WORDS if above else not quotes_below)
        quotes_below += piece.kind is Kind.QUOTE
    return decided


def _is_prose(line: str) -> bool:
    """Say whether a line looks as if written for this message: a postscript, a question, a sentence."""
    return "?" in line or line.lstrip().lower().startswith(("ps", "p.s")) or len(line.split()) >= _SENTENCE_WORDS


class _Parting:
    def __init__(self, lines: Sequence[str], hints: Mapping[int, Hint]) -> None:
        self._lines, self._hints = lines, hints
        self._pieces: list[Piece] = []
        self._own_words = 0

    def pieces(self) -> list[Piece]:
        index = 0
        while index < len(self._lines):
            index = self._take(index)
        self._part_device_lines()
        return self._pieces

    def _take(self, index: int) -> int:
        """Put what begins at `index` into a piece. Return where it ends."""
        last = self._pieces[-1] if self._pieces else None
        if last and not self._lines[index].strip():
            last.end = index + 1
            return last.end
        kind, end = self._next(index)
        words = self._count(index, end)
        self._own_words += words if kind is Kind.OWN else 0
        if last and last.kind is kind and kind is not Kind.ATTRIBUTION:
            last.end, last.words = end, last.words + words
        else:
            self._pieces.append(Piece(kind, index, end, words))
        return end

    def _count(self, start: int, end: int) -> int:
        return sum(len(line.split()) for line in self._lines[start:end])

    def _next(self, index: int) -> tuple[Kind, int]:
        """Return the kind of the piece that begins at `index`, and where it ends."""
        lines, hint = self._lines, self._hints.get(index)
        if hint is None and not reading.is_remarkable(lines[index]):
            return Kind.OWN, index + 1
        if hint is Hint.SIGNATURE and (end := self._hinted_end(index)):
            return Kind.SIGNATURE, end
        if end := self._quote_end(index):
            return (Kind.OWN if self._is_announced(index) else Kind.QUOTE), end
        if end := reading.attribution_end(lines, index):
            return self._attribution(index, end)
        if reading.is_forward_mark(lines[index]):
            return self._forward(index)
        if hint is Hint.ATTRIBUTION and self._is_before_quote(index + 1):
            return Kind.ATTRIBUTION, index + 1
        if end := self._history_head(index):
            return (Kind.HISTORY, len(lines)) if self._own_words else (Kind.ATTRIBUTION, end)
        if self._own_words and (end := self._signature_end(index)):
            return Kind.SIGNATURE, end
        return Kind.OWN, index + 1

    # --- quotations ---

    def _quote_end(self, start: int) -> int | None:
        """Return the end of a quotation at `start`: lines with `>` or initials, and links broken out of them."""
        if self._hints.get(start) is Hint.INDENTED and self._pieces and self._pieces[-1].kind is Kind.ATTRIBUTION:
            return self._hinted_end(start)
        initials = self._initials(start)
        if not initials and not reading.is_quoted(self._lines[start]):
            return None
        end = index = start + 1
        while index < len(self._lines) and index - end < 3:
            line = self._lines[index]
            if reading.is_quoted(line) or (initials and reading.supercited_by(line) == initials):
                end = index + 1
            elif line.strip() and not (index == end and self._is_broken_link(index)):
                break
            index += 1
        return end

    def _is_announced(self, index: int) -> bool:
        """Say whether the customer shows something in a quotation: "The log says:"."""
        if self._hints.get(index) is Hint.QUOTED or not self._pieces or self._pieces[-1].kind is not Kind.OWN:
            return False
        before = next((line for line in reversed(self._lines[max(0, index - 3) : index]) if line.strip()), "")
        return before.rstrip().endswith((":", "："))

    def _initials(self, index: int) -> str | None:
        initials = reading.supercited_by(self._lines[index])
        if initials and index + 1 < len(self._lines) and reading.supercited_by(self._lines[index + 1]) == initials:
            return initials
        return None

    def _hinted_end(self, start: int) -> int | None:
        """Return the end of the run of lines with the same hint; a signature that is too long is not believed."""
        hint, end = self._hints[start], start + 1
        while end < len(self._lines) and (self._hints.get(end) is hint or not self._lines[end].strip()):
            end += 1
        if hint is Hint.SIGNATURE and sum(bool(line.strip()) for line in self._lines[start:end]) > _SIGNATURE_LINES:
            return None
        return end

    def _is_broken_link(self, index: int) -> bool:
        """A mail program wrapped a quoted link, so that its rest stands between quoted lines without a mark."""
        lines = self._lines
        if index + 1 >= len(lines) or not reading.is_quoted(lines[index + 1]):
            return False
        if len(lines[index]) > reading.LONGEST_LINE:
            return False
        before, line = lines[index - 1][-reading.LONGEST_LINE :], lines[index].strip()
        opened = max(before.rfind("(http"), before.rfind("<http"))
        return line.startswith(("(http", "<http")) or (opened >= 0 and not set(")>") & set(before[opened:]))

    # --- history ---

    def _attribution(self, index: int, end: int) -> tuple[Kind, int]:
        if self._is_before_quote(end):
            return Kind.ATTRIBUTION, end
        if reading.is_strong(" ".join(self._lines[index:end])):
            return (Kind.HISTORY, len(self._lines)) if self._own_words else (Kind.ATTRIBUTION, end)
        return Kind.OWN, index + 1

    def _is_before_quote(self, index: int) -> bool:
        after = self._skip_blank(index)
        return after is not None and (reading.is_quoted(self._lines[after]) or self._hints.get(after) is Hint.INDENTED)

    def _forward(self, index: int) -> tuple[Kind, int]:
        """A forwarded message under a word or two is what the customer wants to be read."""
        if self._own_words >= _LEAD_WORDS:
            return Kind.HISTORY, len(self._lines)
        if self._own_words:
            return Kind.OWN, len(self._lines)
        return Kind.ATTRIBUTION, self._after_headers(index + 1) or index + 1

    def _history_head(self, index: int) -> int | None:
        """Return the end of what announces unmarked history at `index`: a separator, a block of headers, or both."""
        line = self._lines[index]
        if self._hints.get(index) is Hint.HISTORY:
            return self._after_headers(index) or index + 1
        if reading.is_original_mark(line):
            return self._after_headers(index + 1) or index + 1
        if reading.is_rule(line) or reading.is_dashed(line):
            return self._after_headers(index + 1)
        # Headers alone at the top are as likely to be the message itself, say of a form on a web site. A block is
        # looked for at its first line only, so that thousands of "From:" lines cost no more than their number.
        if not self._own_words or (index and reading.field_of(self._lines[index - 1])):
            return None
        return reading.header_block_end(self._lines, index)

    def _after_headers(self, index: int) -> int | None:
        start = self._skip_blank(index)
        return None if start is None else reading.header_block_end(self._lines, start)

    def _skip_blank(self, index: int) -> int | None:
        end = min(index + 6, len(self._lines))
        return next((at for at in range(index, end) if self._lines[at].strip()), None)

    # --- signatures ---

    def _signature_end(self, index: int) -> int | None:
        """Return the end of a signature whose mark stands at `index`; long ones are not believed."""
        if underscores := reading.underscores_in(self._lines[index]):
            return len(self._lines) if self._is_footer(index + 1, drawn=underscores >= 10) and underscores > 1 else None
        if not reading.is_signature_mark(self._lines[index]):
            return None
        most = _SIGNATURE_LINES if self._lines[index] == "-- " else _DOUBTFUL_SIGNATURE_LINES
        written = 0
        for at in range(index + 1, len(self._lines)):
            if self._is_other(at):
                return at
            if reading.is_signature_mark(self._lines[at]):
                return None  # a drawn line rather; also keeps this loop from running over any line twice
            if not self._lines[at - 1].strip() and _is_prose(self._lines[at]):
                return at
            written += bool(self._lines[at].strip())
            if written > most:
                return None
        return len(self._lines)

    def _is_other(self, index: int) -> bool:
        return bool(
            reading.is_quoted(self._lines[index])
            or reading.attribution_end(self._lines, index)
            or reading.is_forward_mark(self._lines[index])
            or self._history_head(index)
        )

    def _is_footer(self, start: int, *, drawn: bool) -> bool:
        """Say whether a few short lines end the message, as below the rule of a mailing list or of a signature."""
        rest = [line.strip() for line in self._lines[start : start + 3 * _FOOTER_LINES]]
        written = [line for line in rest if line]
        if start + len(rest) < len(self._lines) or not 0 < len(written) <= _FOOTER_LINES:
            return False
        if any(len(line) > _FOOTER_WIDTH or "?" in line for line in written):
            return False
        return drawn or any("://" in line or "@" in line for line in written)

    def _part_device_lines(self) -> None:
        """Part off "Sent from my phone" lines that end the message."""
        if not self._pieces or self._pieces[-1].kind is not Kind.OWN:
            return
        own = self._pieces[-1]
        start = own.end
        while start > own.start and (
            not self._lines[start - 1].strip() or reading.is_device_line(self._lines[start - 1])
        ):
            start -= 1
        if words := self._count(start, own.end):
            self._pieces.append(Piece(Kind.SIGNATURE, start, own.end, words))
            own.end, own.words = start, own.words - words
