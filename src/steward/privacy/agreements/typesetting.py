"""The child that sets the PDF of an agreement (`lib.typesetting`). It knows no Django."""

from pathlib import Path

from steward.lib.typesetting import Sheet, compiled, run_child

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "form.typ"
FONTS = HERE / "fonts"


def set_pdf(content: bytes, *, timestamp: int, template: bytes | None = None) -> bytes:
    """The PDF of a content (JSON). `timestamp` (seconds since 1970) stands in the file: equal input, equal bytes."""
    return compiled(Sheet(template or TEMPLATE.read_bytes(), FONTS, FONTS), content, timestamp=timestamp)


if __name__ == "__main__":
    run_child(lambda content, at: set_pdf(content, timestamp=at))
