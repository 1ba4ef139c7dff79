"""How Steward signs in to a database that `DATABASE_URL` names: by who the process is, or by a certificate."""

import pytest
from django.db import connection

from steward.project import settings
from steward.testing import environment

CERTIFICATE = (
    "postgresql://steward_app@192.0.2.5/steward"
    "?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem&sslcert=/etc/steward/app.pem&sslkey=/etc/steward/app.key"
)


@pytest.mark.skipif(bool(environment.external()), reason="another server may want a password")
def test_by_the_user_of_the_operating_system(db):
    """These tests are served by such an address: a socket, and no password anywhere."""
    assert not connection.settings_dict["PASSWORD"]
    assert str(connection.settings_dict["HOST"]).startswith("/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, system_user")
        [(role, shown_by)] = cursor.fetchall()
    assert role == "steward_app"
    assert shown_by.startswith("peer:")


def test_by_a_certificate(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", CERTIFICATE)
    database = settings._database()
    assert not database["PASSWORD"]
    assert database["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ssl/ca.pem",
        "sslcert": "/etc/steward/app.pem",
        "sslkey": "/etc/steward/app.key",
    }


@pytest.mark.parametrize(("role", "variable"), [("owner", "DATABASE_OWNER_URL"), ("ops", "DATABASE_OPS_URL")])
def test_each_role_has_an_address_of_its_own(monkeypatch, role, variable):
    monkeypatch.setenv("STEWARD_DB_ROLE", role)
    monkeypatch.setenv("DATABASE_URL", CERTIFICATE)
    monkeypatch.setenv(variable, CERTIFICATE.replace("app", role))
    assert settings._database()["USER"] == f"steward_{role}"
    monkeypatch.delenv(variable)
    with pytest.raises(Exception, match=variable):
        settings._database()
