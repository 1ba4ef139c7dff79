"""The allow-lists: which elements and attributes each profile keeps, and what may stand in a URL."""

import re

# Removed together with their content: it is code, another language, or raw text that parsers disagree about.
NEVER = frozenset(
    "applet audio base canvas embed frame frameset head iframe link math meta noembed noframes noscript object param "
    "plaintext script select style svg template textarea title video xml xmp".split()
)

_TEXT = frozenset(
    "a abbr address b bdi bdo big blockquote br center cite code dd del details dfn div dl dt em figcaption figure "
    "font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup time "
    "tt u ul var wbr".split()
)
_TABLE = frozenset("caption col colgroup table tbody td tfoot th thead tr".split())
_PAGE = frozenset("article aside footer header main nav rp rt ruby section".split())

MAIL_TAGS = _TEXT | _TABLE | _PAGE
OUTGOING_TAGS = (_TEXT | _TABLE) - {"details", "summary"}

_EVERYWHERE = {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"}
_CELL = {"abbr", "colspan", "headers", "nowrap", "rowspan", "scope"}

MAIL_ATTRIBUTES: dict[str, set[str]] = {
    "*": _EVERYWHERE,
    # `rel` and `target` always get our values; they are named so that their order stays when cleaned again.
    "a": {"href", "rel", "target"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"color", "face", "size"},
    "hr": {"color", "noshade", "size"},
    "img": {"alt", "border", "hspace", "src", "vspace"},
    "li": {"type", "value"},
    "ol": {"reversed", "start", "type"},
    "table": {"border", "bordercolor", "cellpadding", "cellspacing", "frame", "rules", "summary"},
    "td": _CELL,
    "th": _CELL,
    "time": {"datetime"},
    "ul": {"type"},
}
OUTGOING_ATTRIBUTES = MAIL_ATTRIBUTES
MENTION = "data-mention"  # on `bdi`: the id of the member whose name stands in it
# What the editor of the composer writes (`js/editor.js`): nothing that the policy of its page would refuse.
EDITOR_TAGS = frozenset(
    "a b bdi blockquote br code div em hr i li ol p pre s strong table tbody td th thead tr u ul".split()
)
EDITOR_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href", "rel", "target"},
    "bdi": {MENTION},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
NOTE_ATTRIBUTES = OUTGOING_ATTRIBUTES | {"bdi": {MENTION}}

# The only classes a message may carry: those with which we fold (see steward.channels.email.folding).
QUOTED = "quoted"
QUOTED_MARK = "quoted-mark"
CLASSES: dict[str, set[str]] = {"details": {QUOTED}, "summary": {QUOTED_MARK}}

# `data:` is let through to the attribute filter, which allows it for pictures only.
SCHEMES = frozenset(["http", "https", "mailto", "tel", "cid", "data"])
LINK_REL = "noopener noreferrer nofollow"

_PICTURE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)


def is_picture(url: str) -> bool:
    """Say whether the URL is a `data:` URL holding a picture that cannot carry script (so no SVG)."""
    return _PICTURE.fullmatch(url) is not None
