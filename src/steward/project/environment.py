"""Reading environment variables."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """Whether the variable is set to something that means yes."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def listing(name: str) -> list[str]:
    """The comma separated values of the variable."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def days(name: str, default: int, *, least: int) -> int:
    """How many days the variable says; 0 for no end. Raises `ImproperlyConfigured` for fewer than `least`."""
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or 0 < int(text) < least:
        raise ImproperlyConfigured(f"{name} is a number of days, {least} at least, or 0 for no end: not {text!r}.")
    return int(text)


def installation_secret(directory: Path) -> str:
    """The secret of this installation: made once, kept in the data directory, readable by its owner only."""
    path = directory / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".secret.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # never replaces a secret that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
