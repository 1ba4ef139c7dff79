"""The PDF of an agreement, set by a child (`typesetting`)."""

from steward.privacy.agreements.content import Content, canonical
from steward.privacy.egress.pdf_child import SECONDS, NotSet, set_by_child

NotRendered = NotSet


def render(content: Content, *, seconds: float = SECONDS) -> bytes:
    """The PDF of a content. Raises `NotRendered`."""
    at = int(content.signature.at.timestamp()) if content.signature else 0
    return set_by_child("steward.privacy.agreements.typesetting", canonical(content), at=at, seconds=seconds)
