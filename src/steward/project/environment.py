"""Reading environment variables."""

import os
import secrets
from pathlib import Path


def flag(name: str) -> bool:
    """Whether the variable is set to something that means yes."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def listing(name: str) -> list[str]:
    """The comma separated values of the variable."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


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
