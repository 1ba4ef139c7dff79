"""Deleting the large account, by the command, while somebody works in another one: the list and ticket pages."""

import subprocess
import sys
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg

from steward.bench.figures import load
from steward.bench.filling import fill
from steward.bench.forgetting import Looking
from steward.bench.inhabitants import SLUG, large_account
from steward.lib.actor import SYSTEM
from steward.lifecycle.departing.queries import certificates_of
from steward.people.actions import add_member
from steward.people.models import Membership, Role
from steward.privacy.egress import wall
from steward.privacy.keys.store import create_account_key
from steward.tenancy.hosts import base_url
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import account_scope

Figures = dict[str, Any]
_LARGEST_OTHER = """
SELECT account_id FROM tickets_ticket WHERE account_id <> %s GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""


def measure(superuser: str, size: int, *, rounds: int) -> Figures:
    """Seconds from the command to the certificate; what another account's pages took before and meanwhile, in ms."""
    fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    other = _inhabited(superuser, account.pk)
    looking = Looking(Account.objects.get(pk=other.account_id), other)
    before = looking.look(rounds)
    seconds, meanwhile = _deleted(looking)
    certified = certificates_of(account.pk)
    return {
        "delete": {
            "size": size, "is_certified": bool(certified), "seconds": round(seconds, 1), "before": before,
            "meanwhile": meanwhile, "load": load(),
        }
    }  # fmt: skip


def _inhabited(superuser: str, large: UUID) -> Membership:
    """The largest of the other accounts gets somebody who works there, with a host to do it at."""
    with psycopg.connect(superuser) as database:
        row = database.execute(_LARGEST_OTHER, [large]).fetchone()
    assert row is not None  # noqa: S101  there are always some
    account = Account.objects.get(pk=row[0])
    create_account_key(account.pk)
    host = base_url(account.slug).partition("://")[2].partition(":")[0]
    Domain.objects.create(host=host, account=account, serves_console=True)
    with account_scope(account.pk):
        made = add_member("owner@other.example", name="Otto Other", role=Role.OWNER, password=None, actor=SYSTEM)
        return Membership.objects.select_related("user", "account").get(pk=made.pk)


def _deleted(looking: Looking) -> tuple[float, Figures]:
    """The command as it is typed, in a process of its own. Raises `CalledProcessError`."""
    command = [sys.executable, "-m", "steward.project.cli", "account", "delete", SLUG, "--yes", "--typed", SLUG]
    begin = perf_counter()
    with wall.allow_child("what is measured is the command as it is typed"):
        child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
    while child.poll() is None:
        looking.once()
    seconds = perf_counter() - begin
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return seconds, looking.told()
