"""The search function finds the newest hits, however it goes back in time: walking, jumping, or both."""

import pytest
from django.db import connection

from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_ticket
from steward.tickets.models import SearchEntry

NEWEST = 600

# More than the function walks through at first, those a millisecond apart and the older ones a minute, so that it looks
# too far and too near. `often` and `spread` lie everywhere, `seldom` in one of many, `old` and `fresh` at the ends.
_FILL = """
INSERT INTO tickets_searchentry (id, account_id, ticket_id, message_id, department_id, is_note, at, vector)
SELECT gen_random_uuid(), ticket.account_id, ticket.id, message.id,
       CASE WHEN n %% 3 = 0 THEN ticket.department_id ELSE %(other)s END, false,
       now() - CASE WHEN n <= 4200 THEN n * interval '1 millisecond' ELSE n * interval '1 minute' END,
       to_tsvector('simple', concat_ws(' ', 'everywhere', CASE WHEN n %% 4 = 0 THEN 'often' END,
         CASE WHEN n %% 60 = 0 THEN 'spread' END, CASE WHEN n %% 450 = 0 THEN 'seldom' END,
         CASE WHEN n > 8900 THEN 'old' END, CASE WHEN n < 50 THEN 'fresh' END))
  FROM generate_series(1, 9000) n, tickets_ticket ticket JOIN tickets_message message ON message.ticket_id = ticket.id
 WHERE ticket.id = %(ticket)s
"""
_SEARCH = "SELECT at FROM search_messages(%s::tsquery, %s::uuid[], %s)"


@pytest.fixture
def entries(eli, support, billing, northwind):
    """Nine thousand entries of two departments, a third of them in `support`, and the other account's."""
    ticket = make_ticket(eli, subject="x", body="x", department=support)
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(_FILL, {"ticket": ticket.id, "other": billing.id})
    return ticket


@pytest.mark.parametrize(
    "words", ["everywhere", "often", "spread", "seldom", "old", "fresh", "often & seldom", "sp:*", "s:* & o:*", "none"]
)
@pytest.mark.parametrize("everything", [True, False])
def test_the_newest_hits_are_found(words, everything, entries, northwind, support):
    with account_scope(northwind.id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, [words, None if everything else [support.id], NEWEST])
        found = [at for (at,) in cursor.fetchall()]
        seen = SearchEntry.objects.all() if everything else SearchEntry.objects.filter(department_id=support.id)
        hits = seen.extra(where=["vector @@ %s::tsquery"], params=[words]).order_by("-at").values_list("at", flat=True)
        assert found == list(hits[:NEWEST])


def test_nothing_of_another_account_is_found(entries, zoe):
    with account_scope(zoe.account_id), connection.cursor() as cursor:
        cursor.execute(_SEARCH, ["everywhere", None, NEWEST])
        assert cursor.fetchall() == []
