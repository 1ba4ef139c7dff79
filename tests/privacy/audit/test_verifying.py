"""Chains are checked against what was noted of them in a second place: what no chain shows by itself is found there."""

import contextlib
import json

import psycopg
import pytest

from steward.events.actions import record
from steward.events.chain import Why, faults, head
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.notifications.of_account import unread_of_account
from steward.operator import health
from steward.operator.gauges import measure
from steward.outbox.models import OutgoingMail
from steward.people.access import actor_of
from steward.privacy.audit import anchors
from steward.privacy.audit.anchors import anchors_of, anchors_of_many, folder
from steward.privacy.audit.models import Verification
from steward.privacy.audit.queries import broken_audits
from steward.privacy.audit.reads import note_read, write_reads
from steward.privacy.audit.sealing import seal_reads
from steward.privacy.audit.upkeep import anchor_everywhere, read_whole
from steward.privacy.audit.verifying import verify, void_anchors_everywhere
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing import environment

pytestmark = pytest.mark.django_db(transaction=True)

# Whoever owns the database cuts off two entries and puts the clock back, so that the chain holds.
CUT = """
DELETE FROM events_event e USING events_eventclock c WHERE e.account_id = c.account_id AND e.account_id = %(account)s
   AND e.position > c.position - 2;
UPDATE events_eventclock c SET (position, chain) = (SELECT e.position, e.chain FROM events_event e
   WHERE e.account_id = c.account_id ORDER BY e.position DESC LIMIT 1) WHERE c.account_id = %(account)s;
"""
# Or changes an entry and links the whole chain anew.
REWRITTEN = """
DO $$ DECLARE row record; link bytea := decode(repeat('00', 32), 'hex');
BEGIN
  UPDATE events_event SET kind = 'ticket.closed' WHERE account_id = %(account)s AND position = 3;
  FOR row IN SELECT * FROM events_event WHERE account_id = %(account)s ORDER BY position LOOP
    link := sha256(link || convert_to(concat_ws('|', row.position, row.id, row.account_id, row.kind, row.object_type,
      row.object_id, row.actor_kind, coalesce(row.actor_id::text, ''),
      to_char(row.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8') || row.digest);
    UPDATE events_event SET chain = link WHERE id = row.id;
  END LOOP;
  UPDATE events_eventclock SET chain = link WHERE account_id = %(account)s;
END $$
"""


@pytest.fixture
def steward(monkeypatch, capsys):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        code = cli.main(["audit", *arguments])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run


def happen(account, number=5):
    with account_scope(account.id):
        for _ in range(number):
            record("ticket.resolved", account, actor=SYSTEM)


def as_owner_of_the_database(account, statements):
    with psycopg.connect(environment.login("owner", environment.database_name())) as owner:
        owner.execute(statements.replace("%(account)s", f"'{account.id}'"))


def end_of(account):
    with account_scope(account.id):
        return head()


def test_where_chains_end_is_noted_once_for_each_place_and_day(northwind, contoso, clock):
    happen(northwind)
    assert anchor_everywhere() == 2
    assert anchor_everywhere() == 0, "nothing is new"
    happen(northwind)
    assert anchor_everywhere() == 1
    clock(minutes=24 * 60)
    assert anchor_everywhere() == 2, "each day's file is about every account"
    with account_scope(contoso.id):
        assert Verification.objects.get().checked_at == now(), "and each is checked each day, though nothing happened"
    known = anchors_of(northwind.id)
    assert [known[-1].position, known[-1].chain] == [end_of(northwind).position, end_of(northwind).chain.hex()]
    assert len(known) == 2
    assert len(list(folder().iterdir())) == 2
    text = "".join(path.read_text() for path in folder().iterdir())
    assert {key for line in text.splitlines() for key in json.loads(line)} == {
        "account", "position", "chain", "at", "is_restored"
    }  # fmt: skip
    assert "Ada" not in text
    assert read_whole(seconds=60) == 0, "it was read from its beginning yesterday"
    clock(minutes=8 * 24 * 60)
    assert read_whole(seconds=60) == 2
    assert read_whole(seconds=60) == 0, "once a week"
    with account_scope(northwind.id):
        row = Verification.objects.get()
        assert (row.position, row.anchored, row.broken_at) == (known[-1].position, known[-1].position, None)


