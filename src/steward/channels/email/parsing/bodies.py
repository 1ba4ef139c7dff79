"""The message as it is shown, searched and answered."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from steward.channels.email.folding import fold_html, fold_text
from steward.channels.email.parsing.contents import Block, merge
from steward.channels.email.parsing.mail import Body, ParsedAttachment
from steward.lib.html import html_to_text
from steward.lib.html.profiles import QUOTED

CID = re.compile(r"cid:([^\"'\s>)]{1,250})", re.I)
PICTURE = re.compile(r"<img\b", re.I)
FOLD = f'class="{QUOTED}"'
TAIL = re.compile(r"[ \t]+\n")


def build_body(blocks: list[Block]) -> Body:
    """The body of a mail: HTML if it shows anything, else plain text."""
    block = merge(blocks)
    if block.html:
        folded = fold_html(block.html)
        # Where nothing is folded the visible text is the whole one; reading it twice would cost most of our time.
        text = html_to_text(block.html, links=False) if FOLD in folded.html else folded.visible
        if text.strip() or (PICTURE.search(block.html) and not block.plain.strip()):
            return Body("html", folded.html, text, folded.visible)
    text = tidy(block.plain)
    folded = fold_text(text)
    return Body("plain", folded.html, text, folded.visible)


def tidy(text: str) -> str:
    """Without trailing blanks and empty lines around; the signature mark `-- ` (RFC 3676 section 4.3) stays."""
    if " \n" in text or "\t\n" in text:
        text = TAIL.sub("\n", text.replace("\n-- \n", "\n--\x00\n")).replace("\n--\x00\n", "\n-- \n")
    return text.strip("\n").rstrip()


def mark_inline(attachments: list[ParsedAttachment], blocks: list[Block]) -> tuple[ParsedAttachment, ...]:
    """Mark the attachments that the HTML refers to."""
    html = "".join(block.html for block in blocks)
    if "cid:" not in html.lower():
        return tuple(attachments)
    used = {unquote(reference) for reference in CID.findall(html)}
    return tuple(replace(each, inline=each.content_id in used) if each.content_id else each for each in attachments)
