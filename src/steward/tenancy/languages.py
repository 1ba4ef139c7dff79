"""Which language a page or a mail is in: `spoken` alone decides, the others say whom it asks, in which order.

- A page for somebody signed in, and a mail to an agent: the person's language, else the account's
  (`people.languages.language_of`).
- A page for nobody in particular (sign-in, front page, errors, demo): what was chosen there, else what the browser
  asks for, else the account's (`visitors_language`).
- A mail to a customer: the contact's language when it is known, else the account's
  (`channels.email.languages.language_towards`).
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, override
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from steward.ui.cookies import cookie_name
from steward.ui.templatetags.languages import PARAMETER

COOKIE = "steward_language"
_KEPT = 365 * 24 * 3600  # seconds

Handler = Callable[[HttpRequest], HttpResponseBase]


class Speaker(Protocol):
    """Whoever has a language: an account, a person, a contact. Empty when none was chosen."""

    @property
    def language(self) -> str: ...


def spoken(*wishes: str | None) -> str:
    """The first wish that Steward speaks, as a code of `LANGUAGES` (`pl-PL` is served as `pl`); else English."""
    return next((code for wish in wishes if (code := _variant(wish))), settings.LANGUAGE_CODE)


def visitors_language(request: HttpRequest, account: Speaker | None = None) -> str:
    """The language for a page that is for nobody in particular."""
    return spoken(chosen_language(request), *_accepted(request), account.language if account else None)


def chosen_language(request: HttpRequest) -> str:
    """What was chosen by hand in this browser, on this page or before; empty when nothing was."""
    return _variant(request.GET.get(PARAMETER)) or _variant(request.COOKIES.get(cookie_name(COOKIE)))


class LanguageMiddleware:
    """Keeps language and time zone of a request to that request, and says in the answer which language it is in.

    The innermost that knows better activates it: `AccountMiddleware` for visitors, the console for who is signed in.
    Errors are written outside the views, so it is activated and not only put around the view.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with override(visitors_language(request)), timezone.override(None):
            response = self.get_response(request)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Language", get_language() or settings.LANGUAGE_CODE)
                vary_by_language(request, response)
            _keep_choice(request, response)
        return response


def vary_by_language(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say what chose the language of an answer. Of one that all may keep it is the address alone, if that names one."""
    if not (_is_shared(response) and _variant(request.GET.get(PARAMETER))):
        patch_vary_headers(response, ["Accept-Language", "Cookie"])


def _is_shared(response: HttpResponseBase) -> bool:
    """Whether caches between us and the reader may keep it for everybody (RFC 9111 section 5.2.2.9)."""
    return response.headers.get("Cache-Control", "").startswith("public")


def _keep_choice(request: HttpRequest, response: HttpResponseBase) -> None:
    """Remember `?lang=` in the browser; the server keeps nothing.

    Not with an answer that is for everybody: a cache would hand the choice of one reader to the others. Such a page
    keeps its language in its own links.
    """
    if (code := _variant(request.GET.get(PARAMETER))) and not _is_shared(response):
        response.set_cookie(
            cookie_name(COOKIE),
            code,
            max_age=_KEPT,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def _accepted(request: HttpRequest) -> Iterator[str]:
    """RFC 9110 section 12.5.4: what the browser asks for, best first. `*` means that anything is fine."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code == "*":
            return
        yield code


def _variant(wish: str | None) -> str:
    if not wish:
        return ""
    try:
        return get_supported_language_variant(wish.lower())
    except LookupError:
        return ""
