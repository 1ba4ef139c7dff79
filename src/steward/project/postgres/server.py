"""Initialise, start, adopt and stop the embedded PostgreSQL.

Everything lies in the data directory: `postgres/` (the cluster), `run/` (the socket), `log/postgres.log`. A socket, not
a port: no clash of ports, file permissions, and `peer`, which lets the kernel say who is asking.
"""

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from steward.project.postgres.binaries import binaries, copied
from steward.project.postgres.errors import PostgresError
from steward.project.postgres.memory import memory, shared_buffers
from steward.project.postgres.system_user import SystemUser, system_user

LONGEST_SOCKET = 107  # sizeof(sockaddr_un.sun_path) - 1 on Linux
SOCKET_NAME = ".s.PGSQL.5432"
LOG_LIMIT = 20 * 2**20
START_LIMIT = 60.0  # seconds; recovery after a crash answers "not yet" and may take its time
CHILDREN_LIMIT = 10.0  # seconds for the children of a killed postmaster to go
SUPERUSER = "postgres"
DATABASE = "steward"

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": shared_buffers(memory()),
    "jit": "off",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # Statements and the DETAIL of errors carry names, addresses and free text: not for a log (GDPR article 5.1.c).
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": "-1",
}
FORGETFUL = {
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "autovacuum": "off",  # what the planner believes is what a test has told it
}


@dataclass
class Server:
    """A running PostgreSQL. `pid` is the postmaster's; `child` is None for one that was adopted."""

    data: Path
    socket: Path
    pid: int
    child: "subprocess.Popen[bytes] | None" = None

    def dsn(self, role: str, *, database: str = DATABASE) -> str:
        """A libpq connection string for `role`; no password, `peer` looks at who we are."""
        return make_conninfo(host=str(self.socket), port=5432, user=role, dbname=database)

    def is_running(self) -> bool:
        """Whether the postmaster lives."""
        if self.child is not None:
            return self.child.poll() is None
        return _alive(self.pid)

    def stop(self, *, seconds: float = 20.0) -> None:
        """Fast shutdown: clients are sent away, what was committed is on disk. PostgresError if it takes too long."""
        if self.is_running():
            os.kill(self.pid, signal.SIGINT)
        end = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > end:
                raise PostgresError(f"PostgreSQL (process {self.pid}) did not stop within {seconds:.0f} seconds.")
            time.sleep(0.01)


def initialise(data: Path) -> None:
    """Make the cluster `<data>/postgres`, once; a second call does nothing. PostgresError says what is in the way."""
    data = _data_directory(data)
    with _alone(data):
        _initialise(data, system_user())


def start(data: Path, *, durable: bool = True) -> Server:
    """Start the server of `data`, or adopt the one that already answers on its socket; initialises when new.

    `durable=False` gives up crash safety for speed, for the cluster of the tests only.
    """
    data = _data_directory(data)
    with _alone(data):
        user = system_user()
        _initialise(data, user)
        programs = _reachable(data, user)
        socket = _socket(data, user)
        settings = SETTINGS if durable else SETTINGS | FORGETFUL
        return _adopted(data, programs, socket) or _started(data, programs, socket, user, settings)


def socket_directory(data: Path) -> Path:
    """Where the server of `data` has its socket: absolute, as libpq wants it."""
    note = data.resolve() / "run" / "elsewhere"
    return Path(note.read_text().strip()) if note.exists() else data.resolve() / "run"


def dsn(data: Path, role: str, *, database: str = DATABASE) -> str:
    """The connection string for processes that only connect, and neither start nor stop the server."""
    return Server(data, socket_directory(data), 0).dsn(role, database=database)


def _data_directory(data: Path) -> Path:
    data = data.absolute()
    # Search permission only: the dedicated user passes through to its own folder and cannot list the others.
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return data.resolve()


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Two starts at once on one data directory wait for each other. The kernel drops the lock of a killed process."""
    with (data / ".start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _reachable(data: Path, user: SystemUser) -> Path:
    """The programs' folder as seen by `user`; copied below `data` when the way to the wheel is closed for that user."""
    if blocked := user.blocked_at(data):
        raise PostgresError(
            f"PostgreSQL runs as the user {user.name}, who may not enter {blocked}: "
            f"choose another STEWARD_DATA, or allow it with `chmod o+x {blocked}`."
        )
    source = binaries()
    return copied(source, data) if user.blocked_at(source / "postgres") else source


