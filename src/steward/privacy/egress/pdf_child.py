"""Having a PDF set by a child with limits of time and memory, so that no document can hold up a page or a worker."""

import subprocess
import sys
from pathlib import Path

from steward.privacy.egress import wall

SECONDS = 20.0
MOST = 20 * 1024**2  # bytes of a file
ROOT = Path(__file__).resolve().parents[3]
_NOWHERE = "http://127.0.0.1:9"  # the discard port: whatever wanted to fetch something would not get it


class NotSet(RuntimeError):
    """The child took too long, or ended without a file. What it said is in the log of errors."""


def set_by_child(module: str, content: bytes, *, at: int, seconds: float = SECONDS) -> bytes:
    """What the module (`lib.typesetting.run_child`) makes of a content. `at` (since 1970) stands in the file.

    Raises `NotSet`.
    """
    argv = [sys.executable, "-P", "-s", "-m", module, str(at)]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HTTPS_PROXY": _NOWHERE, "HTTP_PROXY": _NOWHERE}
    try:
        with wall.allow_child("a PDF is set in a child with limits of time and memory"):
            done = subprocess.run(
                argv, input=content, env=environment, capture_output=True, timeout=seconds, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise NotSet("time_out") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-") or len(done.stdout) > MOST:
        raise NotSet(f"ended with {done.returncode}")
    return done.stdout
