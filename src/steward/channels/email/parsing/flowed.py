"""format=flowed (RFC 3676): paragraphs that the mailer wrapped are made whole again."""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """The text with soft line breaks undone; quoting is kept. `delete_space` is the parameter DelSp=yes."""
    out: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:].removeprefix(" ")
        if paragraph and quotes != depth:
            out.append(_quoted(depth, paragraph))
            paragraph = []
        depth = quotes
        is_soft = content.endswith(" ") and content != "-- "
        paragraph.append(content[:-1] if is_soft and delete_space else content)
        if not is_soft:
            out.append(_quoted(depth, paragraph))
            paragraph = []
    if paragraph:
        out.append(_quoted(depth, paragraph))
    return "\n".join(out)


def _quoted(depth: int, paragraph: list[str]) -> str:
    return (">" * depth + " " if depth else "") + "".join(paragraph)
