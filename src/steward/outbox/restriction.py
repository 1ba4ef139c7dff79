"""Mail about somebody whose data are only kept (GDPR article 18) does not leave: asked anew at each try.

The outbox does not know what a mail is about. Packages that put mail about people into it say which of theirs are.
"""

from collections.abc import Callable

from steward.outbox.models import OutgoingMail

Knows = Callable[[OutgoingMail], bool]

_knowing: list[Knows] = []


def knows_restricted(function: Knows) -> Knows:
    """Register what says whether a mail is about somebody whose data are only kept. Asked in the account's scope."""
    _knowing.append(function)
    return function


def is_about_restricted(mail: OutgoingMail) -> bool:
    """Whether the gate is to be told that a mail is about such a person; in the scope of its account."""
    return any(function(mail) for function in _knowing)
