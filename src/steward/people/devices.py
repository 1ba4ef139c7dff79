"""Browsers in which somebody has signed in before: strangers who guess cannot keep their owners out.

The cookie holds the signed ids of up to five people, and nothing is stored here. It lets nobody in: it only gives its
browser attempts of its own, beside those that anybody in the world can use up for an address (OWASP, "device cookies").
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from steward.people.models import User
from steward.ui.cookies import cookie_name

COOKIE = "steward_device"
_SALT = "steward.people.devices"
_MOST_PEOPLE = 5
_KEPT = 180 * 24 * 3600  # seconds


def device_known_to(request: HttpRequest, user: User | None) -> str:
    """A name for this browser when the person has signed in with it before; empty otherwise."""
    device, people = _read(request)
    return device if user is not None and user.pk.hex in people else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Remember in the browser that the person has signed in there."""
    device, people = _read(request)
    known = [user.pk.hex, *(each for each in people if each != user.pk.hex)][:_MOST_PEOPLE]
    response.set_cookie(
        cookie_name(COOKIE),
        signing.Signer(salt=_SALT).sign_object([device or secrets.token_urlsafe(16), known]),
        max_age=_KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_label(agent: str) -> str:
    """`Firefox, Linux` for a User-Agent header: what its owner recognises, and no more."""
    browser = next((name for token, name in _BROWSERS if token in agent), "")
    system = next((name for token, name in _SYSTEMS if token in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, people = signing.Signer(salt=_SALT).unsign_object(request.COOKIES.get(cookie_name(COOKIE), ""))
    except (signing.BadSignature, ValueError):
        return "", []
    return str(device), [str(each) for each in people]


# The first that fits: each of them names those after it as well.
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
