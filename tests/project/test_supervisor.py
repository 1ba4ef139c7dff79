"""The supervisor with real child processes, looked at from outside."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psycopg
import pytest

from steward.project.postgres import start

pytestmark = [pytest.mark.usefixtures("child_processes"), pytest.mark.system]

SLEEPER = "import time\nprint('here')\ntime.sleep(600)"
GOODBYE = """
import signal, sys, time
def stop(number, frame):
    print("goodbye")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("here")
time.sleep(600)
"""
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('here')\ntime.sleep(600)"


class Supervised:
    """A supervisor in a process of its own, and what it has printed so far."""

    def __init__(self, program: str, folder: Path) -> None:
        self.log = folder / "output"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen([sys.executable, "-c", program], stdout=output, stderr=subprocess.STDOUT)

    def said(self) -> str:
        return self.log.read_text()

    def wait_for(self, pattern: str, *, times: int = 1) -> None:
        eventually(lambda: len(re.findall(pattern, self.said(), re.MULTILINE)) >= times, self.said)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)


def eventually(is_so: Callable[[], bool], explain: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, explain()
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def supervise(data: Path) -> Iterator[Callable[..., Supervised]]:
    started: list[Supervised] = []

    def begin(*children: tuple[str, str], patience: float = 8.0, turn: float = 2.0) -> Supervised:
        program = f"""
import sys
from steward.project import supervisor
supervisor.PATIENCE, supervisor.TURN = {patience}, {turn}
children = [supervisor.Child(name, [sys.executable, "-c", code]) for name, code in {children!r}]
sys.exit(supervisor.Supervisor(children).run())
"""
        started.append(Supervised(program, data))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


def test_lines_carry_the_name_and_the_last_started_stops_first(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(("web", GOODBYE), ("worker", GOODBYE))
    supervised.wait_for("here", times=2)
    assert supervised.stop() == 0
    assert supervised.said().splitlines()[-2:] == ["worker | goodbye", "web    | goodbye"]


def test_what_a_child_says_last_is_passed_on(data: Path) -> None:
    program = """
import sys
from steward.project.supervisor import Child, Supervisor
supervisor = Supervisor([Child("web", [sys.executable, "-c", "print('last words')"])])
supervisor._keep_alive()
supervisor.running[0].process.wait()
supervisor._stop()
"""
    supervised = Supervised(program, data)
    assert supervised.process.wait(timeout=20) == 0
    assert supervised.said() == "web | last words\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_child_that_dies_of_the_signal_stops_cleanly(
    supervise: Callable[..., Supervised], number: signal.Signals
) -> None:
    supervised = supervise(("web", SLEEPER))
    supervised.wait_for("here")
    assert supervised.stop(number) == 0


def test_a_dead_child_is_started_again_and_its_last_words_are_passed_on(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(("worker", "import sys; sys.stdout.write('no newline'); sys.exit(3)"), ("web", SLEEPER))
    supervised.wait_for(r"^worker \| no newline$", times=3)
    said = supervised.said()
    assert "worker ended with status 3; starting it again in 0.2 s." in said
    assert "starting it again in 0.4 s." in said
    assert said.count("here") == 1
    assert supervised.stop() == 0


def test_a_killed_child_is_started_again(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(("web", "import os; print('pid', os.getpid()); " + SLEEPER.replace("\n", "; ")))
    supervised.wait_for(r"pid \d+")
    (pid,) = re.findall(r"pid (\d+)", supervised.said())
    os.kill(int(pid), signal.SIGKILL)
    supervised.wait_for(r"pid \d+", times=2)
    assert "web ended by signal 9" in supervised.said()
    assert supervised.stop() == 0


def test_a_program_that_is_not_there_is_told(data: Path) -> None:
    program = """
