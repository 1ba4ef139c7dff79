"""Finding the messages in Python and in templates, without GNU gettext."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

PACKAGE = Path(__file__).parents[2]

# What each function is given, by position.
_SHAPES = {
    "gettext": ("text",),
    "ngettext": ("text", "plural"),
    "pgettext": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
FUNCTIONS = {
    "_": _SHAPES["gettext"],
    "gettext_noop": _SHAPES["gettext"],
    **_SHAPES,
    **{f"{name}_lazy": shape for name, shape in _SHAPES.items()},
}
_NOTE = "Translators:"
_CALL = re.compile(r"(?<![\w.])(_|n?p?gettext)\(")


class Unreadable(ValueError):
    """A text that is put together before it is translated: nobody can translate it."""


@dataclass(slots=True)
class Message:
    """A text to translate. Equal texts with equal contexts are one message, wherever they stand."""

    text: str
    context: str | None = None
    plural: str | None = None
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # relative to `src/`, in the order they were found

    @property
    def key(self) -> tuple[str | None, str]:
        return (self.context, self.text)


def all_messages(package: Path = PACKAGE) -> list[Message]:
    """Every message of Steward, by file and place. Raises `Unreadable` with the place."""
    found: dict[tuple[str | None, str], Message] = {}
    for path in source_files(package):
        name = path.relative_to(package.parent).as_posix()
        for message in messages_in(path.read_text(), name):
            known = found.setdefault(message.key, message)
            _merge(known, message, name)
    return list(found.values())


def source_files(package: Path = PACKAGE) -> Iterator[Path]:
    """Python and templates. Migrations and samples hold no texts of ours."""
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if {"migrations", "samples", "static", "locale", "vendor"}.intersection(parts):
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in parts):
            yield path


def messages_in(source: str, name: str) -> Iterable[Message]:
    """The messages of one file; what kind it is, its name says."""
    return _in_python(source, name) if name.endswith(".py") else _in_template(source, name)


def _merge(known: Message, message: Message, name: str) -> None:
    if known.plural and message.plural and known.plural != message.plural:
        raise Unreadable(f"{name}: {message.text!r} has another plural elsewhere")
    known.plural = known.plural or message.plural
    known.notes += [note for note in message.notes if note not in known.notes]
    if name not in known.files:
        known.files.append(name)


def _in_python(source: str, name: str) -> Iterator[Message]:
    notes = _notes(source.splitlines())
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and called(node) in FUNCTIONS)
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        message = _message(call, f"{name}:{call.lineno}")
        if message:
            note = notes.get(call.lineno - 1)
            message.notes = [note] if note else []
            yield message


def called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _message(call: ast.Call, place: str) -> Message | None:
    parts: dict[str, str] = {}
    for role, argument in zip(FUNCTIONS[called(call)], call.args, strict=False):
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise Unreadable(f"{place}: the {role} is not one literal text")
        parts[role] = argument.value
    text = parts.get("text")
    return Message(text, parts.get("context"), parts.get("plural")) if text else None


def _notes(lines: list[str]) -> dict[int, str]:
    """Comments for translators, by the number of their last line (from 1)."""
    notes: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.strip().removeprefix("#").strip() if line.strip().startswith("#") else ""
        before = notes.pop(number - 1, "") if words else ""
        if before or words.startswith(_NOTE):
            notes[number] = f"{before} {words}".strip()
    return notes


def _in_template(source: str, name: str) -> Iterator[Message]:
    """Django writes a template as calls of gettext among placeholders, line by line."""
    written = templatize(source)
    for match in _CALL.finditer(written):
        line = written.count("\n", 0, match.start()) + 1
        call = _call_at(written, match.start(), f"{name}:{line}")
        message = _message(call, f"{name}:{line}")
        if message:
            message.notes = _note_before(written, match.start())
            yield message


def _call_at(written: str, start: int, place: str) -> ast.Call:
    """The call that begins at `start`: up to the first closing bracket with which it can be read."""
    end = start
    while end := written.find(")", end) + 1:
        try:
            node = ast.parse(written[start:end], mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            return node
    raise Unreadable(f"{place}: cannot be read")


def _note_before(written: str, start: int) -> list[str]:
    line = written.count("\n", 0, start)
    before = written.split("\n")[line - 1].strip() if line else ""
    words = before.removeprefix("#").strip()
    return [words] if before.startswith("#") and words.startswith(_NOTE) else []
