"""What every page of the console shows around its content."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from steward.console.entrance import ConsoleRequest
from steward.console.shield import shield
from steward.console.support_banner import POSITION_AND_ACCESS, position_and_access, support_banner
from steward.notifications.of_account import unread_of_account
from steward.notifications.queries import MOST_COUNTED, count_unread, unread_question
from steward.people.models import Appearance, Availability
from steward.privacy.keys.cipher import derive_installation
from steward.tenancy.reading import Question


def shell(request: ConsoleRequest) -> dict[str, Any]:
    """The account, who is signed in, and how far its events have come.

    Called before the rest of a page is read: what happens meanwhile is told by the stream.
    """
    me = request.me
    position, is_granted = position_and_access()
    told = unread_of_account(me)
    return {
        "account": request.account,
        "me": {
            "id": me.id,
            "name": me.name,
            "email": request.user.email,  # type: ignore[union-attr]
            "role": me.get_role_display(),
            "availability": me.availability,
            "availability_label": me.get_availability_display(),
            "availabilities": Availability.choices,
            "afterwards": me.afterwards,
            "copies_key": copies_key(me.id),
        },
        "theme": "" if me.appearance == Appearance.SYSTEM else me.appearance,
        "density": me.density,
        "live_position": position,
        "bell": bell(request, len(told)),
        "told_of_account": told,
        "shield": shield(request),
        "support_banner": support_banner(request) if is_granted else None,
    }


def copies_key(member_id: UUID) -> str:
    """The key, in Base64, under which a browser keeps what this person typed. It comes with their pages only."""
    return b64encode(derive_installation(f"copies in browsers {member_id}")).decode()


def shell_questions(request: ConsoleRequest) -> Iterator[Question[Any]]:
    """What `shell` asks, to be read ahead: the position of the events first."""
    yield POSITION_AND_ACCESS.asking()
    yield unread_question(request.me, request.actor)


def bell(request: ConsoleRequest, of_account: int) -> dict[str, Any]:
    """How many notices are unread, with those of the account itself, as a number and as it is shown."""
    unread = count_unread(request.me, request.actor) + of_account
    return {"unread": unread, "count": f"{MOST_COUNTED - 1}+" if unread >= MOST_COUNTED else str(unread)}