import sys
from steward.project.supervisor import Child, Supervisor
sys.exit(Supervisor([Child("web", ["/nowhere/steward"])]).run())
"""
    supervised = Supervised(program, data)
    supervised.wait_for("web cannot be started: .*nowhere", times=2)
    assert supervised.stop() == 0


def test_who_does_not_stop_is_killed_and_that_is_not_clean(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(("deaf", DEAF), ("web", GOODBYE), patience=0.5, turn=0.2)
    supervised.wait_for("here", times=2)
    assert supervised.stop() == 1
    assert "deaf did not stop; killed." in supervised.said()
    assert "web  | goodbye" in supervised.said()


def test_a_second_ctrl_c_cuts_the_waiting_short(supervise: Callable[..., Supervised]) -> None:
    supervised = supervise(("deaf", DEAF), patience=60, turn=60)
    supervised.wait_for("here")
    supervised.process.send_signal(signal.SIGINT)
    time.sleep(0.8)
    assert supervised.stop(signal.SIGINT) == 1


def test_one_signal_told_twice_is_no_hurry(supervise: Callable[..., Supervised]) -> None:
    """`make` passes on SIGTERM to its child, which has it from the process group already."""
    supervised = supervise(("web", GOODBYE.replace('print("goodbye")', "time.sleep(0.5); print('goodbye')")))
    supervised.wait_for("here")
    supervised.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert supervised.stop(signal.SIGTERM) == 0
    assert "goodbye" in supervised.said()


def test_children_do_not_outlive_a_killed_supervisor(supervise: Callable[..., Supervised]) -> None:
    code = "import os; print('pid', os.getpid()); " + SLEEPER.replace("\n", "; ")
    supervised = supervise(("web", code), ("worker", code))
    supervised.wait_for(r"pid \d+", times=2)
    pids = [int(pid) for pid in re.findall(r"pid (\d+)", supervised.said())]
    supervised.stop(signal.SIGKILL)
    eventually(lambda: not any(is_alive(pid) for pid in pids), lambda: pids)


UP = """
import sys
from pathlib import Path
from steward.project.supervisor import Child, up
def children(server):
    print("postgres", server.pid, server.dsn("postgres", database="postgres"))
    sys.stdout.flush()
    {preparation}
    return [Child("web", [sys.executable, "-c", {sleeper!r}])]
sys.exit(up(Path({data!r}), children, durable=False))
"""


def run_up(data: Path, preparation: str = "pass") -> Supervised:
    return Supervised(UP.format(preparation=preparation, sleeper=SLEEPER, data=str(data)), data)


def postgres_pids(supervised: Supervised) -> list[int]:
    return [int(pid) for pid in re.findall(r"^postgres (\d+)", supervised.said(), re.MULTILINE)]


def test_postgres_stops_last(data: Path) -> None:
    supervised = run_up(data)
    supervised.wait_for("here")
    assert is_alive(postgres_pids(supervised)[0])
    assert supervised.stop() == 0
    assert not is_alive(postgres_pids(supervised)[0])


def test_a_killed_postgres_comes_back(data: Path) -> None:
    supervised = run_up(data)
    supervised.wait_for("here")
    os.kill(postgres_pids(supervised)[0], signal.SIGKILL)
    supervised.wait_for("PostgreSQL ended; starting it again")
    conninfo = re.findall(r"^postgres \d+ (.*)$", supervised.said(), re.MULTILINE)[0]
    eventually(lambda: answers(conninfo), supervised.said)
    assert supervised.stop() == 0
    assert not answers(conninfo)


def answers(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        return False
    return True


def test_after_a_killed_supervisor_postgres_is_adopted(data: Path) -> None:
    first = run_up(data)
    first.wait_for("here")
    first.stop(signal.SIGKILL)
    pids = postgres_pids(first)
    assert is_alive(pids[0])
    second = run_up(data)
    second.wait_for("here")
    assert postgres_pids(second) == pids
    assert second.stop() == 0
    assert not is_alive(pids[0])


def test_ctrl_c_during_the_preparation(data: Path) -> None:
    supervised = run_up(data, "import time; time.sleep(600)")
    supervised.wait_for("^postgres")
    assert supervised.stop(signal.SIGINT) == 0
    assert not is_alive(postgres_pids(supervised)[0])


def test_a_failed_preparation_is_told_and_leaves_no_server(data: Path) -> None:
    supervised = run_up(data, "raise RuntimeError('no such migration')")
    assert supervised.process.wait(timeout=20) == 1
    assert "no such migration" in supervised.said()
    assert not is_alive(postgres_pids(supervised)[0])


def test_output_that_nobody_reads_any_more_stops_nothing(data: Path) -> None:
    command = [
        sys.executable,
        "-c",
        UP.format(preparation="pass", sleeper="while True: print('x' * 1000)", data=str(data)),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    stream: IO[bytes] | None = process.stdout
    assert stream is not None
    stream.readline()
    stream.close()
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=20) == 0
    server = start(data, durable=False)
    assert server.child is not None
    server.stop()
