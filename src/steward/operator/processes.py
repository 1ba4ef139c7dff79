"""What runs on this machine."""

from django.conf import settings
from django.utils.translation import pgettext_lazy

from steward.lib import tally

_NAMES = {
    "web": pgettext_lazy("kind of process", "Web"),
    "live": pgettext_lazy("kind of process", "Streams"),
    "worker": pgettext_lazy("kind of process", "Worker"),
    "mail": pgettext_lazy("kind of process", "Mail"),
}


def living() -> list[tuple[str, int]]:
    """The kinds of processes by name, and how many of each live."""
    return [
        (str(_NAMES.get(kind, kind)), number)
        for kind, number in tally.living(settings.STEWARD_DATA / "metrics").items()
    ]
