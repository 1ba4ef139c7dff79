"""The parent of all our processes: starts them, passes on what they say, starts again what died, stops everything.

One thread and one selector. Children live in sessions of their own, so that Ctrl-C reaches them only through us and in
order: the last one started stops first, PostgreSQL last of all. When the supervisor itself is killed, the kernel tells
the children; PostgreSQL lives on and is adopted at the next start.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from steward.project.postgres import PostgresError, Server, start

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds before a dead child is started again; doubled each time
PROVEN = 10.0  # seconds alive after which the pause is short again
PATIENCE = 8.0  # seconds from SIGTERM to SIGKILL
TURN = 2.0  # seconds a stopping child holds up the one before it
ECHO = 0.5  # seconds within which a second signal is taken for the first
LONGEST_LINE = 2**16
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# uvicorn stops in order and then raises the signal again on itself; a shell would say 128 + signal.
CLEAN = frozenset({0, *(-number for number in STOP_SIGNALS), *(128 + number for number in STOP_SIGNALS)})

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Child:
    """A process to keep alive. `env` is added to ours; `sockets` are file descriptors it inherits."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    sockets: Sequence[int] = ()


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP. `postgres`, when given, is watched too and stopped at the end."""

    def __init__(self, children: Sequence[Child], *, postgres: Server | None = None, durable: bool = True) -> None:
        self.postgres = postgres
        self.durable = durable
        width = max((len(child.name) for child in children), default=0)
        self.selector = selectors.DefaultSelector()
        self.running = [_Running(child, width, self.selector) for child in children]
        self.postgres_due = 0.0
        self.signals = 0
        self.last_signal = -ECHO
        self.is_clean = True

    def run(self) -> int:
        """Start everything and stay until told to stop. Returns 0 when all ended cleanly, else 1."""
        with self._signals_noticed():
            try:
                while not self.signals:
                    self._keep_alive()
                    self._listen(self._pause())
            finally:
                self._stop()
        return 0 if self.is_clean else 1

    def _keep_alive(self) -> None:
        self._keep_postgres()
        for child in self.running:
            child.keep()

    def _keep_postgres(self) -> None:
        if self.postgres is None or self.postgres.is_running() or time.monotonic() < self.postgres_due:
            return
        _tell("PostgreSQL ended; starting it again.")
        self.postgres_due = time.monotonic() + LONGEST_PAUSE
        try:
            self.postgres = start(self.postgres.data, durable=self.durable)
        except PostgresError as problem:
            _tell(str(problem))

    def _pause(self) -> float:
        """How long there is nothing to do; a look now and then finds an adopted server that died."""
        dues = [child.due - time.monotonic() for child in self.running if child.process is None]
        return max(0.0, min([1.0, *dues]))

    def _listen(self, seconds: float) -> bool:
        """Pass on output for up to `seconds`; a signal or the end of a child returns earlier. Whether there was any."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            key.data()
        return bool(ready)

    def _stop(self) -> None:
        for child in reversed(self.running):
            child.terminate()
            self._await([child], TURN)
        self._await(self.running, PATIENCE)
        for child in self.running:
            if child.is_alive():
                self.is_clean = False
                child.kill()
        self._await(self.running, PATIENCE)
        self.is_clean = self.is_clean and all(child.ended_cleanly() for child in self.running)
        if self.postgres is None:
            return
        try:
            self.postgres.stop()
        except PostgresError as problem:
            self.is_clean = False
            _tell(str(problem))

    def _await(self, children: Sequence["_Running"], seconds: float) -> None:
        """Wait until they ended. A second Ctrl-C cuts the waiting short."""
        end = time.monotonic() + seconds
        while any(child.is_alive() for child in children) and time.monotonic() < end and self.signals < 2:
            self._listen(min(0.1, max(0.0, end - time.monotonic())))
        while self._listen(0.0) and time.monotonic() < end + ECHO:
            pass  # what they said last is still in the pipe when they have ended

    @contextlib.contextmanager
    def _signals_noticed(self) -> Iterator[None]:
        """Signals, the end of a child among them, wake the selector through a pipe."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self.selector.register(reading, selectors.EVENT_READ, lambda: os.read(reading, 4096))
        before_wakeup = signal.set_wakeup_fd(writing)
        before = {number: signal.signal(number, self._count) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_wakeup)
            self.selector.unregister(reading)
            os.close(reading)
            os.close(writing)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        # `make` passes on a signal that its whole group got already: the same wish, told twice.
        if time.monotonic() - self.last_signal > ECHO:
            self.signals += 1
        self.last_signal = time.monotonic()


class _Running:
    """A child as it is now: its process, if it lives, and when to start it next."""

    def __init__(self, child: Child, width: int, selector: selectors.BaseSelector) -> None:
        self.child = child
        self.prefix = f"{child.name:<{width}} | "
        self.selector = selector
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.due = 0.0
        self.pause = FIRST_PAUSE
        self.status: int | None = None
        self.rest = b""

    def keep(self) -> None:
        """Start it if it is due; when it has ended, plan the next start."""
        if self.process is not None and self.process.poll() is not None:
            self._ended(self.process)
        if self.process is None and time.monotonic() >= self.due:
            self._start()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ended_cleanly(self) -> bool:
        """Whether it ended as one does that was asked to; one that waited for its next start counts, too."""
        return self.process is None or self.process.returncode in CLEAN

    def terminate(self) -> None:
        if self.is_alive() and self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """No more waiting; what it started itself goes with it."""
        _tell(f"{self.child.name} did not stop; killed.")
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _start(self) -> None:
        self.began = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self.child.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.child.env},
                pass_fds=self.child.sockets,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # safe: we have a single thread
            )
        except OSError as problem:
            _tell(f"{self.child.name} cannot be started: {problem}")
            return self._wait_longer()
        stream = self.process.stdout
        assert stream is not None  # noqa: S101 - asked for above
        self.selector.register(stream, selectors.EVENT_READ, lambda: self._read(stream))

    def _ended(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = None
        if time.monotonic() - self.began > PROVEN:
            self.pause = FIRST_PAUSE
        how = f"by signal {-process.returncode}" if process.returncode < 0 else f"with status {process.returncode}"
        _tell(f"{self.child.name} ended {how}; starting it again in {self.pause:.1f} s.")
        self._wait_longer()

    def _wait_longer(self) -> None:
        self.due = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _read(self, stream: IO[bytes]) -> None:
        """Pass on whole lines with the child's name in front."""
        chunk = os.read(stream.fileno(), LONGEST_LINE)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        if self.rest and (not chunk or len(self.rest) > LONGEST_LINE):
            lines, self.rest = [*lines, self.rest], b""
        if not chunk:
            self.selector.unregister(stream)
            stream.close()
        if lines:
            _write("".join(f"{self.prefix}{line.decode(errors='replace').rstrip()}\n" for line in lines))


