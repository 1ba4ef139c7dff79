"""Erasing a person with many tickets among many more, by the command, while lists and ticket pages are asked for."""

import subprocess
import sys
from dataclasses import asdict
from time import perf_counter
from typing import Any

import psycopg

from steward.bench.asking import Asker
from steward.bench.figures import Spread, load
from steward.bench.filling import fill
from steward.bench.inhabitants import SLUG, host_of, large_account, people
from steward.contacts.actions import contact_for
from steward.contacts.models import Contact
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.egress import wall
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.tickets.access import visible_tickets
from steward.tickets.models import Ticket

MOST = 10_000  # tickets of the person
_SHARE = 10  # and at most one in so many
ADDRESS = "everywhere@customer.example"
WARMING = 5
Figures = dict[str, Any]

# One in so many tickets of the account becomes theirs, with a mail as it came for each message.
_THEIRS = """
CREATE TEMP TABLE theirs AS
SELECT id FROM tickets_ticket WHERE account_id = %(account)s ORDER BY md5(%(address)s || id::text) LIMIT %(most)s;
CREATE INDEX ON theirs (id);
ANALYZE theirs;
UPDATE tickets_ticket SET requester_id = %(contact)s WHERE id IN (SELECT id FROM theirs);
DELETE FROM tickets_participant WHERE contact_id = %(contact)s;
UPDATE tickets_participant SET contact_id = %(contact)s WHERE is_requester AND ticket_id IN (SELECT id FROM theirs);
UPDATE tickets_message SET contact_id = %(contact)s, sender_email = %(address)s
 WHERE kind = 'incoming' AND ticket_id IN (SELECT id FROM theirs);
INSERT INTO email_rawmail
       (id, account_id, source, source_key, state, envelope_from, envelope_to, client, content, size, body_digest,
        message_id, received_at)
SELECT gen_random_uuid(), account_id, 'pipe', id::text, 'taken', %(address)s, '[]', '{}',
       decode(repeat(md5(id::text), 200), 'hex'), 3200, sha256(id::text::bytea), id, at
  FROM tickets_message WHERE kind = 'incoming' AND ticket_id IN (SELECT id FROM theirs)
ON CONFLICT DO NOTHING;
"""


def measure(superuser: str, size: int, *, rounds: int) -> Figures:
    """Seconds from the command to the certificate, and what pages took before and meanwhile, in milliseconds."""
    if large_account() is None:
        fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    tickets = make_theirs(superuser, account, min(MOST, size // _SHARE))
    looking = Looking(account, people(account.id)["owner"])
    before = looking.look(rounds)
    seconds, meanwhile = _erased(looking)
    with account_scope(account.id):
        left = Ticket.objects.filter(requester__addresses__folded=ADDRESS).count()
    return {
        "erase": {
            "size": size, "tickets": tickets, "left": left, "seconds": round(seconds, 1),
            "before": before, "meanwhile": meanwhile, "load": load(),
        }
    }  # fmt: skip


def make_theirs(superuser: str, account: Account, most: int, *, address: str = ADDRESS) -> int:
    """Make so many tickets those of one person; returns how many they have."""
    with account_scope(account.id):
        contact: Contact = contact_for(address, "Everywhere")
    values = {"account": account.id, "contact": contact.id, "address": address, "most": most}
    with psycopg.connect(superuser, cursor_factory=psycopg.ClientCursor) as database:
        database.execute("SET session_replication_role = replica")
        for statement in filter(str.strip, _THEIRS.split(";")):
            database.execute(statement.encode(), values)
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("ANALYZE tickets_ticket, tickets_message, tickets_participant, email_rawmail")
    return tickets_of(account, address)


def tickets_of(account: Account, address: str) -> int:
    """How many tickets somebody has."""
    with account_scope(account.id):
        return Ticket.objects.filter(requester__addresses__folded=address).count()


class Looking:
    """Somebody who works on while it runs: the list and ticket pages, by turns."""

    def __init__(self, account: Account, person: Membership) -> None:
        with account_scope(account.id):
            tickets = visible_tickets(actor_of(person)).in_sight().exclude(requester__addresses__folded=ADDRESS)
            codes = list(tickets.order_by("-changed_at", "-id").values_list("code", flat=True)[:100])
        self.asker = Asker(person, host_of(account.id))
        self.addresses = {"list": ["/console/"], "page": [f"/console/tickets/{code}" for code in codes]}
        self.times: dict[str, list[float]] = {}
        self.turn = 0

    def look(self, rounds: int) -> Figures:
        """So many rounds."""
        self._warm()
        for _ in range(rounds):
            self.once()
        return self.told()

    def once(self) -> None:
        """Each kind of page once."""
        for kind, addresses in self.addresses.items():
            self.times.setdefault(kind, []).append(self.asker.ask(addresses[self.turn % len(addresses)])[0])
        self.turn += 1

    def told(self) -> Figures:
        """What it took since it was told last."""
        spreads = {kind: asdict(Spread.of(times)) for kind, times in self.times.items()}
        self.times = {}
        return spreads

    def _warm(self) -> None:
        for _ in range(WARMING):
            self.once()
        self.times = {}


def _erased(looking: Looking) -> tuple[float, Figures]:
    """The command as it is typed, in a process of its own. Raises `CalledProcessError`."""
    command = [sys.executable, "-m", "steward.project.cli", "person", "erase"]
    command += ["--account", SLUG, "--email", ADDRESS, "--yes"]
    begin = perf_counter()
    with wall.allow_child("what is measured is the command as it is typed"):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    while child.poll() is None:
        looking.once()
    seconds = perf_counter() - begin
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return seconds, looking.told()
