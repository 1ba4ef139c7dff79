"""Where the demo keeps its data and where it listens; what it never removes."""

import socket

import pytest

from steward.project import demo_places, demo_reset
from steward.project.database import InUse, used
from steward.project.failure import Failure


@pytest.fixture
def taken():
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("STEWARD_PORT", "STEWARD_DATA", "TRIED_PORT"):
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)


def test_the_next_port_is_taken_and_told(taken, capsys):
    port = demo_places.choose_port("TRIED_PORT", taken, "127.0.0.1")
    assert port > taken
    assert f"Port {taken} is taken; using {port}" in capsys.readouterr().out


def test_a_port_that_was_asked_for_is_not_replaced(taken, monkeypatch):
    monkeypatch.setenv("TRIED_PORT", str(taken))
    assert demo_places.choose_port("TRIED_PORT", 8000, "127.0.0.1") == taken


def test_a_port_that_is_no_number(monkeypatch):
    monkeypatch.setenv("TRIED_PORT", "eight")
    with pytest.raises(Failure, match="is a port number"):
        demo_places.choose_port("TRIED_PORT", 8000, "127.0.0.1")


def test_the_data_directory_is_the_one_that_was_said(monkeypatch, tmp_path):
    monkeypatch.setenv("STEWARD_DATA", str(tmp_path / "here"))
    assert demo_places.choose_data() == tmp_path / "here"


def test_a_real_installation_is_no_demo(tmp_path):
    (tmp_path / "postgres").mkdir()
    for refused in (demo_reset.claim, demo_reset.reset):
        with pytest.raises(Failure, match="no demo"):
            refused(tmp_path)
    assert (tmp_path / "postgres").exists()


def test_a_reset_removes_what_is_ours_and_nothing_else(tmp_path):
    demo_reset.claim(tmp_path)
    (tmp_path / "keys").mkdir()
    (tmp_path / "holiday.jpg").touch()
    demo_reset.reset(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"holiday.jpg", ".in-use.lock"}


def test_a_running_demo_is_not_removed(tmp_path):
    demo_reset.claim(tmp_path)
    with used(tmp_path), pytest.raises(InUse, match="running"):
        demo_reset.reset(tmp_path)
    assert (tmp_path / demo_reset.MARK).exists()
