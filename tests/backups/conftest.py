"""A database to back up, a folder to back it up to, and a ledger of its own for each test."""

import pytest
from django.conf import settings as configured

from steward.backups.drills import NOTE as DRILLED
from steward.backups.dumping import Database
from steward.backups.key_copies import NOTE
from steward.backups.making import Source
from steward.privacy.keys.store import destroy_backup_key, kept_backup_keys
from steward.project.postgres import binaries
from steward.testing.cast import NOON
from steward.testing.environment import database_name, login


@pytest.fixture(autouse=True)
def ledger(tmp_path, settings):
    settings.STEWARD_LEDGER = str(tmp_path / "ledger")


@pytest.fixture(autouse=True)
def _keys_of_this_test_only():
    """The key folder is that of the whole run."""
    yield
    (configured.STEWARD_DATA / "keys" / NOTE).unlink(missing_ok=True)
    (configured.STEWARD_DATA / DRILLED).unlink(missing_ok=True)
    for name in kept_backup_keys():
        destroy_backup_key(name)


@pytest.fixture
def database(child_processes):
    """As the owner of the tables, who stands under row-level security, too."""
    return Database(login("owner", database_name()), binaries())


@pytest.fixture
def source(database):
    return Source(database, configured.STEWARD_DATA / "files", region="eu", data_centre="fra-1")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def put_clock(stop_clock):
    """It is noon; `put_clock(moment)`: now it is then."""
    stop_clock(NOON)
    return stop_clock
