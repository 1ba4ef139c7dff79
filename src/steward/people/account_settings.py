"""What an account says of itself: its name, its language and the clock it lives by."""

from typing import Any
from uuid import UUID

from django.db import transaction

from steward.events.actions import record
from steward.lib.actor import Actor
from steward.tenancy import directory
from steward.tenancy.models import Account

_NAMES = ("name", "language", "time_zone", "refuses_mail")


def change_account(account_id: UUID, changes: dict[str, Any], *, actor: Actor) -> None:
    """Set the name, the language (BCP 47) or the time zone (IANA) of an account, or whether it refuses mail while it is
    suspended. Its slug never changes.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
        changed = {key: changes[key] for key in _NAMES if key in changes and getattr(account, key) != changes[key]}
        if changed:
            Account.objects.filter(pk=account_id).update(**changed)
            # The name is free text: the event says that it changed, not to what.
            told = {key: value for key, value in changed.items() if key != "name"} | {"fields": sorted(changed)}
            record("account.changed", account, actor=actor, changes=told)
    transaction.on_commit(directory.forget)
