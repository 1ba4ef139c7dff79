"""Static files are collected anew when they, or what makes them, have changed, and only then."""

import os
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from steward.project import migrating
from steward.ui import storage

SHEET, SCRIPT, PICTURE = "steward/steward.css", "steward/js/console.js", "steward/icon.svg"


@pytest.fixture
def sources(tmp_path, settings, monkeypatch):
    """A folder with one sheet, one script and one picture, from which `collect_static` collects."""
    folder = tmp_path / "sources"
    settings.STEWARD_TESTING = False
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "steward.ui.storage.HashedFiles"}}
    monkeypatch.setattr(storage, "SHEETS", ("steward.css",))
    monkeypatch.setattr(storage, "PARTS", ("console.js",))
    finders.get_finder.cache_clear()
    for name, text in ((SHEET, "a { color: red; }"), (SCRIPT, "alert(1);\n"), (PICTURE, "<svg/>")):
        write(folder / name, text)
    yield folder
    finders.get_finder.cache_clear()


def write(path, text, *, at=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if at:
        os.utime(path, (at, at))


def served(name):
    """What a page gets that names the file."""
    migrating.collect_static()
    fresh = storage.HashedFiles()
    return Path(fresh.path(fresh.stored_name(name))).read_text()


@pytest.mark.parametrize("name", [SHEET, SCRIPT, PICTURE])
def test_an_edit_is_served_after_the_next_start(sources, name):
    before = served(name)
    write(sources / name, before.replace("red", "blue").replace("1", "2").replace("svg", "img"))
    assert served(name) != before


@pytest.mark.parametrize("name", [SHEET, SCRIPT, PICTURE])
def test_so_is_a_file_that_is_older_than_its_copy(sources, name):
    """As an archive or a checkout of an earlier version leaves it."""
    before = served(name)
    write(sources / name, before.replace("red", "blue").replace("1", "2").replace("svg", "img"), at=1_000_000_000)
    assert served(name) != before


def test_a_new_part_is_made_although_no_file_has_changed(sources, monkeypatch):
    write(sources / "steward/js/later.js", "alert(3); // a comment\n")
    assert "comment" in served("steward/js/later.js")
    monkeypatch.setattr(storage, "PARTS", ("console.js", "later.js"))
    monkeypatch.setattr(migrating.inspect, "getsource", lambda module: f"{module.__name__} as edited")
    assert "comment" not in served("steward/js/later.js")


def test_nothing_is_collected_when_nothing_has_changed(sources, monkeypatch):
    served(SHEET)
    monkeypatch.setattr(migrating, "call_command", None)
    migrating.collect_static()


def test_what_was_left_half_done_is_not_taken_for_whole(sources, monkeypatch):
    picture, call_command = sources / PICTURE, migrating.call_command
    at = 1_000_000_000
    write(picture, "<svg/>", at=at)
    before = served(PICTURE)
    write(picture, "<img/>")

    def die(*arguments, **options):
        call_command(*arguments, **options)
        raise SystemExit

    monkeypatch.setattr(migrating, "call_command", die)
    with pytest.raises(SystemExit):
        migrating.collect_static()
    monkeypatch.setattr(migrating, "call_command", call_command)
    write(picture, before, at=at)  # as it was: the note of what was collected last would fit
    assert served(PICTURE) == before
