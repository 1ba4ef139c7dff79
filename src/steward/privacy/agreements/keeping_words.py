"""How long what is held is kept, in words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import ngettext, pgettext_lazy

from steward.privacy.inventory.places import Kept, Until

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)

UNTIL: Mapping[Until, Any] = {
    Until.ACCOUNT: pgettext_lazy("how long", "As long as the account"),
    Until.TICKET: pgettext_lazy("how long", "As long as the ticket"),
    Until.CONTACT: pgettext_lazy("how long", "As long as the contact"),
    Until.MEMBER: pgettext_lazy("how long", "As long as the agent works in the account"),
    Until.IDENTITY: pgettext_lazy("how long", "As long as somebody signs in with it"),
    Until.LEFT: pgettext_lazy("how long", "Until the mail has left"),
    Until.ENDED: pgettext_lazy("how long", "Until it is done"),
    Until.HOST: pgettext_lazy("how long", "As whoever runs the installation decides"),
}


def kept_words(kept: Kept) -> str:
    """How long, in words."""
    if kept.period is None:
        return str(UNTIL[kept.until])
    if kept.until is Until.PERIOD and kept.period < _DAY:
        hours = kept.period // _HOUR
        return ngettext("At most %(count)d hour", "At most %(count)d hours", hours) % {"count": hours}
    days = kept.period // _DAY
    if kept.until is Until.PERIOD:
        return ngettext("At most %(count)d day", "At most %(count)d days", days) % {"count": days}
    if kept.until is Until.LEFT:
        words = ngettext(
            "Until the mail has left, without its text %(count)d day more",
            "Until the mail has left, without its text %(count)d days more",
            days,
        )
    else:
        words = ngettext("Until it is done, and %(count)d day more", "Until it is done, and %(count)d days more", days)
    return words % {"count": days}