@pytest.mark.parametrize(("tampering", "why"), [(CUT, Why.CUT), (REWRITTEN, Why.REWRITTEN)], ids=["cut", "rewritten"])
def test_what_the_chain_does_not_show_its_anchor_does(northwind, contoso, ada, steward, tampering, why):
    happen(northwind)
    anchor_everywhere()
    end = end_of(northwind).position
    as_owner_of_the_database(northwind, tampering)
    with account_scope(northwind.id):
        assert list(faults()) == [], "it holds in itself"
    happen(northwind, 0 if why is Why.CUT else 1)
    outcome = verify(northwind.id, is_whole=False)
    assert outcome.fault
    assert (outcome.fault.position, outcome.fault.why) == (end - 1 if why is Why.CUT else end, why)
    assert broken_audits() == {northwind.id: outcome.fault.position}
    assert next(gauge for gauge in measure() if gauge.name == "steward_broken_audits").values == [("", 1.0)]
    assert (health._audits().tone, health._audits().items) == ("bad", ("northwind",))
    verify(northwind.id, is_whole=True)
    with account_scope(northwind.id):
        told = Event.objects.get(kind="audit.broken")  # once
        assert told.changes == {"number": outcome.fault.position, "reason": why.value}
        assert [one.page for one in unread_of_account(ada, is_exact=True)] == ["audit"]
        assert OutgoingMail.objects.filter(purpose="audit warning").count() == 1, "one owner, one mail"
    anchor_everywhere()
    assert anchors_of(northwind.id)[-1].position == end, "what is broken is not anchored"
    code, said = steward("verify")
    assert code == 1
    assert "northwind\tbroken\tentry" in said
    assert "contoso\twhole" in said
    # After a backup was brought back it is the anchors that are void.
    assert steward("restored", "--account", "northwind")[0] == 0
    assert steward("verify", "--account", "northwind")[0] == 1
    assert "void" in steward("restored", "--account", "northwind", "--yes")[1]
    assert steward("verify", "--account", "northwind")[0] == 0
    assert broken_audits() == {}
    assert steward("anchor")[0] == 0
    assert anchors_of(northwind.id)[-1].position == end_of(northwind).position


def test_an_anchor_that_is_gone_is_missed(northwind, steward):
    happen(northwind)
    assert steward("anchor")[0] == 0
    assert steward("verify", "--account", "northwind")[0] == 0
    [file] = folder().iterdir()
    file.write_text("")
    code, said = steward("verify", "--account", "northwind")
    assert (code, "was anchored" in said) == (1, True)


CUT_READS = """
DELETE FROM events_read r USING events_readclock c WHERE r.account_id = c.account_id AND r.position = c.position;
UPDATE events_readclock c SET (position, chain) = (SELECT r.position, r.chain FROM events_read r
   WHERE r.account_id = c.account_id ORDER BY r.position DESC LIMIT 1);
"""


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE events_read SET actor_id = gen_random_uuid() WHERE position = 2", (2, Why.CHANGED)),
        ("DELETE FROM events_read WHERE position = 2", (2, Why.MISSING)),
        (CUT_READS, (4, Why.CUT)),
    ],
    ids=["changed", "taken out", "cut"],
)
def test_reads_are_held_against_what_events_say_of_them(northwind, ada, steward, tampering, found):
    with account_scope(northwind.id):
        for _ in range(4):
            note_read("ticket.read", northwind, actor=actor_of(ada))
    assert write_reads() == 4
    assert seal_reads() == 1
    assert seal_reads() == 0, "nothing was read since"
    assert verify(northwind.id, is_whole=True).first is None
    as_owner_of_the_database(northwind, tampering)
    outcome = verify(northwind.id, is_whole=True)
    assert outcome.fault is None
    assert outcome.reads
    assert (outcome.reads.position, outcome.reads.why) == found
    assert "of who read what, entry" in steward("verify", "--account", "northwind")[1]


def test_anchors_of_all_accounts_are_made_void_with_one_look_at_the_files(northwind, contoso, monkeypatch):
    ids = [northwind.pk, contoso.pk]
    for account in (northwind, contoso, northwind):
        happen(account, 2)
        anchor_everywhere()
    as_owner_of_the_database(northwind, CUT)  # a backup from in between was restored
    assert anchors_of_many(ids, carried={}) == {each: anchors_of(each) for each in ids}
    looked = []
    monkeypatch.setattr(anchors, "files_of_days", lambda: looked.append(1) or sorted(folder().glob("*.jsonl")))
    assert void_anchors_everywhere() == 1
    assert len(looked) == 1
    found = [verify(each, is_whole=True) for each in ids]
    assert [(one.first, one.lost_anchor) for one in found] == [(None, 0), (None, 0)]
