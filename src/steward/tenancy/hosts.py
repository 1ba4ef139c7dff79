"""The addresses at which people reach us, for links in mails and between hosts."""

from django.conf import settings


def base_url(slug: str = "") -> str:
    """`https://<slug>.<base domain>` without a slash at the end; of the base domain itself without a slug.

    Behind a proxy that speaks TLS the port is the usual one; without TLS it is the one we listen on.
    """
    host = f"{slug}.{settings.STEWARD_DOMAIN}" if slug else settings.STEWARD_DOMAIN
    if settings.SESSION_COOKIE_SECURE:
        return f"https://{host}"
    return f"http://{host}" if settings.STEWARD_PORT == 80 else f"http://{host}:{settings.STEWARD_PORT}"
