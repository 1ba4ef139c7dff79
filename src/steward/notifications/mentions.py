"""Who is mentioned in a note. Pure."""

import re
from collections.abc import Mapping
from uuid import UUID

from steward.lib.html import mentioned_in


def mentioned(html: str, text: str, names: Mapping[UUID, str]) -> frozenset[UUID]:
    """Those of `names` whom a note names: chosen from the list, or typed as `@` and their whole name.

    A typed name that several people have means none of them.
    """
    return frozenset({each for each in mentioned_in(html) if each in names} | _typed(text, names))


def _typed(text: str, names: Mapping[UUID, str]) -> set[UUID]:
    if "@" not in text:
        return set()
    by_name: dict[str, list[UUID]] = {}
    for key, name in names.items():
        by_name.setdefault(" ".join(name.split()).casefold(), []).append(key)
    # The longest first: "@Ada Lovelace" is not Ada.
    pattern = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True) if name)
    found = re.findall(rf"(?<![\w@])@({pattern})(?!\w)", " ".join(text.split()).casefold()) if pattern else []
    return {by_name[name][0] for name in found if len(by_name[name]) == 1}
