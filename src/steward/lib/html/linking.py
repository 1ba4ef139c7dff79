"""Plain text to HTML: tokens are found in the text itself, and each is escaped when written."""

import re
from html import escape

from steward.lib.html.profiles import LINK_REL

# Each alternative starts only where no address can already be running, which keeps a search over "aaaa…" linear.
_ADDRESS = re.compile(
    r"""(?<![\w.@/+-])(?:
        (?P<url>(?:https?://|www\.)[^\s<>"]+)
      | (?P<mail>[\w.+%-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?![\w@])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TRAILING = ".,;:!?'’”»…*_~"
_LONGEST = 2_048
_PAIRS = {")": "(", "]": "[", "}": "{"}
_WEB = re.compile(r"(?:https?://)?(?:[^\W_][\w-]*\.)*[^\W_][\w-]*\.?(?::\d{1,5})?(?:[/?#][^\\]*)?", re.IGNORECASE)


def text_to_html(text: str) -> str:
    """Return text as paragraphs and line breaks, everything escaped, addresses of the web and of mail as links.

    Blank lines part paragraphs; runs of spaces survive as no-break spaces.
    """
    text = _plain(text)
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    return "".join(f"<p>{_lines(paragraph)}</p>" for paragraph in paragraphs) if text.strip() else ""


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _lines(paragraph: str) -> str:
    return "<br>".join(_spaced(line) for line in paragraph.split("\n"))


def _spaced(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    indent = len(line) - len(line.lstrip(" "))
    linked = _linked(line[indent:])
    return "&nbsp;" * indent + linked.replace("  ", "&nbsp; ").replace("  ", "&nbsp; ")


def _linked(line: str) -> str:
    if "@" not in line and "://" not in line and "www." not in line.lower():
        return _escaped(line)
    written, end = [], 0
    for match in _ADDRESS.finditer(line):
        address = _trimmed(match[0]) if match["url"] else match[0]
        stop = match.start() + len(address)
        if match["url"] and not _is_whole(address, line[match.end() : match.end() + 1]):
            continue
        written += [_escaped(line[end : match.start()]), _link(address, is_mail=bool(match["mail"]))]
        end = stop
    return "".join(written) + _escaped(line[end:])


def _is_whole(url: str, after: str) -> bool:
    """A URL running into markup is part of it and stays text."""
    return after != "<" and len(url) < _LONGEST and _WEB.fullmatch(url) is not None


def _trimmed(url: str) -> str:
    """Drop the sentence's punctuation from the end, and a closing bracket that was opened outside."""
    counts = {mark: url.count(mark) for pair in _PAIRS.items() for mark in pair}
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _PAIRS and counts[last] > counts[_PAIRS[last]]:
            counts[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def _link(address: str, *, is_mail: bool) -> str:
    scheme = "mailto:" if is_mail else "" if address[:4].lower() == "http" else "https://"
    return f'<a href="{_quoted(scheme + address)}" target="_blank" rel="{LINK_REL}">{_escaped(address)}</a>'


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _quoted(url: str) -> str:
    return _escaped(url).replace('"', "&quot;")
