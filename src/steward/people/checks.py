"""What can be wrong with the settings of this package, said at start and not when somebody chooses a password."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks

from steward.people.breached import KnownPasswords, NotAList


def check_settings(**_options: Any) -> list[checks.CheckMessage]:
    """The list of known passwords that was named can be read."""
    if not settings.STEWARD_PASSWORD_LIST:
        return []
    try:
        KnownPasswords(Path(settings.STEWARD_PASSWORD_LIST))
    except (OSError, NotAList):
        text = "STEWARD_PASSWORD_LIST names no list that `steward password-list` made"
        return [checks.Error(text, id="steward.E012")]
    return []
