"""Literals in Python that are sentences for people and are not given to gettext."""

import ast
import re
from collections.abc import Iterator

from steward.project.messages.sources import FUNCTIONS, called

# What is typed into a terminal, measured, or tried out is in English: commands, the log, tests and samples.
_TERMINAL = (
    "steward/project/commands/", "steward/backups/", "steward/bench/", "steward/testing/", "steward/project/postgres/",
    "steward/project/messages/", "steward/project/serving/",
    "steward/project/cli.py", "steward/project/demonstrating.py", "steward/project/health.py",
    "steward/project/places.py", "steward/operator/gauges.py",
    "steward/channels/email/parsing/explain.py", "steward/demo/customers.py", "steward/tenancy/operations.py",
)  # fmt: skip
_SPOKEN = frozenset({"label", "help_text", "empty_label", "verbose_name", "verbose_name_plural"})
_NOTICES = frozenset({"success", "error", "info", "warning", "debug"})
_SILENT = frozenset(
    {"print", "getLogger", "suppress", "personal", "impersonal", "not_personal", "allow_child", "Failure", "Error"}
)
_SENTENCE = re.compile(r"[A-Z][a-z]*[ ,]+[a-zé]{2}.*|[A-Z][a-z’']+ (?:[a-z]+ )*[a-z]+[.:!?]?")
_NOT_FOR_PEOPLE = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|SET|GRANT|BEGIN|COPY|EXPLAIN|LISTEN|ANALYZE)\b"
    r"|[A-Z][\w-]+: "
)
_EXEMPT = re.compile(r"#.*\bnot for people\b")


def in_python(source: str, name: str) -> Iterator[str]:
    """Whatever looks like a sentence, and literals where only texts for people stand."""
    if name.startswith(_TERMINAL):
        return
    finder = _Finder(source.splitlines())
    finder.visit(ast.parse(source))
    yield from (f"{name}:{line}: {text!r}" for line, text in sorted(set(finder.found)))


class _Finder(ast.NodeVisitor):
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found: list[tuple[int, str]] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        if name in FUNCTIONS:
            return  # what is given to gettext is found there; all else in it is a name
        if name in _SILENT or _is_logging(node):
            return
        if _is_notice(node) or name in {"ValidationError", "add_error"}:
            self._tell_literals(node.args)
        for keyword in node.keywords:
            if keyword.arg in _SPOKEN:
                self._tell_literals([keyword.value])
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Exceptions are for the log; those that people see are `ValidationError`."""
        if isinstance(node.exc, ast.Call) and called(node.exc) == "ValidationError":
            self.visit(node.exc)

    def visit_Assert(self, node: ast.Assert) -> None:
        return

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _SENTENCE.fullmatch(node.value) and not _NOT_FOR_PEOPLE.match(node.value):
            self._tell(node.lineno, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        texts = [part.value if isinstance(part, ast.Constant) else "xx" for part in node.values]
        text = "".join(map(str, texts))
        if _SENTENCE.fullmatch(text) and not _NOT_FOR_PEOPLE.match(text):
            self._tell(node.lineno, text)
        for part in node.values:
            if not isinstance(part, ast.Constant):
                self.visit(part)

    def _tell_literals(self, values: list[ast.expr]) -> None:
        for value in values:
            parts = value.values if isinstance(value, ast.JoinedStr) else [value]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                    self._tell(part.lineno, part.value)

    def _tell(self, line: int, text: str) -> None:
        if not _EXEMPT.search(self.lines[line - 1]):
            self.found.append((line, text))


def _is_notice(node: ast.Call) -> bool:
    """`messages.success(request, ...)` and the like."""
    function = node.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _NOTICES | {"add_message"}
        and isinstance(function.value, ast.Name)
        and function.value.id == "messages"
    )


def _is_logging(node: ast.Call) -> bool:
    function = node.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _NOTICES | {"exception", "critical", "log"}
        and isinstance(function.value, ast.Name)
        and function.value.id in {"logger", "log", "_log", "_logger", "logging"}
    )
