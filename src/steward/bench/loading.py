"""Speaking SMTP to the listener, over several connections at once: an outside actor in a process of its own.

It is given a port, how many connections to open, and on standard input the mails (pickled by the process that
measures); it tells, as JSON, when the first connection began and how long each 250 took. It imports no settings and no
models, and talks to this machine only.
"""

import asyncio
import json
import pickle
import sys
import time
from collections.abc import Iterator, Sequence

from steward.bench.corpus import Mail
from steward.bench.figures import Spread

HOST = "127.0.0.1"
MAILS_PER_SESSION = 25
PATIENCE = 60.0  # seconds until the listener has started


async def load(port: int, connections: int, mails: Sequence[Mail]) -> dict[str, object]:
    """Hand all mails over; each connection takes the next ones, so that they arrive about in their order."""
    await _until_it_listens(port)
    waiting = iter(mails)
    begun, waited = time.time(), list[float]()
    await asyncio.gather(*(_sender(port, waiting, waited) for _ in range(connections)))
    spread = Spread.of(waited)
    return {"begun": begun, "ended": time.time(), "accepted": len(waited), "p50": spread.p50, "p95": spread.p95}


async def _until_it_listens(port: int) -> None:
    """Raises `ConnectionRefusedError` when nobody listens for `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await _session(port, [], [])
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)


async def _sender(port: int, waiting: Iterator[Mail], waited: list[float]) -> None:
    while batch := _next(waiting):
        await _session(port, batch, waited)


def _next(waiting: Iterator[Mail]) -> list[Mail]:
    return [mail for _, mail in zip(range(MAILS_PER_SESSION), waiting, strict=False)]


async def _session(port: int, mails: Sequence[Mail], waited: list[float]) -> None:
    """One connection with several mails: envelope commands in one packet (RFC 2920), then the text."""
    reader, writer = await asyncio.open_connection(HOST, port)  # noqa: TID251  the customers' side, not ours
    try:
        await _answer(reader, "220")
        writer.write(b"EHLO mail.example\r\n")
        await _answer(reader, "250")
        for mail in mails:
            writer.write(f"MAIL FROM:<{mail.sender}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode())
            for code in ("250", "250", "354"):
                await _answer(reader, code)
            writer.write(mail.raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            begin = time.perf_counter()
            await _answer(reader, "250")
            waited.append(time.perf_counter() - begin)
        writer.write(b"QUIT\r\n")
        await _answer(reader, "221")
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, expected: str) -> None:
    """Read one answer with all its lines; raises `RuntimeError` when it says something else."""
    while True:
        line = (await reader.readline()).decode()
        if not line.startswith(expected):
            raise RuntimeError(f"{expected} expected, not: {line.strip()}")
        if line[3:4] != "-":
            return


def main() -> None:
    port, connections = map(int, sys.argv[1:3])
    mails = pickle.load(sys.stdin.buffer)  # noqa: S301  from the process that started us
    print(json.dumps(asyncio.run(load(port, connections, mails))))


if __name__ == "__main__":
    main()
