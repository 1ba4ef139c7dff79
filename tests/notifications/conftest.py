"""Telling people in tests: what a worker does once something is committed."""

import pytest

from steward.notifications.models import Notice
from steward.tenancy.scope import account_scope


@pytest.fixture
def tell(settle, run_jobs):
    """Number the events, then go through them."""

    def tell():
        settle()
        return run_jobs("notifications.tell")

    return tell


@pytest.fixture
def told(tell, northwind):
    """Go through the events; who was told of what, as `Ben assigned`, in order."""

    def told():
        tell()
        with account_scope(northwind.id):
            notices = Notice.objects.select_related("membership").order_by("id")
            return [f"{notice.membership.name} {notice.kind}" for notice in notices]

    return told
