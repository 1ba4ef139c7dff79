"""Reading what every page reads: a statement is written by the ORM once, and several go to the database together.

A page asks for twenty things. To have the ORM write twenty statements anew takes as long as to carry them out, and so
does waiting twenty times for an answer. `docs/decisions/0013-fewer-waits-for-the-database.md` has the figures.
"""

import copy
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, NoReturn, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet

from steward.tenancy.models import AccountOwned
from steward.tenancy.scope import account_in_scope, standing_in

R = TypeVar("R")
_BETWEEN = ";\n"  # statements that go together
_Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a value goes: which of the given ones, and which of its elements if it is a list."""

    name: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """One statement as the ORM wrote it: the text, what goes into its places, and how its rows are told.

    `sql` is None for what has no rows whatever the database holds (`IN ()`).
    """

    sql: str | None
    parameters: tuple[Any, ...] = ()
    tell: Callable[[list[Any]], list[Any]] = list


@dataclass(frozen=True, slots=True)
class Question(Generic[R]):
    """A reading with its values, not asked yet."""

    reading: "Reading[R]"
    shape: _Key
    values: dict[str, Any] = field(hash=False)

    @property
    def key(self) -> _Key:
        given = ((name, tuple(v) if isinstance(v, list) else v) for name, v in sorted(self.values.items()))
        return id(self.reading), self.shape, *given


class Reading(Generic[R]):
    """A queryset that the ORM writes as SQL once for each shape; afterwards only its values are put in.

    `build` gets the shape (whatever changes the text of the statement) by position, and by name the values: ids,
    moments, texts, and lists of ids. Nothing else reaches the statement, the account neither: that is always the one
    in scope. A queryset of models, `values` or `values_list`; without `prefetch_related`.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]]) -> None:
        self._build = build
        self._written: dict[_Key, _Written] = {}

    def __call__(self, *shape: Hashable, **values: Any) -> list[R]:
        """The rows; from what was read ahead, if it was."""
        question = self.asking(*shape, **values)
        ahead = _ahead.get()
        if ahead is not None and (question.key in ahead):
            return ahead.pop(question.key)  # once: whoever asks again wants to know what has changed
        return ask(question)[0]

    def asking(self, *shape: Hashable, **values: Any) -> Question[R]:
        return Question(self, shape, values)

    def written(self, question: Question[R]) -> _Written:
        """The statement with its values in `parameters`."""
        values = question.values
        kinds = ((name, len(v) if isinstance(v, (list, tuple)) else type(v)) for name, v in sorted(values.items()))
        key = (*question.shape, *kinds)
        known = self._written.get(key)
        if known is None:
            if len(self._written) >= _MOST_SHAPES:
                self._written.clear()
            known = self._written[key] = _write(self._build, question.shape, values)
        filled = tuple(_filled(each, values) if isinstance(each, _Slot) else each for each in known.parameters)
        return _Written(known.sql, filled, known.tell)


_MOST_SHAPES = 500  # lists of ids have a shape for each length
_ahead: ContextVar[dict[_Key, list[Any]] | None] = ContextVar("steward_read_ahead", default=None)


@contextmanager
def read_ahead(*questions: Question[Any]) -> Iterator[None]:
    """Ask all of this at once; the readings inside find their answers here, each one once.

    What is asked otherwise than it was foreseen is simply asked then. For pages that only read: inside, nothing is
    written that these rows could tell of.
    """
    token = _ahead.set(dict(zip([each.key for each in questions], ask(*questions), strict=True)))
    try:
        yield
    finally:
        _ahead.reset(token)


def ask(*questions: Question[Any]) -> list[list[Any]]:
    """The rows of each question, in their order and in one go. Each statement sees what was committed before it."""
    written = [each.reading.written(each) for each in questions]
    asked = [each for each in written if each.sql is not None]
    found = _fetched(asked) if asked else iter(())
    return [each.tell(next(found)) if each.sql is not None else [] for each in written]


