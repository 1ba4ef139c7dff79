"""A key folder of its own for each test."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings

from steward.lib.ids import new_id
from steward.privacy.keys import store


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    with override_settings(STEWARD_DATA=tmp_path, STEWARD_MASTER_KEY=""):
        store.set_up_keys()
        yield tmp_path / "keys"


@pytest.fixture
def account(keys: Path) -> UUID:
    made = new_id()
    store.create_account_key(made)
    return made


@pytest.fixture(scope="module")
def shared_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UUID]:
    with override_settings(STEWARD_DATA=tmp_path_factory.mktemp("data"), STEWARD_MASTER_KEY=""):
        store.set_up_keys()
        made = new_id()
        store.create_account_key(made)
        yield made
