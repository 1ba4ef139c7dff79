"""From one host to another without signing in again: a token that works once, soon, at one account, for one person."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from steward.lib.clock import now
from steward.people.models import Passage, User
from steward.people.tokens import hashed_token, new_token

LASTS = timedelta(minutes=10)


def open_passage(user: User, account_id: UUID) -> str:
    """Let the person in at that account's host, once. Returns the token."""
    token = new_token()
    Passage.objects.create(token_hash=hashed_token(token), user=user, account_id=account_id, expires_at=now() + LASTS)
    return token


def is_open(token: str, account_id: UUID) -> bool:
    """Whether the token lets somebody in at this account; looking does not use it up."""
    return Passage.objects.filter(token_hash=hashed_token(token), account=account_id, expires_at__gt=now()).exists()


def take_passage(token: str, account_id: UUID) -> User | None:
    """The person the token lets in at this account; None for one that was used, is late or belongs elsewhere."""
    with transaction.atomic():
        found = (
            Passage.objects.select_for_update(no_key=True).select_related("user").filter(token_hash=hashed_token(token))
        )
        passage = found.filter(account=account_id).first()
        if passage is None:
            return None
        Passage.objects.filter(pk=passage.pk).delete()
        return passage.user if passage.expires_at > now() and passage.user.is_active else None
