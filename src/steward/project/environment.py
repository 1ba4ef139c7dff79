"""Reading environment variables."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from steward.lib import clock


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


def check_test_clock(*, is_allowed: bool) -> None:
    """Raise `ImproperlyConfigured` when `STEWARD_TEST_CLOCK` is set where it must not be, or says no moment."""
    if not clock.is_stopped():
        return
    if not is_allowed:
        raise ImproperlyConfigured("STEWARD_TEST_CLOCK stops the time and is refused outside the demo and tests.")
    try:
        clock.now()
    except (OSError, ValueError) as problem:
        file = os.environ["STEWARD_TEST_CLOCK"]
        example = "2026-03-01T12:00:00Z"
        raise ImproperlyConfigured(f"STEWARD_TEST_CLOCK: {file} holds no moment such as {example}.") from problem


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
