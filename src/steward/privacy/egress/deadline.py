"""Limits on how long and how much another machine may talk."""

import socket
from collections.abc import Callable
from threading import Timer
from typing import IO, Self


class Deadline:
    """Ends a conversation after so many seconds in all, by shutting its socket; timeouts count each answer only.

    `current` gives the socket at that moment: STARTTLS puts another in the place of the first.
    """

    def __init__(self, current: Callable[[], socket.socket | None], seconds: float) -> None:
        self._current = current
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self.is_over = False  # it has ended the conversation

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        sock = self._current()
        if sock is not None:
            shut_down(sock)


def shut_down(sock: socket.socket) -> None:
    """End a connection under the hands of the thread that uses it."""
    try:
        # The plain shutdown: that of an SSLSocket would first take its TLS away from the thread that reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # closed in the meantime


class TooMuch(OSError):
    """Another machine said more than anyone needs to."""


class BoundedReader:
    """The reading side of a conversation, with a limit on all that is read."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._left = limit

    def readline(self, size: int = -1) -> bytes:
        """One line, as of a file; raises `TooMuch`."""
        line = self._file.readline(size)
        self._left -= len(line)
        if self._left < 0:
            raise TooMuch("the server said too much")
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()
