"""Numbers of processes: never falling, and alive only as long as their process is."""

import subprocess
import sys

import pytest

from steward.lib import tally

CHILD = """
import sys
from pathlib import Path
from steward.lib import tally
tally.begin(Path(sys.argv[1]), "worker")
tally.count("mails_out", 3)
tally.tell_streams(7)
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def start(tmp_path, child_processes):
    started = []

    def start():
        command = [sys.executable, "-c", CHILD, str(tmp_path)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(child)
        assert child.stdout.readline() == "ready\n"
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def end(child):
    child.kill()
    child.wait(10)


def test_what_was_counted_stays_and_what_is_open_goes(start, tmp_path):
    one, two = start(), start()
    assert tally.living(tmp_path) == {"worker": 2}
    assert tally.open_streams(tmp_path) == 14
    end(one)
    assert tally.living(tmp_path) == {"worker": 1}
    assert tally.open_streams(tmp_path) == 7
    assert tally.totals(tmp_path)["mails_out"] == 6
    start()
    assert len(list(tmp_path.glob("process-*"))) == 2, "the file of the dead one is used again"
    assert tally.totals(tmp_path)["mails_out"] == 9
    end(two)


def test_a_process_that_keeps_none_counts_nothing(tmp_path):
    tally.count("mails_in")
    tally.tell_streams(3)
    assert tally.totals(tmp_path) == {"mails_in": 0, "mails_out": 0}
    assert tally.living(tmp_path) == {}
