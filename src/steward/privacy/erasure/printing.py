"""The certificate of an erasure on paper: made from the stored JSON each time, and the same bytes each time."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from steward.privacy.egress import wall
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.setting_out import set_out

SECONDS = 20.0
MOST = 20 * 1024**2  # bytes of a file
ROOT = Path(__file__).resolve().parents[3]
_NOWHERE = "http://127.0.0.1:9"  # the discard port: whatever wanted to fetch something would not get it


class NotPrinted(RuntimeError):
    """The child took too long, or ended without a file; or there is no certificate yet."""


def certificate_pdf(erasure: Erasure, *, purposes: Mapping[str, Any] | None = None, seconds: float = SECONDS) -> bytes:
    """The certificate as a PDF, set by a child with limits of time and memory. Raises `NotPrinted`.

    `purposes` are words for the codes of what data left for.
    """
    if not erasure.certificate or erasure.finished_at is None:
        raise NotPrinted("not certified")
    content = json.dumps(set_out(json.loads(erasure.certificate), erasure.certificate_sha256, purposes))
    argv = [sys.executable, "-P", "-s", "-m", "steward.privacy.erasure.typesetting"]
    argv.append(str(int(erasure.finished_at.timestamp())))
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "HTTPS_PROXY": _NOWHERE, "HTTP_PROXY": _NOWHERE}
    try:
        with wall.allow_child("a PDF is set in a child with limits of time and memory"):
            done = subprocess.run(
                argv, input=content.encode(), env=environment, capture_output=True, timeout=seconds, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise NotPrinted("time_out") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-") or len(done.stdout) > MOST:
        raise NotPrinted(f"ended with {done.returncode}")
    return done.stdout
