"""Style sheets and modules put together into one file each, when static files are collected.

The sources stay small files that a browser can load as they are. What is served is one request each: not forty on the
first visit, and compressed together they are smaller. This is no bundler: it knows the few forms that our files have.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

_CSS_IMPORT = re.compile(r'^@import url\("([^"]+)"\);\n', re.MULTILINE)
_IMPORT = re.compile(r'^import (?:(\{[^}]*\}|\w+) from )?"([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_REFUSED = re.compile(r"^(?:export|import)\b.*|\bimport(?:\.meta|\()", re.MULTILINE)

Read = Callable[[str], str]


class CannotJoin(ValueError):
    """A file has an import or export of a form that is not known here."""


def joined_styles(name: str, read: Read) -> str:
    """The style sheet `name` with its imports in their places. `read` gives the text of a file by name."""
    folder = PurePosixPath(name).parent
    return _CSS_IMPORT.sub(lambda found: read(str(folder / found[1])), read(name))


def joined_scripts(name: str, read: Read) -> str:
    """The module `name` with all it imports from its own folder; what is elsewhere, such as vendors', stays imported.

    Each module becomes a function that is called once and gives what it exports. Raises `CannotJoin`.
    """
    outside: dict[str, None] = {}
    modules: dict[str, str] = {}
    _add(PurePosixPath(name), read, modules, outside)
    return "".join(outside) + "".join(modules.values())


def _add(path: PurePosixPath, read: Read, modules: dict[str, str], outside: dict[str, None]) -> None:
    """Add a module after those it imports, as browsers run them."""
    text = read(str(path))
    modules[path.name] = ""  # imported already, for who imports it in a circle
    names = []
    for found in _IMPORT.finditer(text):
        if not found[2].startswith("./"):
            outside[found[0]] = None
            continue
        imported = path.parent / found[2]
        if imported.name not in modules:
            _add(imported, read, modules, outside)
        if found[1]:
            names.append(f"const {found[1].replace(' as ', ': ')} = {_variable(imported.name)};\n")
    body, exported = _IMPORT.sub("", text), [found[2] for found in _EXPORT.finditer(text)]
    body = _EXPORT.sub(r"\1 \2", body)
    if unknown := _REFUSED.search(body):
        raise CannotJoin(f"{path}: {unknown[0]}")
    given = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    del modules[path.name]
    modules[path.name] = f"const {_variable(path.name)} = (() => {{\n{''.join(names)}{body}\n{given}}})();\n"


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
