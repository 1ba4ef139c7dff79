"""Names of cookies, and Django's storage of toasts under such a name."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


def cookie_name(name: str) -> str:
    """The name under which a cookie is set. Behind TLS it begins with `__Host-` (RFC 6265bis, section 4.1.3.2).

    Browsers take such a cookie only from the host itself, so that no other host below the same domain can plant one.
    """
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


class ToastCookie(CookieStorage):
    """What was done, told on the next page."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # a constant in Django
        return cookie_name("steward_toasts")
