"""A connection of one's own beside Django's, to the same database with the same login."""

from django.db import connection
from psycopg.conninfo import make_conninfo

_NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def connection_string() -> str:
    """What psycopg connects with. Names are resolved already (`hostaddr`), so the wall has nothing to refuse."""
    settings = connection.settings_dict
    parts = {name: str(settings[key]) for key, name in _NAMES.items() if settings.get(key)}
    return make_conninfo(**{**settings["OPTIONS"], **parts})
