"""The embedded server: a real one, in a folder of its own."""

import multiprocessing
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from steward.project.postgres import (
    PostgresError,
    Server,
    binaries,
    default_data,
    dsn,
    initialise,
    socket_directory,
    start,
)
from steward.project.postgres.binaries import copied
from steward.project.postgres.system_user import system_user

pytestmark = [pytest.mark.usefixtures("child_processes"), pytest.mark.system]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


def query(
    server: Server, statement: str, *, role: str = "postgres", database: str = "postgres"
) -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn(role, database=database), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_start_adopt_stop(data: Path) -> None:
    first = start(data, durable=False)
    second = start(data, durable=False)
    assert (second.pid, second.child) == (first.pid, None)
    query(first, "CREATE TABLE kept (x int)")
    second.stop()
    assert not first.is_running()
    assert not second.is_running()
    third = start(data, durable=False)
    assert query(third, "SELECT count(*) FROM kept") == [(0,)]
    third.stop()
    third.stop()


def test_after_kill_what_was_committed_is_there(data: Path) -> None:
    server = start(data)
    query(server, "CREATE TABLE kept AS SELECT 7 AS x")
    os.kill(server.pid, signal.SIGKILL)
    assert server.child is not None
    assert server.child.wait() == -signal.SIGKILL
    server = start(data)
    assert query(server, "SELECT x FROM kept") == [(7,)]
    assert query(server, "SHOW fsync") == [("on",)]
    assert query(server, "SHOW synchronous_commit") == [("on",)]
    server.stop()


def test_a_stale_pid_file_is_no_running_server(data: Path) -> None:
    start(data, durable=False).stop()
    pid_file = data / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data / 'postgres'}\n1\n5432\n{data / 'run'}\n\n0 0\nready\n")
    owner = system_user()
    os.chown(pid_file, owner.uid, owner.gid)
    server = start(data, durable=False)
    assert server.pid != os.getpid()
    assert query(server, "SELECT 1") == [(1,)]
    server.stop()


def test_an_interrupted_initialisation_leaves_no_half_cluster(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steward.project.postgres.server.SUPERUSER", "pg_forbidden")  # names with pg_ are refused
    with pytest.raises(PostgresError, match="initdb failed"):
        initialise(data)
    assert not (data / "postgres").exists()


def test_it_listens_on_a_socket_only_and_speaks_c_utf8(server: Server) -> None:
    assert query(server, "SHOW listen_addresses") == [("",)]
    assert query(server, "SELECT lower('ŁÓDŹ'), upper('đà'), 'Ą' ILIKE 'ą'") == [("łódź", "ĐÀ", True)]
    assert query(server, "SELECT datlocprovider FROM pg_database WHERE datname = 'postgres'") == [("b",)]
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert dsn(server.data, "postgres", database="postgres") == server.dsn("postgres", database="postgres")


@as_root
def test_it_does_not_run_as_root_and_learns_no_secrets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_MASTER_KEY", "the master key")
    server = start(data, durable=False)
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert "\nUid:\t0\t" not in status
    assert b"the master key" not in Path(f"/proc/{server.pid}/environ").read_bytes()
    server.stop()


@as_root
def test_a_stranger_is_refused(data: Path) -> None:
    server = start(data, durable=False)
    assert "Permission denied" in _connect_as_nobody(server)
    server.socket.chmod(0o711)  # even where the folder lets him pass, the kernel says who he is
    for role in ("postgres", "nobody"):
        assert "Peer authentication failed" in _connect_as_nobody(server, role)
    server.stop()


def _connect_as_nobody(server: Server, role: str = "postgres") -> str:
    def attempt(answer: Callable[[str], None]) -> None:
        os.setgid(pwd.getpwnam("nobody").pw_gid)
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        try:
            psycopg.connect(server.dsn(role, database="postgres"))
            answer("let in")
        except psycopg.OperationalError as refused:
            answer(str(refused))

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=attempt, args=(there.send,))
    child.start()
    said: str = here.recv()
    child.join()
    return said


def test_a_base_backup_is_possible(server: Server, data: Path) -> None:
    command: list[str | Path] = [
        binaries() / "pg_basebackup",
        "-h",
        server.socket,
        "-U",
        "postgres",
        "-D",
        data / "backup",
        "-c",
        "fast",
    ]
    subprocess.run(command, check=True, timeout=30)
    assert (data / "backup" / "PG_VERSION").read_text() == "18\n"


def test_the_log_holds_no_content(server: Server) -> None:
    query(server, "CREATE TABLE person (email text UNIQUE)")
    query(server, "INSERT INTO person VALUES ('eli@example.org')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        query(server, "INSERT INTO person VALUES ('eli@example.org')")
    log = (server.data / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "eli@example.org" not in log


def test_a_long_path_gets_a_short_socket(data: Path) -> None:
    deep = data / ("x" * 90)
    server = start(deep, durable=False)
    assert not server.socket.is_relative_to(deep)
    assert socket_directory(deep) == server.socket
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert start(deep, durable=False).pid == server.pid
    assert query(server, "SELECT 1") == [(1,)]
    server.stop()
    assert start(deep, durable=False).socket == server.socket
    start(deep, durable=False).stop()
    server.socket.rmdir()


@as_root
def test_an_unreachable_data_directory_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresError, match="may not enter /tmp/pytest-of-"):
        start(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_the_default_folder_is_one_that_can_be_reached(tmp_path: Path) -> None:
    assert default_data(Path("/opt/steward/.data")) == Path("/opt/steward/.data")
    tmp_path.chmod(0o700)
    elsewhere = default_data(tmp_path / "steward" / ".data")
    assert elsewhere.parent == Path("/var/lib/steward")
    assert elsewhere.name.startswith("steward-")
    assert elsewhere != default_data(tmp_path / "other" / ".data")


@as_root
def test_the_copied_programs_run(data: Path) -> None:
    folder = copied(binaries(), data)
    assert folder.is_relative_to(data / "pg")
    for name in ("postgres", "initdb", "psql", "pg_dump"):
        assert system_user().popen([folder / name, "--version"]).wait() == 0
    assert copied(binaries(), data) == folder


def test_two_starts_at_once_make_one_server(data: Path) -> None:
    code = (
        f"from pathlib import Path; from steward.project.postgres import start; print(start(Path({str(data)!r})).pid)"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {one.communicate(timeout=60)[0] for one in both}
    server = start(data)
    assert pids == {f"{server.pid}\n"}
    server.stop()
