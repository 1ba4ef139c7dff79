"""The demo as it runs: sample data, then everything, then the addresses on the screen and in `demo.json`."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from steward.privacy.egress import wall
from steward.project.failure import Failure
from steward.project.running import run_everything


def run(data: Path, listening: socket.socket) -> int:
    """Run the demo until told to stop; returns the exit code."""
    return run_everything(data, listening, lambda is_new: _prepare(data, is_new=is_new), env={})


def _prepare(data: Path, *, is_new: bool) -> None:
    """Load the sample data unless they are there, write `demo.json` and say where everything is."""
    told = data / "demo.json"
    if is_new or not told.exists() or not _has_same_places(json.loads(told.read_text())):
        _load()
    print(words_of(json.loads(told.read_text())), flush=True)


def _has_same_places(told: dict[str, Any]) -> bool:
    """Whether what was told at the last start still holds: the ports may be others now."""
    host, port = os.environ.get("STEWARD_DOMAIN", "localhost"), os.environ["STEWARD_PORT"]
    return bool(told["url"] == f"http://{host}:{port}" and str(told["smtp_port"]) == os.environ["STEWARD_SMTP_PORT"])


def _load() -> None:
    with wall.allow_child("sample data are loaded by a process with models"):
        child = subprocess.run(
            [sys.executable, "-m", "steward.project.demo_accounts"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours to answer
            check=False,
        )
    if child.returncode != 0:
        raise Failure("The sample data could not be loaded; the lines above say why.")


def words_of(demo: dict[str, Any]) -> str:
    """What is printed: addresses, sign-ins, the SMTP port and the outbox."""
    lines = ["", f"Steward runs at {demo['url']}", ""]
    for account in demo["accounts"]:
        lines += [f"  {account['name']}: {account['url']}/console/", f"    mail to {account['address']}"]
        width = max(len(person["email"]) for person in account["people"])
        lines += [
            f"    {person['email']:<{width}}  {person['password']}  {person['role']}" for person in account["people"]
        ]
        lines.append("")
    if operator := demo.get("operator"):
        lines += [
            f"  Back office: {operator['url']}",
            f"    {operator['email']}  {operator['password']}  (the first sign-in adds a second factor)",
            "",
        ]
    lines += [
        f"  Send mail to 127.0.0.1 port {demo['smtp_port']} (SMTP, no sign-in).",
        f"  Mail that would leave is kept: {demo['outbox_url']}",
        "",
        "Ctrl-C stops everything; the data stay. `make demo-reset` starts over.",
        "",
    ]
    return "\n".join(lines)
