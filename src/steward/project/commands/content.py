"""Commands that show what an account holds: by whose leave, and that they ran.

Whoever serves other companies is a processor there: without a grant that runs now such a command is refused. Who runs
Steward for themselves needs nobody's leave. Either way the account's audit says so.

No commands of this kind are those that keep, count or delete by codes and ids alone (`hold`, `bin`, `retention`), that
set an account up (`mail-account`, `service`, the first `agent`), and replays of erasures (`redact --as`).
"""

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lifecycle.leave import Leave, NoLeave, leave_for
from steward.people.operators import note
from steward.privacy.support_access.queries import CHANGING
from steward.privacy.support_access.words import AREAS
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import SealedAccount, account_scope


def refuse_without_consent(account: Account, command: str, *, area: str) -> Leave:
    """Let a command go on that shows an area of an account, and record that it did; `command` is as in `person.find`.

    One that changes something (`CHANGING`) takes a grant to write. Raises `Failure`, which says what to do. Opens
    scopes of its own.
    """
    writes = command in CHANGING
    try:
        leave = leave_for(account, area=area, write=writes)
        with account_scope(account.pk):
            record("account.command_run", account, actor=SYSTEM, changes={"command": command, "leave": leave.value})
    except SealedAccount:
        raise Failure(f"{account.name} is terminated: what it holds is sealed.") from None
    except NoLeave:
        note(None, "command.refused", account_id=account.pk, about=command)
        what = AREAS.get(area, area)
        raise Failure(
            f"{account.name} is the account of another company, and lets nobody here {'change' if writes else 'see'} "
            f"this now ({what}). Ask its owners: `steward grant ask --account {account.slug} --area {area}"
            f"{' --write' if writes else ''} --as EMAIL --reason WORDS`."
        ) from None
    note(None, "command.run", account_id=account.pk, about=command)
    return leave
