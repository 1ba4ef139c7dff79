"""Sessions whose keys are stored only as a hash: reading the table lets nobody in."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from steward.lib.clock import now
from steward.people.models import Session
from steward.tenancy.reading import Reading

ACCOUNT = "account"  # the id of the account the session is bound to
BEGAN = "began_at"
DEVICE = "device"
FACTORS = "factors"  # by what the person showed who they are: "password", and those of `second_factors.STRONG`
CONFIRMED = "confirmed_at"  # when they showed it last


def hashed(session_key: str) -> str:
    """The form of a session key in the database: 40 hex digits of its SHA-256."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


_LIVING = Reading(lambda *, key, at: Session.objects.filter(session_key=key, expire_date__gt=at))


class SessionStore(db.SessionStore):
    """Django's database sessions, looked up by the hash of the cookie's key."""

    row: Session | None = None  # as it was read; None for one that was not stored yet

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Any:
        if not self.session_key:
            return None
        found = next(iter(_LIVING(key=hashed(self.session_key), at=now())), None)
        if found is None:
            self._session_key = None
        self.row = found
        return found

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(session_key=hashed(session_key)).exists()

    def create_model_instance(self, data: Any) -> Any:
        session: Any = super().create_model_instance(data)
        session.session_key = hashed(session.session_key)
        session.user_id = data.get(SESSION_KEY)
        session.account_id = data.get(ACCOUNT)
        session.device = data.get(DEVICE, "")
        session.began_at = datetime.fromisoformat(data[BEGAN]) if BEGAN in data else None
        session.seen_at = now()
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=hashed(key)).delete()

    def get_expiry_date(self, **about: Any) -> datetime:
        """By our clock, which tests stop."""
        return super().get_expiry_date(**{"modification": now()} | about)
