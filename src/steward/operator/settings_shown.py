"""The settings as an operator may read them. What is not on the list of harmless ones is told as set or not set."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

# Told as they are: places, numbers and switches. Everything else that is set may hold a secret.
_PLAIN = frozenset(
    {
        "STEWARD_CA_FILE", "STEWARD_CONTACT", "STEWARD_DATA", "STEWARD_DATA_CENTRE", "STEWARD_DEMO", "STEWARD_DOMAIN",
        "STEWARD_EGRESS_ALLOW", "STEWARD_EGRESS_PROXY", "STEWARD_EXCHANGER", "STEWARD_HOST", "STEWARD_HOSTING",
        "STEWARD_HTTPS", "STEWARD_IMAP_MARKS_SEEN", "STEWARD_INVOICES_KEPT", "STEWARD_LEDGER",
        "STEWARD_LIVE_PORT", "STEWARD_MAIL_FROM", "STEWARD_MAX_BODY", "STEWARD_MAX_MAIL",
        "STEWARD_OPERATOR_LOG_DAYS", "STEWARD_PACE", "STEWARD_PASSWORD_LIST", "STEWARD_PORT",
        "STEWARD_RESOLVER", "STEWARD_SIGN_UP", "STEWARD_SINGLE_ACCOUNT", "STEWARD_SMTP_CONNECTIONS",
        "STEWARD_SMTP_CONNECTIONS_PER_IP", "STEWARD_SMTP_HOST", "STEWARD_SMTP_PORT", "STEWARD_TERMS_URL",
        "STEWARD_TERMS_VERSION", "STEWARD_THREADS", "STEWARD_TLS_CERT", "STEWARD_TRIAL_WITHOUT_AGREEMENT",
        "STEWARD_TRUSTED_PROXIES",
    }
)  # fmt: skip
_SECRET = ("DATABASE_OPS_URL", "DATABASE_OWNER_URL", "DATABASE_URL", "STEWARD_MASTER_KEY", "STEWARD_METRICS_TOKEN",
           "STEWARD_SECRET_KEY", "STEWARD_TLS_KEY")  # fmt: skip
_SIGNED_IN = ("STEWARD_BACKUPS", "STEWARD_OBJECT_STORE", "STEWARD_SMTP_RELAY")  # addresses with a sign-in in them


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting: what may be told of it, whether it comes from the environment, whether it is a secret."""

    name: str
    text: str
    is_set: bool
    is_secret: bool = False


def shown_settings() -> list[Shown]:
    """All settings by name."""
    plain = [Shown(name, _plain(name), name in os.environ) for name in _PLAIN]
    secret = [Shown(name, "", bool(os.environ.get(name)), is_secret=True) for name in _SECRET]
    signed = [
        Shown(name, _without_sign_in(getattr(settings, name)), bool(getattr(settings, name))) for name in _SIGNED_IN
    ]
    return sorted([*plain, *secret, *signed], key=lambda each: each.name)


def _plain(name: str) -> str:
    given = getattr(settings, name, None)
    if given is None:
        return os.environ.get(name, "")
    if isinstance(given, list | tuple | set | frozenset):
        return ", ".join(map(str, given))
    return str(given) if isinstance(given, str | int | Path) else ""


def _without_sign_in(url: str) -> str:
    """`smtps://host:port` of an address that may hold user and password; nothing of one that is no address.

    A folder is told as it is.
    """
    if url.startswith("/"):
        return url
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else ""
