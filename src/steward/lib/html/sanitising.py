"""The two sanitisers. One cleaner per profile is built at import: building costs more than cleaning."""

import re
from collections.abc import Callable, Mapping, Set
from uuid import UUID

import nh3

from steward.lib.html.bounding import bounded
from steward.lib.html.profiles import (
    CLASSES,
    EDITOR_ATTRIBUTES,
    EDITOR_TAGS,
    LINK_REL,
    MAIL_ATTRIBUTES,
    MAIL_TAGS,
    MENTION,
    NEVER,
    NOTE_ATTRIBUTES,
    OUTGOING_ATTRIBUTES,
    OUTGOING_TAGS,
    SCHEMES,
    is_picture,
)
from steward.lib.html.styles import clean_style

# `https:x` without slashes is relative to a page that is itself https, hence the slashes.
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\\]*", re.IGNORECASE)
_SOURCE = re.compile(r"(?:https?://|cid:)[^\\]*", re.IGNORECASE)
_MEMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MENTION = re.compile(rf'<bdi\b[^>]*? {MENTION}="({_MEMBER.pattern})"')  # as the sanitiser writes it

# The parser swallows the line end after `<pre>`, each time anew.
_AFTER_PRE = re.compile(r"(<pre[^>]*>)[\r\n]+")
_ROUNDS = 5

AttributeFilter = Callable[[str, str, str], str | None]


def keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value an allowed attribute may have, or None to drop it."""
    if name == "style":
        return clean_style(value)
    if name == "href":
        return value if _LINK.fullmatch(value) else None
    if name == "src":
        return value if _SOURCE.fullmatch(value) or is_picture(value) else None
    if name == MENTION:
        return value if _MEMBER.fullmatch(value) else None
    return value


def build_cleaner(
    *,
    tags: Set[str] = MAIL_TAGS,
    attributes: Mapping[str, Set[str]] = MAIL_ATTRIBUTES,
    attribute_filter: AttributeFilter | None = keep_attribute,
) -> nh3.Cleaner:
    """Build a cleaner: links open elsewhere and tell nothing; ids and names go.

    The filter decides about every URL: what it lets through may be relative (URLs of ours).
    """
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=NEVER,
        attributes=attributes,
        attribute_filter=attribute_filter,
        url_schemes=SCHEMES,
        url_relative="pass_through",
        link_rel=None,
        set_tag_attribute_values={"a": {"target": "_blank", "rel": LINK_REL}},
        allowed_classes={tag: names for tag, names in CLASSES.items() if tag in tags},
    )


_MAIL = build_cleaner()
_OUTGOING = build_cleaner(tags=OUTGOING_TAGS, attributes=OUTGOING_ATTRIBUTES)
_NOTE = build_cleaner(tags=OUTGOING_TAGS, attributes=NOTE_ATTRIBUTES)
_DRAFT = build_cleaner(tags=EDITOR_TAGS, attributes=EDITOR_ATTRIBUTES)
# To see whether HTML reads the same a second time, without calling back into Python for every attribute.
_AGAIN = build_cleaner(attributes=NOTE_ATTRIBUTES, attribute_filter=None)


def sanitise_mail(html: str) -> str:
    """Return the HTML of a received message with layout kept and nothing active. Takes any string. Idempotent."""
    return settled(_MAIL, html)


def sanitise_outgoing(html: str) -> str:
    """Return HTML as a rich-text editor makes it, safe to store, to show and to send. Idempotent."""
    return settled(_OUTGOING, html)


def sanitise_note(html: str) -> str:
    """The same for what only agents read: it keeps who is mentioned, which never leaves in a mail. Idempotent."""
    return settled(_NOTE, html)


def sanitise_draft(html: str) -> str:
    """What of a draft the editor holds, to stand in the page itself before the editor is there. Idempotent."""
    return settled(_DRAFT, html) if html else ""


def mentioned_in(html: str) -> list[UUID]:
    """The ids of the members whom a note mentions, in order; `html` as `sanitise_note` returned it."""
    return [UUID(found) for found in _MENTION.findall(html)]


def settled(cleaner: nh3.Cleaner, html: str) -> str:
    """Clean until cleaning changes nothing.

    Where an element went that kept others apart (a list item inside a button inside a list item), what remains reads
    differently the next time; once is nearly always enough.
    """
    cleaned = cleaner.clean(bounded(html))
    for _ in range(_ROUNDS):
        again = _AGAIN.clean(cleaned)
        if again == cleaned:
            break
        cleaned = cleaner.clean(_AFTER_PRE.sub(r"\1", again))
    return cleaned
