"""Where things are: who may hear of an event follows from the object it is about.

Packages above register their kinds of objects here; streams are below them and know none.
"""

from collections import defaultdict
from typing import LiteralString

from psycopg import sql

# Per kind of object, queries that give rows (code, department, member) for the row `event` around them, which has the
# columns account_id, object_type, object_id, kind and changes.
_queries: defaultdict[str, list[LiteralString]] = defaultdict(list)


def register(object_type: str, query: LiteralString) -> None:
    """Let those who are in `department`, or who are `member`, hear of objects of this kind (`app.model`).

    `query` is a SELECT of `code` (text: what pages call it, or NULL), `department` (uuid or NULL) and `member` (uuid
    or NULL), in this order, for the row `event`; several queries of a kind add up. Owners and admins hear everything.
    """
    if query not in _queries[object_type]:
        _queries[object_type].append(query)


_PLACE = sql.SQL("SELECT * FROM ({query}) AS place (code, department, member) WHERE event.object_type = {type}")
_NOWHERE = sql.SQL("SELECT NULL::text, NULL::uuid, NULL::uuid WHERE false")


def combined() -> sql.Composed:
    """One SELECT of all places of the row `event`."""
    # The comparison is constant for a row, so the branches of other kinds are not run.
    parts = [
        _PLACE.format(query=sql.SQL(query), type=sql.Literal(object_type))
        for object_type in sorted(_queries)
        for query in _queries[object_type]
    ]
    return sql.SQL(" UNION ALL ").join([_NOWHERE, *parts])
