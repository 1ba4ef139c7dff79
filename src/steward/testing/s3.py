"""A server that speaks S3 and checks signatures, on loopback: that of rclone (`rclone serve s3`)."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from steward.privacy.egress import ledger
from steward.testing.mail_servers import awaited, free_port, is_listening, open_folder

_BUCKET = "steward"
KEY_ID, SECRET = "AKtests", "se/cr+et"


def program() -> str:
    """Where rclone is: among the programs of this environment, or on the PATH."""
    beside = Path(sys.executable).with_name("rclone")
    return str(beside) if beside.exists() else shutil.which("rclone") or ""


class StoreServer:
    """Keeps what it is given in a folder, which nobody else may change. Child processes have to be allowed."""

    def __init__(self, port: int = 0, *, certificate: str = "") -> None:
        self.root = open_folder("steward-s3-")
        self.folder = self.root / "buckets"
        (self.folder / _BUCKET).mkdir(parents=True)
        self.port = port or free_port()
        self._tls = ["--cert", certificate, "--key", certificate] if certificate else []
        self.start()

    @property
    def place(self) -> str:
        """As `STEWARD_EGRESS_ALLOW` names it."""
        return f"127.0.0.1:{self.port}"

    def url(self, name: str, prefix: str = "", *, secret: str = SECRET) -> str:
        """The address of a place of this name in its bucket."""
        path = "/".join(filter(None, (_BUCKET, name, prefix)))
        return f"{'s3s' if self._tls else 's3'}://{KEY_ID}:{quote(secret, safe='')}@{self.place}/{path}"

    def kept(self, name: str) -> dict[str, bytes]:
        """What is in the place of this name, by its key there."""
        root = self.folder / _BUCKET / name
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def start(self) -> None:
        """Serve."""
        where = ["--addr", self.place, "--auth-key", f"{KEY_ID},{SECRET}", "--config", str(self.root / "none.conf")]
        quiet = ["--log-level", "ERROR", "--log-file", str(self.root / "log"), "--vfs-cache-mode", "off"]
        self.process = subprocess.Popen([program(), "serve", "s3", *where, *quiet, *self._tls, str(self.folder)])
        awaited(lambda: is_listening(self.port), seconds=30, what=self._said)

    def stop(self) -> None:
        """Be gone, as a server is that lost its power."""
        self.process.kill()
        self.process.wait(10)

    def remove(self) -> None:
        """The end."""
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def _said(self) -> str:
        log = self.root / "log"
        return log.read_text() if log.exists() else ""


def forget_questions() -> None:
    """What was counted, and would be written into the ledger while another test runs."""
    for counts in (ledger._questions, ledger._asked_with):
        counts.clear()
