"""Links in mails that prove who reads them: kept as a hash, good once, and for an hour."""

from datetime import timedelta
from uuid import UUID

from steward.lib.clock import now
from steward.people.models import MailedLink, User
from steward.people.tokens import hashed_token

LASTS = timedelta(hours=1)


class LinkExpired(LookupError):
    """The link was used, is too old, or never was one."""


def new_link(purpose: str, user: User, token: str, *, account_id: UUID, address: str = "") -> None:
    """The newest link is the only one: those before it are worth nothing."""
    MailedLink.objects.filter(user=user, purpose=purpose).delete()
    MailedLink.objects.create(
        token_hash=hashed_token(token),
        purpose=purpose,
        user=user,
        account_id=account_id,
        address=address,
        expires_at=now() + LASTS,
    )


def living_link(purpose: str, token: str, *, account_id: UUID | None = None) -> MailedLink:
    """The link a token belongs to, at the host of that account where one is given. Raises `LinkExpired`."""
    links = MailedLink.objects.select_related("user", "account").filter(purpose=purpose, user__is_active=True)
    if account_id is not None:
        links = links.filter(account=account_id)
    found = links.filter(token_hash=hashed_token(token), expires_at__gt=now()).first()
    if found is None:
        raise LinkExpired
    return found


def taken_link(purpose: str, token: str, *, account_id: UUID | None = None) -> MailedLink:
    """The link, used up: of two who use it at once, one does. Raises `LinkExpired`."""
    link = living_link(purpose, token, account_id=account_id)
    if not MailedLink.objects.filter(pk=link.pk).delete()[0]:
        raise LinkExpired
    return link
