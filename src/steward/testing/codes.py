"""The app with codes that somebody who signs in holds in their hand."""

import time

from steward.lib.clock import now
from steward.people.second_factors import STEP, totp_code


def code_of_app(secret: str, *, lasting: float = 2.0) -> str:
    """The code that the app shows, good for so many seconds at least: what is sent at once comes before it changes."""
    left = STEP - now().timestamp() % STEP
    if left < lasting:
        time.sleep(left)
    return totp_code(secret)
