"""Making the data by COPY: tickets, contacts, messages, search entries and events as a grown help desk has them."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

from steward.bench.inhabitants import Household, make_large, make_others
from steward.bench.running import COMPLETE
from steward.bench.vocabulary import Vocabulary
from steward.events.chain import BEGINNING, Head, digest_of, link
from steward.lib.clock import now
from steward.lib.fold import words_for_index
from steward.lib.ids import new_id

SEED = 1709
WORDS = 30_000
CONVERSATIONS = 500  # tickets with five messages, spread over the whole time; the ticket page is measured with them
_YEARS = timedelta(days=3 * 365)
_CHUNK = 20_000
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
# How a grown help desk looks, of 1000: most is done.
_STATUSES = {
    "new": 8,
    "open": 32,
    "answered": 80,
    "postponed": 15,
    "resolved": 150,
    "closed": 665,
    "spam": 40,
    "deleted": 10,
}
_TICKETS_PER_CONTACT = 3

COLUMNS = {
    "contacts_contact": "id account_id name language restricted_for created_at",
    "contacts_contactaddress": "id account_id contact_id kind value folded",
    "tickets_ticket": "id account_id code subject status status_before channel department_id assignee_id requester_id "
    "preview message_count created_at changed_at",
    "tickets_participant": "id account_id ticket_id contact_id is_requester is_verified joined_at",
    "tickets_message": "id account_id ticket_id kind channel contact_id author_id sender_name sender_email recipients "
    "internet_id body_html body_text is_html is_automatic is_verified findings at",
    "events_event": "id account_id kind object_type object_id actor_kind at changes salt digest position chain",
    "bench_words": "id account_id ticket_id message_id department_id is_note at words",
}
_INDEX = """
INSERT INTO tickets_searchentry (id, account_id, ticket_id, message_id, department_id, is_note, at, vector)
SELECT id, account_id, ticket_id, message_id, department_id, is_note, at, to_tsvector('simple', words) FROM bench_words
"""

_CHANGES = {"channel": "email"}
Rows = dict[str, list[tuple[Any, ...]]]


def fill(superuser: str, tickets: int) -> None:
    """Fill an empty database: one account with so many tickets, and small ones. `superuser` is a connection string.

    Triggers and foreign keys are left out while the rows go in (`session_replication_role`), indexes are built after.
    """
    drawing = random.Random(SEED)  # noqa: S311  the same data in each run, no secret
    large = make_large(tickets)
    with psycopg.connect(superuser) as database:
        database.execute("SET session_replication_role = replica")
        database.execute("SET maintenance_work_mem = '256MB'")
        database.execute("SET idle_in_transaction_session_timeout = 0")
        database.execute("CREATE TEMP TABLE bench_words (LIKE tickets_searchentry)")
        database.execute("ALTER TABLE bench_words DROP COLUMN vector, ADD COLUMN words text")
        indexes = _without_indexes(database)
        writer = _Writer(drawing, Vocabulary(WORDS, SEED))
        for household in [*make_others(database, drawing, tickets), large]:
            writer.write(database, household)
        writer.flush(database)
        writer.set_clocks(database)
        for definition in indexes:
            database.execute(definition)
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("VACUUM (ANALYZE)")
        database.execute("CHECKPOINT")
    (settings.STEWARD_DATA / COMPLETE).touch()


def _without_indexes(database: psycopg.Connection) -> list[sql.SQL]:
    """Drop the indexes that are no constraints; the answer makes them again."""
    found = database.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public' AND i.tablename = ANY (%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)",
        [[*COLUMNS, "tickets_searchentry"]],
    ).fetchall()
    for name, _definition in found:
        database.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [sql.SQL(definition) for _name, definition in found]


def _head(database: psycopg.Connection, account_id: UUID) -> Head:
    query = "SELECT position, chain FROM events_eventclock WHERE account_id = %s"
    row = database.execute(query, [account_id]).fetchone()
    return Head(row[0], bytes(row[1])) if row else BEGINNING


class _Writer:
    """Writes households, a chunk of rows at a time."""

    def __init__(self, drawing: random.Random, vocabulary: Vocabulary) -> None:
        self.drawing, self.vocabulary = drawing, vocabulary
        self.rows: Rows = {"tickets_ticket": []}
        self.heads: dict[UUID, Head] = {}  # where the events of each account end
        self.tickets = 0

    def write(self, database: psycopg.Connection, household: Household) -> None:
        self.heads[household.account_id] = _head(database, household.account_id)
        contacts = [self._contact(household.account_id) for _ in range(household.tickets // _TICKETS_PER_CONTACT + 1)]
        every = max(1, household.tickets // CONVERSATIONS)
        for number, at in enumerate(self._moments(household.tickets)):
            self._ticket(household, self.drawing.choice(contacts), at, has_conversation=number % every == 0)
            if len(self.rows["tickets_ticket"]) >= _CHUNK:
                self.flush(database)

    def _moments(self, count: int) -> Iterator[datetime]:
        begin = now() - _YEARS
        return (begin + _YEARS * (number / count) for number in range(count))

    def _add(self, table: str, *row: Any) -> UUID:
        made = new_id()
        self.rows.setdefault(table, []).append((made, *row))
        return made

    def _contact(self, account_id: UUID) -> tuple[UUID, str, str]:
        first, last = self.vocabulary.draw(self.drawing, 2)
        number = len(self.rows.get("contacts_contact", ()))
        name, address = f"{first.title()} {last.title()}", f"{first}.{last}{number}@{last}.example"
        made = self._add("contacts_contact", account_id, name, "en", "", now())
        self._add("contacts_contactaddress", account_id, made, "email", address, address)
        return made, name, address

    def _ticket(
        self, household: Household, contact: tuple[UUID, str, str], at: datetime, *, has_conversation: bool
    ) -> None:
        drawing, account_id = self.drawing, household.account_id
        [department] = drawing.choices(list(household.departments), list(household.departments.values()))
        [status] = drawing.choices(list(_STATUSES), list(_STATUSES.values()))
        agents = household.agents.get(department, [])
        assignee = drawing.choice(agents) if agents and status != "new" and drawing.random() < 0.85 else None
        subject = " ".join(self.vocabulary.draw(drawing, drawing.randint(2, 8))).capitalize()
        count = 5 if has_conversation else 1 + int(drawing.expovariate(1 / 1.5))
        changed_at = min(at + timedelta(hours=drawing.expovariate(1 / 40)), now())
        code = _code(self.tickets)
        self.tickets += 1
        ticket = self._add(
            "tickets_ticket", account_id, code, subject, status, "", "email", department, assignee, contact[0],
            subject, count, at, changed_at,
        )  # fmt: skip
        self._add("tickets_participant", account_id, ticket, contact[0], True, True, at)
        self._event(account_id, "ticket.created", ticket, at)
        for number in range(5 if has_conversation else 1):
            author = drawing.choice(agents) if agents and number in {1, 3, 4} else None
            message = self._message(
                account_id, ticket, contact, author, at + (changed_at - at) * number / 5, is_note=number == 4
            )
            words = words_for_index(code, subject, contact[1], contact[2], message[1])
            self._add("bench_words", account_id, ticket, message[0], department, number == 4, at, words)

    def _message(
        self,
        account_id: UUID,
        ticket: UUID,
        contact: tuple[UUID, str, str],
        author: UUID | None,
        at: datetime,
        *,
        is_note: bool,
    ) -> tuple[UUID, str]:
        text = " ".join(self.vocabulary.draw(self.drawing, self.drawing.randint(25, 90)))
        kind = ("note" if is_note else "outgoing") if author else "incoming"
        to = json.dumps({"to": [{"name": "Large", "email": "support@large.localhost"}], "cc": [], "reply_to": []})
        made = self._add(
            "tickets_message", account_id, ticket, kind, "email", None if author else contact[0], author,
            "" if author else contact[1], "" if author else contact[2], to, f"{new_id().hex}@mail.example",
            f"<p>{text}</p>", text, author is None and self.drawing.random() < 0.6, False, True, "{}", at,
        )  # fmt: skip
        self._event(account_id, "message.received" if author is None else "message.sent", ticket, at)
        return made, text

    def _event(self, account_id: UUID, kind: str, ticket: UUID, at: datetime) -> None:
        """Numbered and chained as the trigger would have done it, behind those of making the people."""
        head, salt, key = self.heads[account_id], self.drawing.randbytes(32)[:16], new_id()
        position, digest = head.position + 1, digest_of(salt, _CHANGES)
        fixed = (position, key, account_id, kind, "tickets.ticket", ticket, "system", None)
        self.heads[account_id] = head = Head(position, link(head.chain, fixed, at, digest))
        self.rows.setdefault("events_event", []).append(
            (
                key, account_id, kind, "tickets.ticket", ticket, "system", at, json.dumps(_CHANGES), salt, digest,
                position, head.chain,
            )
        )  # fmt: skip

    def set_clocks(self, database: psycopg.Connection) -> None:
        """What happens from now on goes on after the events that were copied."""
        with database.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO events_eventclock (id, account_id, position, chain) VALUES (gen_random_uuid(), %s, %s, %s)"
                " ON CONFLICT (account_id) DO UPDATE SET position = excluded.position, chain = excluded.chain",
                [(account_id, head.position, head.chain) for account_id, head in self.heads.items()],
            )

    def flush(self, database: psycopg.Connection) -> None:
        for table, rows in self.rows.items():
            _copy(database, table, rows)
        database.execute(_INDEX)
        database.execute("TRUNCATE bench_words")
        self.rows = {"tickets_ticket": []}


def _code(number: int) -> str:
    """Codes in the form and as scattered as real ones, no two alike."""
    letters, digits = divmod(number * 48_271 % (20**3 * 100_000), 100_000)
    return "".join(_LETTERS[letters // 20**place % 20] for place in range(3)) + f"-{digits:05d}"


def _copy(database: psycopg.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table].split()))
    copied = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with database.cursor() as cursor, cursor.copy(copied) as copy:
        for row in rows:
            copy.write_row(row)
