"""The parser in a child process with limits of time and memory, so that no mail can stop or exhaust the receiver.

The child is started once and asked many times: a length and the raw message go in on its standard input, a length and
the pickled result come out. It ends when its standard input does, so it never outlives its parent. It gets no
environment, hence no passwords or keys.
"""

from __future__ import annotations

import os
import pickle
import queue
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from steward.channels.email.parsing.mail import ParsedMail
from steward.channels.email.parsing.parse import parse_mail, parse_minimal
from steward.privacy.egress import wall

LENGTH = struct.Struct("!Q")
DEFAULT_MEMORY = 1024 * 1024 * 1024
DEFAULT_SECONDS = 10.0
# The first answer also waits for the interpreter and the imports, which a loaded machine makes slow.
START_SECONDS = 30.0
MAX_ANSWER = 1024 * 1024 * 1024
CHUNK = 1024 * 1024
ROOT = Path(__file__).resolve().parents[4]

Spawn = Callable[[Sequence[str], dict[str, str]], "subprocess.Popen[bytes]"]


class TimeOut(Exception):
    """The child did not answer in time."""


class ChildDied(Exception):
    """The child closed its end: killed, crashed, or out of memory."""


class OurUnpickler(pickle.Unpickler):
    """Reads nothing but the values of this package, whatever a child that went wrong may send."""

    VALUES = frozenset("Address Automatic Body DeliveryReport ParsedAttachment ParsedMail Problem".split())
    TIMES = frozenset("datetime timedelta timezone".split())

    def find_class(self, module: str, name: str) -> object:
        """Refuse every other class."""
        ours = module == ParsedMail.__module__ and name in self.VALUES
        if not ours and not (module == "datetime" and name in self.TIMES):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def spawn_child(argv: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the child with pipes on its standard input and output."""
    with wall.allow_child("mail is read in a child with limits of time and memory"):
        return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0)


class Parser:
    """`parse_mail` in a child of its own. Usable from several threads, which take turns."""

    def __init__(
        self,
        *,
        seconds: float = DEFAULT_SECONDS,
        memory: int = DEFAULT_MEMORY,
        spawn: Spawn = spawn_child,
        start_seconds: float = START_SECONDS,
    ) -> None:
        """`seconds` of wall clock a mail may take; `memory`: bytes of address space beyond those at the start."""
        self._seconds, self._memory, self._spawn, self._start_seconds = seconds, memory, spawn, start_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._descriptors = (-1, -1)

    def parse(self, raw: bytes) -> ParsedMail:
        """Like `parse_mail`. If the child fails, the subject and sender with problem `time_out`, `parser_died` or
        `out_of_memory`; the next mail gets a new child."""
        with self._lock:
            for _ in range(2):  # a child may have been killed for no fault of this mail
                try:
                    return self._ask(raw)
                except TimeOut:
                    code = "time_out"
                    break
                except (ChildDied, OSError, pickle.UnpicklingError, EOFError):
                    code = "parser_died"
        return parse_minimal(raw, code)

    def close(self) -> None:
        """End the child. A later `parse` starts a new one."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Parser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, if one runs."""
        return self._child.pid if self._child else None

    def _ask(self, raw: bytes) -> ParsedMail:
        try:
            mail = self._exchange(raw)
        except BaseException:
            # Also when we are interrupted: the answer to this mail must never be taken for that to the next.
            self._stop()
            raise
        if any(problem.code == "out_of_memory" for problem in mail.problems):
            self._stop()  # its heap is torn and large
        return mail

    def _exchange(self, raw: bytes) -> ParsedMail:
        questions, answers = self._pipes()
        deadline = time.monotonic() + self._seconds
        _write(questions, LENGTH.pack(len(raw)) + raw, deadline)
        mail = OurUnpickler(BytesIO(_read_frame(answers, deadline))).load()
        if not isinstance(mail, ParsedMail):
            raise ChildDied
        return mail

    def _pipes(self) -> tuple[int, int]:
        """Descriptors to write to and to read from the child, which is started if none runs."""
        if self._child is None or self._child.poll() is not None:
            self._stop()
            self._start()
        return self._descriptors

    def _start(self) -> None:
        limits = [str(self._memory), str(self._seconds * 2 + 1)]
        argv = [sys.executable, "-P", "-s", "-m", "steward.channels.email.parsing.sandbox", *limits]
        child = self._spawn(argv, {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random", "PYTHONUTF8": "1"})
        self._child = child
        if child.stdin is None or child.stdout is None:
            raise ChildDied
        self._descriptors = child.stdin.fileno(), child.stdout.fileno()
        for descriptor in self._descriptors:
            os.set_blocking(descriptor, False)
        _read_frame(self._descriptors[1], time.monotonic() + self._start_seconds)

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


class ParserPool:
    """Several parsers; each thread that asks gets a free one."""

    def __init__(
        self,
        size: int = 2,
        *,
        seconds: float = DEFAULT_SECONDS,
        memory: int = DEFAULT_MEMORY,
        spawn: Spawn = spawn_child,
    ) -> None:
        """Limits are those of `Parser`, for each."""
        self._parsers = [Parser(seconds=seconds, memory=memory, spawn=spawn) for _ in range(size)]
        self._free: queue.SimpleQueue[Parser] = queue.SimpleQueue()
        for parser in self._parsers:
            self._free.put(parser)

    @contextmanager
    def _borrowed(self) -> Iterator[Parser]:
        parser = self._free.get()
        try:
            yield parser
        finally:
            self._free.put(parser)

    def parse(self, raw: bytes) -> ParsedMail:
        """Like `Parser.parse`."""
        with self._borrowed() as parser:
            return parser.parse(raw)

    def close(self) -> None:
        """End all children."""
        for parser in self._parsers:
            parser.close()

    def __enter__(self) -> ParserPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _wait(descriptor: int, deadline: float, *, writing: bool = False) -> None:
    left = deadline - time.monotonic()
    poll = select.poll()  # unlike select(), it takes descriptors above 1,023
    poll.register(descriptor, select.POLLOUT if writing else select.POLLIN)
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeOut


def _write(descriptor: int, content: bytes, deadline: float) -> None:
    rest = memoryview(content)
    while rest:
        _wait(descriptor, deadline, writing=True)
        rest = rest[os.write(descriptor, rest[:CHUNK]) :]


def _read_frame(descriptor: int, deadline: float) -> bytes:
    (size,) = LENGTH.unpack(_read(descriptor, LENGTH.size, deadline))
    if size > MAX_ANSWER:
        raise ChildDied
    return _read(descriptor, size, deadline)


def _read(descriptor: int, size: int, deadline: float) -> bytes:
    content = bytearray()
    while len(content) < size:
        _wait(descriptor, deadline)
        piece = os.read(descriptor, min(CHUNK, size - len(content)))
        if not piece:
            raise ChildDied
        content += piece
    return bytes(content)


def _limit_memory(allowed: int) -> None:
    """Address space beyond what is mapped now; where the kernel does not tell, the limit counts from zero."""
    statm = Path("/proc/self/statm")
    mapped = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = mapped + allowed if hard == resource.RLIM_INFINITY else min(mapped + allowed, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Parse what comes in until it ends.

    The timer ends a child that hangs after its parent has gone; the parent itself is far quicker to kill it.
    """
    _send(answers, b"ready")
    while len(header := requests.read(LENGTH.size)) == LENGTH.size:
        (size,) = LENGTH.unpack(header)
        raw = requests.read(size)
        if len(raw) < size:
            return
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            answer = pickle.dumps(parse_mail(raw), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            answer = pickle.dumps(parse_minimal(raw, "out_of_memory"), pickle.HIGHEST_PROTOCOL)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, answer)


def _send(answers: BinaryIO, content: bytes) -> None:
    answers.write(LENGTH.pack(len(content)))
    answers.write(content)
    answers.flush()


def main(argv: Sequence[str]) -> None:
    """Entry of the child. Arguments: the memory limit in bytes, and the seconds after which it gives up by itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # a stray print must not get between the frames
        _limit_memory(int(argv[1]))
        _answer(sys.stdin.buffer, answers, float(argv[2]))


if __name__ == "__main__":
    main(sys.argv)
