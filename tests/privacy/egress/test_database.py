"""Finding an external database past the wall."""

import pytest
from psycopg import OperationalError, connect
from psycopg.conninfo import conninfo_to_dict

from steward.privacy.egress.addresses import Unresolvable
from steward.privacy.egress.database import resolve_database


@pytest.mark.parametrize(
    ("url", "hostaddr"),
    [
        ("postgresql://app:secret@localhost:5433/steward?sslmode=verify-full", "127.0.0.1"),
        ("host=localhost port=5433 user=app password=secret dbname=steward sslmode=verify-full", "127.0.0.1"),
        ("postgresql://app:secret@localhost:5433,127.0.0.1:5433/steward?sslmode=verify-full", "127.0.0.1,127.0.0.1"),
    ],
)
def test_a_name_gets_its_address_and_keeps_all_else(url: str, hostaddr: str) -> None:
    before, after = conninfo_to_dict(url), conninfo_to_dict(resolve_database(url))
    assert after.pop("hostaddr").replace("::1", "127.0.0.1") == hostaddr
    assert after == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///steward",
        "postgresql:///steward?host=/run/postgresql",
        "postgresql://127.0.0.1/steward",
        "postgresql://[::1]:5432/steward",
        "host=db.example.org hostaddr=192.0.2.1 dbname=steward",
        "host=/run/postgresql dbname=steward",
    ],
)
def test_what_needs_no_look_up_stays_as_it_is(url: str) -> None:
    assert resolve_database(url) == url


def test_a_name_that_is_not_found_is_named() -> None:
    with pytest.raises(Unresolvable, match=r"nowhere\.invalid"):
        resolve_database("postgresql://nowhere.invalid/steward")


def test_psycopg_then_looks_nothing_up() -> None:
    """The wall stands in tests too: a look-up would be refused, a refused connection is PostgreSQL's own error."""
    with pytest.raises(OperationalError):
        connect(resolve_database("host=localhost port=1 connect_timeout=2"))
