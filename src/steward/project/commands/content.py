"""Commands that show what an account holds, or how it is set up: by whose leave, and that they ran.

Whoever serves other companies is a processor there: without a grant that runs now such a command is refused. Who runs
Steward for themselves needs nobody's leave. Either way the account's audit says so. Which command needs what stands in
`support_access.commands`. An account that nobody has entered yet can be set up: nobody there could let anybody.
"""

from datetime import timedelta

from steward.events.actions import record
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.leave import By, Leave, NoLeave, leave_for
from steward.people.operators import note
from steward.privacy.support_access.commands import COMMANDS, Reach, What
from steward.privacy.support_access.models import Deed
from steward.privacy.support_access.words import AREAS
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount, account_scope

_SETTING_UP = timedelta(days=30)  # that a sign-in is looked back for: events are kept for longer than that
_VERBS = {Deed.READ: "see", Deed.WRITE: "change", Deed.ERASE: "erase"}
_OPTIONS = {Deed.READ: "", Deed.WRITE: " --write", Deed.ERASE: " --erase"}


def refuse_without_consent(account: Account, command: str) -> Leave:
    """Let a command go on that needs an account's leave, and record that it did; `command` is as in `person.find`.

    Raises `Failure`, which says what to do. Opens scopes of its own.
    """
    reach = COMMANDS[command]
    try:
        leave = leave_to_run(account, command)
        record_command(account, command, leave)
    except SealedAccount:
        raise Failure(f"{account.name} is terminated: what it holds is sealed.") from None
    except NoLeave:
        note(None, "command.refused", account_id=account.pk, about=command)
        areas = "; ".join(str(AREAS[area]) for area in reach.areas)
        raise Failure(
            f"{account.name} is the account of another company, and lets nobody here {_VERBS[reach.deed]} this now "
            f"({areas}). Ask its owners: {how_to_ask(reach, account.slug)}."
        ) from None
    note(None, "command.run", account_id=account.pk, about=command)
    return leave


def refuse_if_ended(account: Account, command: str) -> None:
    """Ask once more, after somebody was waited for at the terminal. Raises `Failure` when it is over."""
    try:
        leave_to_run(account, command)
    except (NoLeave, SealedAccount):
        note(None, "command.refused", account_id=account.pk, about=command)
        raise Failure(f"{account.name} has ended its leave meanwhile. Nothing was done.") from None


def leave_to_run(account: Account, command: str) -> Leave:
    """By what right a command of the table runs now. Raises `NoLeave` and `SealedAccount`."""
    reach = COMMANDS[command]
    try:
        leave, *_others = [leave_for(account, area=area, deed=reach.deed) for area in reach.areas]
    except NoLeave:
        if reach.what is What.SETUP and _is_untouched(account):
            return Leave(By.NOBODY)
        raise
    return leave


def record_replay(account: Account, command: str) -> None:
    """Record one that takes nobody's leave: the ledger orders it after a restore, and till then nothing is served.

    Opens scopes of its own. Raises `SealedAccount`.
    """
    record_command(account, command, Leave(By.NOBODY))
    note(None, "command.run", account_id=account.pk, about=command)


def record_command(account: Account, command: str, leave: Leave) -> None:
    """In the account's audit: what ran, by what right, and under which grant its report counts it."""
    changes = {"command": command, "leave": leave.by.value} | ({"grant": leave.grant} if leave.grant else {})
    with account_scope(account.pk):
        record("account.command_run", account, actor=SYSTEM, changes=changes)


def how_to_ask(reach: Reach, slug: str = "SLUG") -> str:
    """The command that asks for the grant."""
    areas = "".join(f" --area {area}" for area in reach.areas)
    return f"`steward grant ask --account {slug}{areas}{_OPTIONS[reach.deed]} --as EMAIL --reason WORDS`"


def _is_untouched(account: Account) -> bool:
    """Nobody has signed in yet. Raises `SealedAccount`."""
    with account_scope(account.pk):
        has_entered = Event.objects.filter(kind="member.signed_in").exists()
    return not has_entered and account.created_at > now() - _SETTING_UP