def statements_in(sql: str, parameters: Sequence[Any] | None) -> Iterator[tuple[str, Sequence[Any] | None]]:
    """Each statement of what was sent together, with its parameters: for who counts and explains them."""
    rest = list(parameters or ())
    for statement in sql.split(_BETWEEN):
        count = statement.count("%s")
        yield statement, rest[:count] if parameters is not None else None
        rest = rest[count:]


def _fetched(asked: Sequence[_Written]) -> Iterator[list[Any]]:
    # Bound by the client and sent as text, several statements are one message (PostgreSQL's simple query protocol).
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN.join(str(each.sql) for each in asked), [p for each in asked for p in each.parameters])
        found = [cursor.fetchall()]
        while cursor.nextset():
            found.append(cursor.fetchall())
    return iter(found)


def _filled(slot: _Slot, values: dict[str, Any]) -> Any:
    if slot.name == _ACCOUNT:
        return account_in_scope()
    given = values[slot.name]
    return given if slot.position is None else given[slot.position]


_ACCOUNT = "account of the scope"


def _write(build: Callable[..., QuerySet[Any, Any]], shape: _Key, values: dict[str, Any]) -> _Written:
    """Have the ORM write the statement with marks for values, and note where they end up."""
    account = uuid4()
    marks: dict[object, _Slot] = {}
    given = {name: _marked(name, value, marks) for name, value in values.items()}
    with standing_in(account), connection.execute_wrapper(_refuse):
        queryset = build(*shape, **given)
        if issubclass(queryset.model, AccountOwned):
            marks[account] = _Slot(_ACCOUNT)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return _Written(None)
    places = tuple(marks.get(each, each) if isinstance(each, Hashable) else each for each in parameters)
    if missing := {slot.name for slot in marks.values()} - {each.name for each in places if isinstance(each, _Slot)}:
        raise ValueError(f"a reading does not use {', '.join(sorted(missing))}")
    return _Written(sql, places, _Telling(queryset, compiler))


def _refuse(*_asked: object) -> NoReturn:
    raise RuntimeError("a reading is built without asking the database")


def _marked(name: str, value: Any, marks: dict[object, _Slot]) -> Any:
    """Something of the kind of the value that no statement holds by itself."""
    if isinstance(value, (list, tuple)):
        return [_mark(each, _Slot(name, position), marks) for position, each in enumerate(value)]
    return _mark(value, _Slot(name), marks)


def _mark(value: Any, slot: _Slot, marks: dict[object, _Slot]) -> Any:
    mark: object
    match value:
        case UUID():
            mark = uuid4()
        case datetime():
            mark = datetime.fromtimestamp(uuid4().time_low, UTC)
        case str():
            mark = f"value-{uuid4()}"
        case _:
            raise TypeError(f"{slot.name}: a {type(value).__name__} belongs to the shape of a reading")
    marks[mark] = slot
    return mark


class _Telling:
    """Rows as the queryset would have told them: as models, tuples, dictionaries or single values."""

    def __init__(self, queryset: QuerySet[Any, Any], compiler: Any) -> None:
        self._queryset, self._compiler = queryset, compiler
        converters = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _columns: converters
        compiler.connection = None  # was that of the thread which happened to ask first

    def __call__(self, rows: list[Any]) -> list[Any]:
        if self._compiler.has_extra_select:  # columns that only the order needs
            rows = [row[: self._compiler.col_count] for row in rows]
        iterable: Any = self._queryset._iterable_class
        told: list[Any] = list(iterable(_Answered(self._queryset, self._compiler, rows)))
        return told


class _Answered:
    """A queryset for Django's iterables whose statement has been carried out already."""

    def __init__(self, queryset: QuerySet[Any, Any], compiler: Any, rows: list[Any]) -> None:
        self._of = queryset
        self.query = _Asked(queryset.query, compiler, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)


class _Asked:
    """Its query: the compiler it gives has the rows."""

    def __init__(self, query: Any, compiler: Any, rows: list[Any]) -> None:
        self._of, self._compiler, self._rows = query, compiler, rows

    def get_compiler(self, *_using: object, **_named: object) -> Any:
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.execute_sql = lambda *_asked, **_named: [self._rows]
        return compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of, name)
