"""What people type into the search."""

import random
from uuid import UUID

from steward.bench.filling import SEED, WORDS
from steward.bench.vocabulary import Vocabulary
from steward.contacts.models import ContactAddress
from steward.tenancy.scope import account_scope
from steward.tickets.models import Ticket

_OF_EACH = 25


def questions(account_id: UUID) -> dict[str, list[str]]:
    """Questions by kind: a word in nearly every message, in a few of a hundred, in a few of a million; and others."""
    vocabulary = Vocabulary(WORDS, SEED)
    drawing = random.Random(SEED)  # noqa: S311  the same questions in each run
    common = vocabulary.at(range(10, 10 + _OF_EACH))
    medium = vocabulary.at(range(1_000, 1_000 + _OF_EACH))
    rare = vocabulary.at(range(WORDS - _OF_EACH, WORDS))
    with account_scope(account_id):
        addresses = list(ContactAddress.objects.values_list("value", flat=True)[:_OF_EACH])
        codes = list(Ticket.objects.in_sight().values_list("code", flat=True)[:_OF_EACH])
    return {
        "rare": rare,
        "medium": medium,
        "common": common,
        "two words": [
            f"{first} {second}" for first, second in zip(medium, drawing.sample(common, _OF_EACH), strict=True)
        ],
        "two common words": [f"{first} {second}" for first, second in zip(common, reversed(common), strict=True)],
        "prefix": [word[:3] for word in medium],
        "address": addresses,
        "code": codes,
    }
