"""The sample scripts as they are written, without a database."""

import zlib
from datetime import timedelta
from email.utils import parseaddr

import pytest

from steward.demo.enclosures import made_file
from steward.demo.scripts import duration, samples

SAMPLES = samples()
SCRIPTS = [(sample, script) for sample in SAMPLES for script in sample.tickets]


def test_there_are_enough_of_them():
    assert [(s.slug, len(s.tickets)) for s in SAMPLES] == [("northwind", 62), ("contoso", 19)]


@pytest.mark.parametrize(("sample", "script"), SCRIPTS, ids=lambda each: getattr(each, "subject", ""))
def test_a_script_can_be_played(sample, script):
    names = {person.name.split()[0] for person in sample.people}
    assert script.to in sample.departments
    assert "@" in parseaddr(script.sender)[1]
    assert sum((step.after for step in script.then), timedelta(0)) < script.ago, "it ends in the future"
    for step in script.then:
        assert step.by in names | {"customer", "stranger"}
        assert step.does != "write" or step.text
        assert step.does != "transfer" or step.to in sample.departments


def test_nobody_is_at_a_real_domain():
    for sample, script in SCRIPTS:
        for address in [parseaddr(script.sender)[1], *(person.email for person in sample.people)]:
            assert address.endswith(".example"), address


def test_no_password_is_in_the_repository():
    assert all("password" not in vars_of(person) for sample in SAMPLES for person in sample.people)


def vars_of(person):
    return {name for name in dir(person) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3d", timedelta(days=3)), ("1d 2h", timedelta(hours=26)), ("45m", timedelta(minutes=45))],
)
def test_durations(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "3 days", "3d and a bit"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match="not a duration"):
        duration(text)


def test_files_are_what_their_names_say():
    pdf, png = made_file("a.pdf", ["(total) \\ 5"]), made_file("a.png")
    assert pdf.content.startswith(b"%PDF-1.4")
    assert b"(\\(total\\) \\\\ 5) Tj" in pdf.content
    assert int(pdf.content.split(b"startxref\n")[1].split(b"\n")[0]) == pdf.content.index(b"xref\n")
    assert png.content.startswith(b"\x89PNG")
    start = png.content.index(b"IDAT") + 4
    assert len(zlib.decompressobj().decompress(png.content[start:])) == 180 * (1 + 320 * 3)
    with pytest.raises(KeyError):
        made_file("a.exe")
