"""Modules put together into the parts in which they are served, when static files are collected.

The sources stay small files that a browser can load as they are. What is served are a few parts, each of them one
request: not forty on the first visit, and compressed together they are smaller. This is no bundler: it knows the few
forms that our files have, and `storage` says which files are parts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import rjsmin

_IMPORT = re.compile(r'^import (?:(\{[^}]*\}|\w+) from )?"([^"]+)";\n', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([^"]+)"\)')
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_REFUSED = re.compile(r"^(?:export|import)\b.*|\bimport(?:\.meta|\()", re.MULTILINE)


class CannotJoin(ValueError):
    """A file has an import or export of a form that is not known here, or would run twice on one page."""


@dataclass(frozen=True)
class Module:
    """A source: its name and text, what it imports as `(names, path)`, and the parts that it loads later."""

    name: str
    text: str
    imports: tuple[tuple[str, str], ...]
    later: tuple[str, ...]

    @property
    def own(self) -> list[str]:
        """Names of what is imported from our own folder; the rest is vendors'."""
        return [path[2:] for _names, path in self.imports if path.startswith("./")]


class Scripts:
    """The modules of a folder, `read` by name, and the `parts` they are served in.

    A part is named after the module it begins with, and holds what that imports, other parts excepted: these stay
    imported, and what they hold is taken from them. `import("./part.js")` loads one later.
    """

    def __init__(self, read: Callable[[str], str], parts: Collection[str]) -> None:
        self.read, self.parts = read, parts
        self._known: dict[str, Module] = {}

    def joined(self, part: str) -> str:
        """`part` as one script: each module a function that is called once and gives what it exports.

        Raises `CannotJoin`.
        """
        self._check_nothing_runs_twice(part)
        self._check_names_can_be_made(part)
        modules, there = self.modules(part), self.before(part)
        vendors = {_import(*each) for module in modules.values() for each in module.imports if each[1][:2] != "./"}
        asked = {name for module in modules.values() for name in module.own if name in there}
        return "".join(
            [
                *sorted(vendors),
                *(_taken_from(other, asked, there) for other in sorted({there[name] for name in asked})),
                *(_function(module) for module in modules.values()),
                f"export {{ {', '.join(_variable(name) for name in modules)} }};\n",
                _given(modules[part]),
            ]
        )

    def modules(self, part: str) -> dict[str, Module]:
        """What `part` holds, in the order in which browsers run it: each after those it imports."""
        found: dict[str, Module] = {}
        self._add(part, found, frozenset(self.before(part)))
        return found

    def before(self, part: str) -> dict[str, str]:
        """What is there already when `part` runs, with the part that holds it."""
        found: dict[str, str] = {}
        for other in self._parts_below(part):
            found |= self.before(other) | dict.fromkeys(self.modules(other), other)
        return found

    def _add(self, name: str, found: dict[str, Module], there: frozenset[str]) -> None:
        """Add a module after those it imports; `there` is left out, and what imports it in a circle."""
        for other in self._module(name).own:
            if other not in found and other not in there:
                self._add(other, found, there | {name})
        found[name] = self._module(name)

    def _parts_below(self, part: str) -> Iterator[str]:
        """The parts that `part` imports, itself or by its modules."""
        met = [part]
        for name in met:
            for other in self._module(name).own:
                if other not in met and other in self.parts:
                    yield other
                elif other not in met:
                    met.append(other)

    def _check_nothing_runs_twice(self, part: str) -> None:
        """On a page that begins with `part` no module may come in two parts."""
        met = [part]
        for name in met:
            met += [other for other in sorted(self._asked_by(name)) if other not in met]
        for one, other in combinations(met, 2):
            if twice := self.modules(one).keys() & self.modules(other).keys():
                raise CannotJoin(f"{sorted(twice)[0]} is in {one} and in {other}, neither of which imports the other")

    def _check_names_can_be_made(self, part: str) -> None:
        """The name of a file has the hash of its content, and that has the names of the parts it asks for."""
        met = [*self._asked_by(part)]
        for name in met:
            met += [other for other in self._asked_by(name) if other not in met]
        if part in met:
            raise CannotJoin(
                f"{part} asks for itself, by {', '.join(name for name in met if part in self._asked_by(name))}"
            )

    def _asked_by(self, part: str) -> set[str]:
        later = {each for module in self.modules(part).values() for each in module.later}
        return later | set(self._parts_below(part))

    def _module(self, name: str) -> Module:
        if name not in self._known:
            self._known[name] = self._parsed(name, self.read(name))
        return self._known[name]

    def _parsed(self, name: str, text: str) -> Module:
        imports = tuple((found[1] or "", found[2]) for found in _IMPORT.finditer(text))
        later = tuple(_LATER.findall(text))
        if unknown := _REFUSED.search(_LATER.sub("", _EXPORT.sub("", _IMPORT.sub("", text)))):
            raise CannotJoin(f"{name}: {unknown[0]}")
        if loose := set(later) - set(self.parts):
            raise CannotJoin(f"{name} loads {loose.pop()} later, which is no part")
        return Module(name, text, imports, later)


def small_scripts(text: str) -> str:
    """The same script without comments and needless whitespace; names stay, so that a fault can be found."""
    return str(rjsmin.jsmin(text))


def _import(names: str, path: str) -> str:
    return f'import {names} from "{path}";\n' if names else f'import "{path}";\n'


def _taken_from(part: str, asked: Collection[str], there: Mapping[str, str]) -> str:
    names = (_variable(name) for name in sorted(asked) if there[name] == part)
    return _import(f"{{ {', '.join(names)} }}", f"./{part}")


def _given(entry: Module) -> str:
    """What `import("./part.js")` gives: what the module exports that the part is named after."""
    names = ", ".join(found[2] for found in _EXPORT.finditer(entry.text))
    return f"export const {{ {names} }} = {_variable(entry.name)};\n" if names else ""


def _function(module: Module) -> str:
    """A module as a function that is called at once."""
    named = ((names, path[2:]) for names, path in module.imports if names and path.startswith("./"))
    taken = "".join(f"const {names.replace(' as ', ': ')} = {_variable(name)};\n" for names, name in named)
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub("", module.text))
    exported = ", ".join(found[2] for found in _EXPORT.finditer(module.text))
    return f"const {_variable(module.name)} = (() => {{\n{taken}{body}\nreturn {{ {exported} }};\n}})();\n"


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