def up(data: Path, children_of: Callable[[Server], Sequence[Child]], *, durable: bool = True) -> int:
    """Start PostgreSQL in `data`, let `children_of` prepare the database and name the children, and run these.

    Whatever happens on the way, PostgreSQL is stopped. Raises PostgresError when it cannot be started. Returns the exit
    status: 0 after a clean stop, also when asked to stop during the preparation.
    """
    with _stop_signals_raise():
        server: Server | None = None
        try:
            server = start(data, durable=durable)
            children = children_of(server)
        except KeyboardInterrupt:
            if server is not None:
                server.stop()
            return 0
        except BaseException:
            if server is not None:
                server.stop()
            raise
    return Supervisor(children, postgres=server, durable=durable).run()


@contextlib.contextmanager
def _stop_signals_raise() -> Iterator[None]:
    """SIGTERM and SIGHUP do what Ctrl-C does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _die_with(parent: int) -> Callable[[], None] | None:
    """For the child, between fork and exec: ask the kernel for SIGTERM when we die. Linux only."""
    libc = _libc
    if libc is None:
        return None

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # we died before the kernel was asked
            os._exit(1)

    return ask


def _tell(sentence: str) -> None:
    _write(f"{sentence}\n")


def _write(text: str) -> None:
    # Whoever read our output may have gone (`steward up | head`); that is no reason to stop serving.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(text)
        sys.stdout.flush()
