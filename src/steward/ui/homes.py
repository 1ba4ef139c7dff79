"""Where an error page leads. Whoever has pages at an address offers a way back to them; this package knows none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# A text, or one that is translated when it is shown.
Words = Any


@dataclass(frozen=True, slots=True)
class Home:
    """The page that people start from, and where they search, if they can."""

    url: str
    label: Words
    search_url: str = ""


HomeOf = Callable[[HttpRequest], Home | None]

# The front page of a host leads on to whatever is at home there, so it is right at every host.
START = Home("/", _("Go to the start page"))

_offered: list[HomeOf] = []


def offer_home(home_of: HomeOf) -> None:
    """Have `home_of` asked on each error page, before those offered earlier; it gives None for pages of others."""
    if home_of not in _offered:
        _offered.insert(0, home_of)


def home_of(request: HttpRequest | None) -> Home:
    """The way back from a page that failed; `START` where nobody offers one, or nothing is known of the request."""
    if request is None:
        return START
    return next((home for offered in _offered if (home := offered(request)) is not None), START)
