"""The child that sets the PDF of a certificate (`lib.typesetting`). It knows no Django."""

from pathlib import Path

from steward.lib.typesetting import Sheet, compiled, run_child

PAPER = Path(__file__).resolve().parent / "paper"
FONTS = PAPER.parents[1] / "agreements" / "fonts"  # files alone: what reads from the right needs them


def set_pdf(content: bytes, *, timestamp: int) -> bytes:
    """The PDF of a certificate (JSON). `timestamp` (seconds since 1970) stands in it: equal input, equal bytes."""
    sheet = Sheet((PAPER / "certificate.typ").read_bytes(), PAPER, FONTS)
    return compiled(sheet, content, timestamp=timestamp)


if __name__ == "__main__":
    run_child(lambda content, at: set_pdf(content, timestamp=at))
