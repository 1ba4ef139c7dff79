"""From the click to the painted ticket, in a real browser; and what pages weigh: bytes, requests, code never run."""

import json
import subprocess
import sys
from typing import Any

from django.conf import settings

from steward.bench.figures import load
from steward.bench.filling import fill
from steward.bench.inhabitants import host_of, large_account, people
from steward.bench.listening import web_process
from steward.people.signed_in import stored_session
from steward.privacy.egress import wall

CLICKS = 60
Figures = dict[str, Any]


def measure(superuser: str, size: int, *, clicks: int) -> Figures:
    """Clicks through the rows of a list at one size, then the weight of each kind of page.

    Needs playwright and a Chromium (`STEWARD_CHROMIUM`, or one on the PATH); `CalledProcessError` without.
    """
    if large_account() is None:
        fill(superuser, size)
    account = large_account()
    assert account is not None  # noqa: S101  just made
    cookie = (settings.SESSION_COOKIE_NAME, stored_session(people(account.id)["owner"].user, account.id))
    host = host_of(account.id)
    with web_process() as (port, _pid):
        asked = {"begin": f"http://{host}:{port}/console/", "session": cookie, "clicks": clicks}
        with wall.allow_child("the browser is a process of its own"):
            command = [sys.executable, "-m", "steward.bench.visiting"]
            visited = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    return {"browser": json.loads(visited.stdout) | {"size": size, "load": load()}}
