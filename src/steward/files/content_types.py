"""Which content types are believed, and which may be shown in a page. Pure."""

import re

# Shown inline only these, and only as images: nothing a browser could run from our origin (no SVG, no HTML, no PDF).
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_WELL_FORMED = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def safe_content_type(claimed: str) -> str:
    """The claimed type when it is well formed (RFC 6838 section 4.2), else `application/octet-stream`."""
    folded = claimed.split(";")[0].strip().lower()
    return folded if _WELL_FORMED.fullmatch(folded) else "application/octet-stream"


def is_inline_image(content_type: str) -> bool:
    return content_type in INLINE
