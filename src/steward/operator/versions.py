"""Which versions run here."""

import importlib.metadata
import platform

from django.db import connection

_PACKAGES = ("steward-desk", "django", "django-allauth", "procrastinate", "psycopg")


def versions() -> list[tuple[str, str]]:
    """Names and versions, Steward first."""
    major, minor = divmod(connection.pg_version, 10_000)  # type: ignore[attr-defined]
    installed = [(name, importlib.metadata.version(name)) for name in _PACKAGES]
    return [*installed, ("Python", platform.python_version()), ("PostgreSQL", f"{major}.{minor}")]