def _initialise(data: Path, user: SystemUser) -> None:
    cluster = data / "postgres"
    if cluster.exists():
        return
    programs = _reachable(data, user)
    # Made under another name: a start that is interrupted leaves no half cluster behind.
    draft = Path(tempfile.mkdtemp(prefix=".postgres-", dir=data))
    user.owns(draft)
    with tempfile.TemporaryFile() as output:
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            draft,
            "-U",
            SUPERUSER,
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            "-A",
            "peer",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if user.popen(command, output=output.fileno()).wait() != 0:
            output.seek(0)
            raise PostgresError(f"initdb failed in {draft}: {output.read()[-500:].decode(errors='replace')}")
    draft.rename(cluster)


def _socket(data: Path, user: SystemUser) -> Path:
    """The socket's folder: `<data>/run`, or a short one elsewhere whose name is noted there."""
    run = data / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    user.owns(run)
    if len(os.fsencode(run / SOCKET_NAME)) <= LONGEST_SOCKET:
        return run
    known = socket_directory(data)
    if known == run or not known.is_dir():
        known = Path(tempfile.mkdtemp(prefix="steward-", dir="/tmp"))  # short, and made 0700
        _write(run / "elsewhere", f"{known}\n", user)
    user.owns(known)
    return known


def _write(path: Path, text: str, user: SystemUser) -> None:
    """Replace a file in a folder of `user`; by way of a fresh one, as a link planted there must not lead us astray."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    if user.switch:
        os.chown(draft, user.uid, user.gid)
    Path(draft).replace(path)


def _admit(cluster: Path, user: SystemUser) -> None:
    """Who may connect: this user, root and the server's own user, as any role; asked of the kernel (`peer`)."""
    names = dict.fromkeys((user.name, "root"))
    _write(cluster / "pg_hba.conf", "local all all peer map=steward\nlocal replication all peer map=steward\n", user)
    _write(cluster / "pg_ident.conf", "".join(f'steward "{name}" all\n' for name in names), user)


def _log(data: Path) -> Path:
    folder = data / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    log = folder / "postgres.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(folder / "postgres.log.1")
    log.touch(mode=0o600)
    return log


def _answers(programs: Path, socket: Path) -> bool:
    command: list[str | Path] = [
        programs / "pg_isready",
        "-q",
        "-h",
        socket,
        "-p",
        "5432",
        "-U",
        SUPERUSER,
        "-d",
        "postgres",
    ]
    return subprocess.run(command, check=False).returncode == 0


def _adopted(data: Path, programs: Path, socket: Path) -> Server | None:
    """The server that answers on our socket. Only an answer counts: `postmaster.pid` alone may be stale."""
    if not _answers(programs, socket):
        return None
    return Server(data, socket, int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))


def _started(data: Path, programs: Path, socket: Path, user: SystemUser, settings: dict[str, str]) -> Server:
    _admit(data / "postgres", user)
    log, begin = _log(data), time.monotonic()
    while True:
        before = log.stat().st_size
        child = _spawn(programs, data / "postgres", socket, log, user, settings)
        while child.poll() is None:
            if _answers(programs, socket):
                return Server(data, socket, child.pid, child)
            if time.monotonic() > begin + START_LIMIT:
                child.kill()
                raise PostgresError(f"PostgreSQL did not answer within {START_LIMIT:.0f} seconds; see {log}.")
            time.sleep(0.02)
        said = log.read_bytes()[before:].decode(errors="replace")
        # After kill -9 of a postmaster its children need a moment to notice; until then it refuses to start.
        if not ("shared memory block" in said or "postmaster.pid" in said) or time.monotonic() > begin + CHILDREN_LIMIT:
            raise PostgresError(f"PostgreSQL did not start; {log} ends with: {said[-600:].strip()}")
        time.sleep(0.1)
        if running := _adopted(data, programs, socket):
            return running


def _spawn(
    programs: Path, cluster: Path, socket: Path, log: Path, user: SystemUser, settings: dict[str, str]
) -> "subprocess.Popen[bytes]":
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("ab") as output:
        # A session of its own, so that Ctrl-C reaches the server only through us, after all who use it have gone.
        return user.popen(
            [programs / "postgres", "-D", cluster, "-k", socket, *options], output=output.fileno(), session=True
        )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    # An adopted server whose new parent never collects it stays as a zombie: dead for us.
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
