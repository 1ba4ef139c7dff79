"""Showing a stored message: inline pictures get their URLs, remote ones wait until the reader asks."""

from collections.abc import Mapping
from urllib.parse import unquote

from steward.lib.html.bounding import bounded
from steward.lib.html.sanitising import build_cleaner, keep_attribute, settled

# An `img` with an empty `src` loads nothing and shows its alternative text; style sheets find it by `img[src=""]`.
HELD_BACK = ""


def render_mail(html: str, *, images: bool, cid: Mapping[str, str]) -> str:
    """Return a message for display, sanitised again as the last step.

    `cid` maps Content-IDs (without angle brackets) to URLs of ours; unknown ones are held back. Without `images` so
    is every remote picture: its `src` becomes empty (`img[src=""]`), its alternative text and size stay.
    """

    def keep(tag: str, name: str, value: str) -> str | None:
        if name != "src":
            return keep_attribute(tag, name, value)
        return _source(value, images=images, cid=cid)

    return settled(build_cleaner(attribute_filter=keep), html)


def has_remote_images(html: str) -> bool:
    """Say whether showing the message with images would load any from elsewhere."""
    return "<img" in html and bool(remote_images(html))


def remote_images(html: str) -> list[str]:
    """The addresses that showing the message with images would load from."""
    found: list[str] = []

    def look(tag: str, name: str, value: str) -> str | None:
        kept = keep_attribute(tag, name, value)
        if name == "src" and kept and _is_remote(kept):
            found.append(kept)
        return kept

    build_cleaner(attribute_filter=look).clean(bounded(html))
    return found


def _source(value: str, *, images: bool, cid: Mapping[str, str]) -> str | None:
    if value[:4].lower() == "cid:":
        name = value[4:]
        return cid.get(name) or cid.get(unquote(name)) or HELD_BACK
    kept = keep_attribute("img", "src", value)
    return HELD_BACK if kept and _is_remote(kept) and not images else kept


def _is_remote(source: str) -> bool:
    return source[:5].lower() in ("http:", "https")
