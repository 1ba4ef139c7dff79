"""Under which system user PostgreSQL runs. It refuses to be root; everybody else runs it as himself."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from steward.project.postgres.errors import PostgresError

OURS = "steward-pg"
KNOWN = (OURS, "pgserver")  # the second is what the wheel itself makes: on such a machine nothing needs to be added


@dataclass(frozen=True)
class SystemUser:
    """A user of the operating system. `switch` says that we are root and have to become that user."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen(
        self, command: Sequence[str | Path], *, output: int = subprocess.DEVNULL, session: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start `command` as this user, with a bare environment: our secrets are no business of the server's."""
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            cwd="/",
            umask=0o077,
            start_new_session=session,
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=[] if self.switch else None,
        )

    def owns(self, path: Path) -> None:
        """Give `path`, one of our own folders, to this user, for nobody else to read."""
        if self.switch:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def blocked_at(self, path: Path) -> Path | None:
        """The topmost folder on the way to `path` that this user may not pass, or None."""
        if not self.switch:
            return None
        for folder in (*reversed(path.parents), path):
            if self.popen(["test", "-x", folder]).wait() != 0:
                return folder
        return None


def system_user() -> SystemUser:
    """Ourselves, or, for root, a dedicated user (made once). PostgresError when that cannot be had."""
    if os.geteuid() != 0:
        entry = _entry(os.geteuid())
        return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)
    entry = _dedicated() or _create()
    return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"PostgreSQL needs a user with a name, and user id {uid} has no entry in /etc/passwd: "
            "add one, or set DATABASE_URL."
        ) from None


def _dedicated() -> pwd.struct_passwd | None:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next((names[name] for name in KNOWN if name in names), None)


def _create() -> pwd.struct_passwd:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is None:
        raise PostgresError(
            f"PostgreSQL does not run as root: create a system user named {OURS}, or start as another user."
        )
    made = subprocess.run(
        [
            command,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir=/nonexistent",
            "--shell=/usr/sbin/nologin",
            OURS,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    entry = _dedicated()  # looked up even after a failure: another process may have been first
    if entry is None:
        raise PostgresError(
            f"PostgreSQL does not run as root, and the user {OURS} could not be made: {made.stderr.strip()}"
        )
    return entry
