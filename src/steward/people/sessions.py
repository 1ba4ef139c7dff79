"""Sessions whose keys are stored only as a hash: reading the table lets nobody in."""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db

from steward.lib.clock import now
from steward.people.models import Session


def hashed(session_key: str) -> str:
    """The form of a session key in the database: 40 hex digits of its SHA-256."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's database sessions, looked up by the hash of the cookie's key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Any:
        if not self.session_key:
            return None
        found = self.model.objects.filter(session_key=hashed(self.session_key), expire_date__gt=now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(session_key=hashed(session_key)).exists()

    def create_model_instance(self, data: Any) -> Any:
        session = super().create_model_instance(data)
        session.session_key = hashed(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=hashed(key)).delete()
