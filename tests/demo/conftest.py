"""The demo switched on, with an outbox that is empty at first."""

import shutil

import pytest
from django.test import Client

from steward.outbox import maildir


@pytest.fixture
def demo(settings):
    settings.STEWARD_DEMO = True
    shutil.rmtree(maildir.maildir(), ignore_errors=True)
    yield
    shutil.rmtree(maildir.maildir(), ignore_errors=True)


@pytest.fixture
def browser(db, demo, settings):
    """Somebody at the base domain."""
    return Client(headers={"host": settings.STEWARD_DOMAIN})
