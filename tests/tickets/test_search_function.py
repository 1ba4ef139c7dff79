"""The search function finds the newest hits, however it goes back in time: walking, jumping, or both."""

import uuid
from datetime import date

import pytest
from django.db import connection

from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import SearchEntry

NEWEST = 600

# More than the function reads at first, those closer together than the older ones, so that it looks too far and too
# near. `often` and `spread` lie everywhere, `seldom` in one of many, `old` and `fresh` at the ends.
_FILL = """
INSERT INTO tickets_searchentry (id, account_id, ticket_id, message_id, department_id, is_note, at, vector)
SELECT gen_random_uuid(), ticket.account_id, ticket.id, message.id,
       CASE WHEN n %% 3 = 0 THEN ticket.department_id ELSE %(other)s END, false,
       now() - n * CASE WHEN n <= 4200 THEN %(near)s::interval ELSE %(far)s::interval END,
       to_tsvector('simple', concat_ws(' ', 'everywhere', CASE WHEN n %% 4 = 0 THEN 'often' END,
         CASE WHEN n %% 60 = 0 THEN 'spread' END, CASE WHEN n %% 450 = 0 THEN 'seldom' END,
         CASE WHEN n > 8900 THEN 'old' END, CASE WHEN n < 50 THEN 'fresh' END))
  FROM generate_series(1, 9000) n, tickets_ticket ticket JOIN tickets_message message ON message.ticket_id = ticket.id
 WHERE ticket.id = %(ticket)s
"""
_SEARCH = "SELECT at FROM search_messages(%s::tsquery, %s::uuid[], %s)"
_MANY = [uuid.uuid4() for _ in range(12)]  # departments: more than the index is asked for one by one


@pytest.fixture(params=[("1 millisecond", "1 minute"), ("1 minute", "1 hour")], ids=["within days", "within a year"])
def entries(request, eli, support, billing, northwind):
    """Nine thousand entries of two departments, a third of them in `support`, and the other account's."""
    ticket = make_ticket(eli, subject="x", body="x", department=support)
    near, far = request.param
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(_FILL, {"ticket": ticket.id, "other": billing.id, "near": near, "far": far})
    return ticket


@pytest.mark.parametrize(
    "words", ["everywhere", "often", "spread", "seldom", "old", "fresh", "often & seldom", "sp:*", "s:* & o:*", "none"]
)
@pytest.mark.parametrize("who", ["who sees all", "an agent", "an agent of many departments"])
def test_the_newest_hits_are_found(words, who, entries, northwind, support):
    departments = {"who sees all": None, "an agent": [support.id]}.get(who, [support.id, *_MANY])
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, [words, departments, NEWEST])
        found = [at for (at,) in cursor.fetchall()]
        seen = SearchEntry.objects.filter(department_id=support.id) if departments else SearchEntry.objects.all()
        hits = seen.extra(where=["vector @@ %s::tsquery"], params=[words]).order_by("-at").values_list("at", flat=True)
        assert found == list(hits[:NEWEST])


def test_nothing_of_another_account_is_found(entries, zoe):
    with account_scope(zoe.account_id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, ["everywhere", None, NEWEST])
        assert cursor.fetchall() == []


def test_who_is_in_no_department_finds_nothing(entries, northwind):
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, ["everywhere", [], NEWEST])
        assert cursor.fetchall() == []


# What a stretch of time is asked with must meet each day in it and no other, before 2000, too: else hits would be lost.
_MET = """
SELECT day::date::text,
       search_keys(%(account)s, %(department)s, day)
         && search_keys_between(ARRAY[%(whose)s]::uuid[], %(low)s, %(high)s)
  FROM generate_series(%(low)s::timestamptz - interval '80 days', %(high)s::timestamptz + interval '80 days', '1 day')
       AS day
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("2026-03-04 23:59Z", "2026-03-05 00:00Z"),
        ("2025-01-01 12:00Z", "2026-11-22 11:00Z"),
        ("1999-10-01 12:00Z", "2000-06-01 01:00Z"),
    ],
)
@pytest.mark.parametrize("whose", ["account", "department"])
def test_the_keys_of_a_stretch_of_time_meet_each_day_in_it_and_no_other(low, high, whose):
    asked = {"account": uuid.uuid4(), "department": uuid.uuid4(), "low": low, "high": high}
    with connection.cursor() as cursor:
        cursor.execute(_MET, asked | {"whose": asked[whose]})
        met = [day for day, is_met in cursor.fetchall() if is_met]
    assert (met[0], met[-1]) == (low[:10], high[:10])
    assert len(met) == (date.fromisoformat(met[-1]) - date.fromisoformat(met[0])).days + 1
