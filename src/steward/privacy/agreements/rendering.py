"""Having a PDF set by a child with limits of time and memory, so that no document can hold up a page or a worker."""

import subprocess
import sys
from pathlib import Path

from steward.privacy.agreements.content import Content, canonical
from steward.privacy.egress import wall

SECONDS = 20.0
MOST = 20 * 1024**2  # bytes of a file
ROOT = Path(__file__).resolve().parents[3]
_NOWHERE = "http://127.0.0.1:9"  # the discard port: whatever wanted to fetch something would not get it


class NotRendered(RuntimeError):
    """The child took too long, or ended without a file. What it said is in the log of errors."""


def render(content: Content, *, seconds: float = SECONDS) -> bytes:
    """The PDF of a content. Raises `NotRendered`."""
    at = int(content.signature.at.timestamp()) if content.signature else 0
    argv = [sys.executable, "-P", "-s", "-m", "steward.privacy.agreements.typesetting", str(at)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HTTPS_PROXY": _NOWHERE, "HTTP_PROXY": _NOWHERE}
    try:
        with wall.allow_child("a PDF is set in a child with limits of time and memory"):
            done = subprocess.run(
                argv, input=canonical(content), env=environment, capture_output=True, timeout=seconds, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise NotRendered("time_out") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-") or len(done.stdout) > MOST:
        raise NotRendered(f"ended with {done.returncode}")
    return done.stdout
