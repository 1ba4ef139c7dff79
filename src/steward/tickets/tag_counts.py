"""On how many tickets tags are: counted up to a bound, so that it costs the same in any account."""

from django.db import connection

from steward.tenancy.scope import current_account_id
from steward.tickets.models import Tag, TicketTag

MOST = 100  # of one tag in the list of all, as beside the lists of tickets; it stands for that many and more
MOST_OF_ONE = 10_000  # the same on the page of a tag: nobody waits for a million before deleting it

# The account is named, although the policy says it too: so each count is a stretch of tickets_tickettag_tag alone.
_COUNTS = """
SELECT tag.id,
       (SELECT count(*)
          FROM (SELECT FROM tickets_tickettag AS tagged
                 WHERE tagged.account_id = %(account)s AND tagged.tag_id = tag.id LIMIT %(most)s) AS counted)
  FROM tickets_tag AS tag WHERE tag.account_id = %(account)s ORDER BY tag.folded
"""


def tags_with_counts() -> list[tuple[Tag, int]]:
    """The account's tags by name, each with the tickets it is on: `MOST` stands for that many and more."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"account": current_account_id(), "most": MOST})
        counts = cursor.fetchall()
    tags = Tag.objects.in_bulk([tag_id for tag_id, _count in counts])
    return [(tags[tag_id], count) for tag_id, count in counts if tag_id in tags]


def tickets_tagged(tag: Tag) -> int:
    """On how many tickets a tag is: `MOST_OF_ONE` stands for that many and more."""
    return TicketTag.objects.filter(tag=tag).order_by()[:MOST_OF_ONE].count()
