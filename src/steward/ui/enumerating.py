"""Names one after the other, as a sentence has them: `Ann`, `Ann and Ben`, `Ann, Ben and Cleo`."""

from collections.abc import Sequence

from django.utils.translation import pgettext


def enumerated(names: Sequence[str]) -> str:
    """The names with commas and a last "and", in the language in force. Plain text, not escaped."""
    if len(names) < 2:
        return "".join(names)
    listed = names[0]
    for name in names[1:-1]:
        listed = pgettext("names in a list", "%(names)s, %(name)s") % {"names": listed, "name": name}
    return pgettext("the last name of a list", "%(names)s and %(name)s") % {"names": listed, "name": names[-1]}


def isolated(name: str) -> str:
    """A name for the middle of a plain text: its direction touches nothing around it (UAX 9, section 2.4)."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
