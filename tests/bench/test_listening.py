"""What the bench says of browsers that hear nothing: it never waits without an end, and shows why."""

import subprocess
import sys

import pytest

from steward.bench.listening import Browsers, Unheard
from steward.privacy.egress import wall


@pytest.fixture(autouse=True)
def _log(settings, tmp_path):
    settings.STEWARD_DATA = tmp_path
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "bench.log").write_text("listening\nout of memory\n")


@pytest.fixture
def browsers():
    """Browsers in place of which a line of Python runs."""
    started = []

    def start(code):
        with wall.allow_child("in place of the browsers"):
            command = [sys.executable, "-c", code]
            started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return Browsers(started[-1])

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_one_line_is_one_answer(browsers):
    listening = browsers("import sys; print(sys.stdin.readline(), flush=True)")
    listening.say({"opened": 3})
    assert listening.hear() == {"opened": 3}


def test_that_they_ended_is_told_with_what_the_server_said_last(browsers):
    with pytest.raises(Unheard, match=r"ended with exit code 3(.|\n)*out of memory"):
        browsers("raise SystemExit(3)").hear()


def test_nobody_waits_for_the_silent_for_ever(browsers):
    with pytest.raises(Unheard, match="said nothing for 0 s"):
        browsers("import time; time.sleep(60)").hear(0.1)


REFUSED = """
import asyncio
from steward.bench.hearing import _opened

async def refuse(reader, writer):
    await reader.readline()
    writer.write(b"HTTP/1.1 429 Too Many Requests\\r\\n\\r\\n")
    writer.close()

async def ask():
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        await _opened(server.sockets[0].getsockname()[1], asyncio.Semaphore(1), "northwind.localhost", "")

asyncio.run(ask())
"""


def test_a_stream_that_is_refused_says_how():
    with wall.allow_child("browsers are a process of their own"):
        done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, check=False)
    assert "NotOpened: HTTP/1.1 429 Too Many Requests" in done.stderr
