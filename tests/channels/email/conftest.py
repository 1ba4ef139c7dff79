"""Outside actors of the e-mail tests, each a process of its own: the listener, SMTP clients, a Dovecot."""

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from steward.channels.email.tokens import REPLY, Bound, make_token
from steward.privacy.keys.cipher import derive
from steward.tenancy.scope import account_scope
from steward.testing.dovecot import Dovecot, is_installed
from steward.testing.letters import SentMail, mail_of
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.models import Participant, Ticket

_LISTENER = "import django, sys; django.setup(); from steward.channels.email.serving import run; sys.exit(run())"
_CLIENT = """
import json, smtplib, sys
PORT = int(sys.argv[1])
def say(value): print(json.dumps(value, default=lambda b: b.decode("utf-8", "replace")), flush=True)
def connect(): return smtplib.SMTP("127.0.0.1", PORT, local_hostname="client.example", timeout=30)
"""


class Listener:
    """`steward mail` on a free port of loopback."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _LISTENER],
                env={**os.environ, "STEWARD_SMTP_PORT": "0", **environment},
                stdout=output,
                stderr=output,
            )
        self.port = int(self._awaited(r"listening on 127\.0\.0\.1 port (\d+)")[1])

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.terminate()
        return self.process.wait(15)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def _awaited(self, pattern: str) -> "re.Match[str]":
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            if found := re.search(pattern, self.log.read_text()):
                return found
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@pytest.fixture
def listener(transactional_db: None, child_processes: None, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    """`listener(STEWARD_MAX_MAIL="1000")` starts one; what it stores is in the test's database."""
    started: list[Listener] = []

    def start(**environment: str) -> Listener:
        started.append(Listener(tmp_path / f"listener{len(started)}.log", **environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def smtp_client(child_processes: None) -> Callable[[int, str], list[Any]]:
    """`smtp_client(port, code)` runs the code in another process, where `connect()` gives an `smtplib.SMTP`.

    Returns what the code gave to `say`.
    """

    def run(port: int, code: str) -> list[Any]:
        command = [sys.executable, "-c", _CLIENT + textwrap.dedent(code), str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def dovecot(child_processes: None) -> Iterator[Callable[..., Dovecot]]:
    """`dovecot()` starts an IMAP server."""
    if not is_installed():
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    started: list[Dovecot] = []

    def start(**options: bool) -> Dovecot:
        started.append(Dovecot(**options))
        return started[-1]

    yield start
    for one in started:
        one.remove()


@pytest.fixture
def ticket(eli: Any, support_mail: Any) -> Ticket:
    """Eli's, in a department that has an address."""
    return make_ticket(eli)


@pytest.fixture
def answer(ticket: Ticket, ben: Any) -> SentMail:
    """The mail Ben's answer to Eli became."""
    return mail_of(make_reply(ticket, ben))


@pytest.fixture
def token_for() -> Callable[..., str]:
    """`token_for(ticket, contact)` is a token with everything true but what is given."""

    def token_for(ticket: Ticket, contact: Any, purpose: str = REPLY, **changed: Any) -> str:
        with account_scope(ticket.account_id):
            part = Participant.objects.get(ticket=ticket, contact=contact)
            true = {"account_id": ticket.account_id, "ticket_id": ticket.id, "address": "eli@example.org"}
            bound = Bound(**{**true, "named_id": part.id, **changed})
            return make_token(purpose, bound, derive(bound.account_id, "reply-token"))

    return token_for
