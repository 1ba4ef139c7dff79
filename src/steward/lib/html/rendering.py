"""Showing a stored message: inline pictures get their URLs, remote ones wait until the reader asks."""

from collections.abc import Container, Mapping
from urllib.parse import unquote

from steward.lib.html.bounding import bounded
from steward.lib.html.sanitising import build_cleaner, keep_attribute, settled

# An `img` with an empty `src` loads nothing and shows its alternative text; style sheets find it by `img[src=""]`.
HELD_BACK = ""


def render_mail(html: str, *, images: bool | Container[str], cid: Mapping[str, str]) -> str:
    """Return a message for display, sanitised again as the last step.

    `cid` maps Content-IDs (without angle brackets) to URLs of ours; unknown ones are held back. So
    is every remote picture but those whose addresses are among `images`, or all with True: its `src` becomes empty
    (`img[src=""]`), its alternative text and size stay.
    """

    def keep(tag: str, name: str, value: str) -> str | None:
        if name != "src":
            return keep_attribute(tag, name, value)
        return _source(value, images=images, cid=cid)

    return settled(build_cleaner(attribute_filter=keep), html)


def frame_policy(*, remote_images: bool = False) -> str:
    """The Content-Security-Policy of the document that shows a message in its frame.

    Nothing runs, nothing is sent, nothing is loaded from elsewhere but, with `remote_images`, pictures. Styles of
    mails are inline.
    """
    images = " https: http:" if remote_images else ""
    return (
        f"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:{images}; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )


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


def _source(value: str, *, images: bool | Container[str], cid: Mapping[str, str]) -> str | None:
    if value[:4].lower() == "cid:":
        name = value[4:]
        return cid.get(name) or cid.get(unquote(name)) or HELD_BACK
    kept = keep_attribute("img", "src", value)
    if kept and _is_remote(kept):
        may_load = images if isinstance(images, bool) else kept in images
        return kept if may_load else HELD_BACK
    return kept


def _is_remote(source: str) -> bool:
    return source[:5].lower() in ("http:", "https")
