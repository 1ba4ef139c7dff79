"""A data directory that PostgreSQL's own system user can reach, and a server in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from steward.privacy.egress.wall import allow_child
from steward.project.postgres import Server, start


@pytest.fixture
def data() -> Iterator[Path]:
    """Not `tmp_path`: pytest closes the folders above it to everybody else."""
    yield from _folder()


@pytest.fixture(scope="session")
def shared_data() -> Iterator[Path]:
    yield from _folder()


@pytest.fixture(scope="session")
def server(shared_data: Path) -> Iterator[Server]:
    """One server for all tests that do not stop it."""
    with allow_child("the database server of these tests"):
        running = start(shared_data, durable=False)
    yield running
    running.stop()


def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="steward-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)
