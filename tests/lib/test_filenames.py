"""Names of files from strangers."""

import pytest

from steward.lib.filenames import safe_name


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "etcpasswd"),
        ("C:\\Windows\\x.exe", "CWindowsx.exe"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("..", "file"),
        ("a\x00b\n.txt", "ab.txt"),
        ("txt.\u202efdp.exe", "txt.fdp.exe"),
        ("CON", "file CON"),
        ("nul.txt", "file nul.txt"),
        ("Zażółć gęślą.docx", "Zażółć gęślą.docx"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("two  spaces .txt ", "two spaces.txt"),
    ],
)
def test_it_is_safe_to_save_under(sent, saved):
    assert safe_name(sent) == saved


@pytest.mark.parametrize("letter", ["x", "ż", "漢"])
def test_a_long_one_is_cut_and_keeps_its_ending(letter):
    name = safe_name(letter * 500 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 120


def test_a_long_one_without_an_ending_is_cut():
    assert len(safe_name("x" * 500)) == 120
    assert len(safe_name("x." + "y" * 500)) == 120
