"""Style sheets put together and made small, when static files are collected."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n', re.MULTILINE)
# A string stays as it is; of what lies between, comments and the whitespace that means nothing go.
_PIECE = re.compile(r"""("[^"]*"|'[^']*')|(?:/\*.*?\*/|\s)+""", re.DOTALL)
_EDGE = re.compile(r"""("[^"]*"|'[^']*')| ?([{};]) ?|(,) """)


def joined_styles(name: str, read: Callable[[str], str]) -> str:
    """The style sheet `name` with its imports in their places. `read` gives the text of a file by name."""
    folder = PurePosixPath(name).parent
    return _IMPORT.sub(lambda found: read(str(folder / found[1])), read(name))


def small_styles(text: str) -> str:
    """The same rules without comments, and without whitespace where it means nothing.

    Around colons and brackets it stays: `a :hover` and `a:hover` are two things, also inside of nested rules, where
    libraries that know no nesting take the one for the other.
    """
    plain = _PIECE.sub(lambda found: found[1] or " ", text)
    return _EDGE.sub(lambda found: found[1] or found[2] or found[3], plain).replace(";}", "}").strip()
