"""Browsers in which somebody has signed in before: strangers who guess cannot keep their owners out.

The cookie holds the signed ids of up to five people. It lets nobody in: it only gives its browser attempts of its own,
beside those that anybody in the world can use up for an address (OWASP, "device cookies"), and `browsers` knows by it
whether the browser is a new one.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any, TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from steward.people.models import User
from steward.privacy.keys.cipher import derive_installation
from steward.ui.cookies import cookie_name

COOKIE = "steward_device"
_SALT = "steward.people.devices"
_MOST_PEOPLE = 5
_KEPT = 180 * 24 * 3600  # seconds
Response = TypeVar("Response", bound=HttpResponse)


def device_known_to(request: HttpRequest, user: User | None) -> str:
    """A name for this browser when the person has signed in with it before; empty otherwise."""
    device, people = _read(request)
    return device if user is not None and user.pk.hex in people else ""


def device_of(request: Any) -> str:
    """The name of this browser: that of its cookie, or the one it is about to get.

    That one comes of the token of the form, if there is one: who presses a button twice has one browser, not two.
    """
    name: str = getattr(request, "device", "") or _read(request)[0] or _new_name(request)
    request.device = name
    return name


def remember_device(request: HttpRequest, response: Response, user: User) -> Response:
    """Remember in the browser that the person has signed in there; returns the response."""
    people = _read(request)[1]
    known = [user.pk.hex, *(each for each in people if each != user.pk.hex)][:_MOST_PEOPLE]
    response.set_cookie(
        cookie_name(COOKIE),
        signing.Signer(salt=_SALT).sign_object([device_of(request), known]),
        max_age=_KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def device_label(agent: str) -> str:
    """`Firefox, Linux` for a User-Agent header: what its owner recognises, and no more."""
    return ", ".join(part for part in browser_and_system(agent) if part)


def browser_and_system(agent: str) -> tuple[str, str]:
    """`Firefox` and `Linux`, each empty when it is none of those we know."""
    browser = next((name for token, name in _BROWSERS if token in agent), "")
    return browser, next((name for token, name in _SYSTEMS if token in agent), "")


def _new_name(request: HttpRequest) -> str:
    form = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not form:
        return secrets.token_urlsafe(16)
    made = hmac.new(derive_installation("new browsers"), form.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:16]).decode().rstrip("=")


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
