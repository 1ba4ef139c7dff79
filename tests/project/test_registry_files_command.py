"""`steward registry export`, `draft` and `import` with the files that a document names."""

import contextlib
import hashlib
import sys
from datetime import date

import pytest
from msgspec.structs import replace

from steward.privacy.egress.registry.document import Area, Diligence, Paper, canonical
from steward.privacy.subprocessors.actions import keep_paper, read_paper
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import KeptPaper
from steward.project import cli
from steward.project.commands import session

REPORT = b"%PDF-1.7 report"
HASH = hashlib.sha256(REPORT).hexdigest()


@pytest.fixture
def command(db, monkeypatch, capsys):
    """`command("draft", path)` -> exit code and what was said, on the test database."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        try:
            code = cli.main(("registry", *map(str, arguments)))
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        sys.stdout.flush()
        return code, said.out, said.err

    return run


@pytest.fixture
def document(tmp_path):
    """A document that names a report."""
    first = example_versions()[0]
    paper = Paper(
        title="Audit", sha256=HASH, size=len(REPORT), content_type="application/pdf", added_on=date(2026, 3, 1)
    )
    company, *others = first.subprocessors
    finding = Diligence(area=Area.SECURITY, papers=(paper,))
    path = tmp_path / "list.json"
    path.write_text(canonical(replace(first, subprocessors=(replace(company, due_diligence=(finding,)), *others))))
    return path


@pytest.mark.parametrize("word", ["draft", "import"])
def test_a_document_whose_files_are_not_here_is_refused_with_what_to_do(command, document, word):
    code, _out, said = command(word, document)
    assert code == 1
    assert f"Audit ({HASH})" in said
    assert "--files FOLDER" in said


@pytest.mark.parametrize("word", ["draft", "import"])
def test_files_are_taken_in_from_a_folder_by_what_they_are(command, document, word, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "whatever.bin").write_bytes(REPORT)
    (folder / "other.txt").write_text("not named")
    assert command(word, document, "--files", folder)[0] == 0
    assert read_paper(HASH) == REPORT
    assert KeptPaper.objects.count() == 1, "what the document does not name stays outside"


def test_they_are_written_beside_a_document_and_come_back(command, document, tmp_path):
    keep_paper(REPORT)
    command("draft", document)
    out, said = command("export", "--draft")[1:]
    assert out.strip() == document.read_text()
    assert "--files FOLDER writes them" in said
    folder = tmp_path / "out" / "files"
    assert command("export", "--draft", "--files", folder)[0] == 0
    assert [path.name for path in folder.iterdir()] == [f"{HASH}.pdf"]
    assert (folder / f"{HASH}.pdf").read_bytes() == REPORT
    command("discard")
    KeptPaper.objects.all().delete()
    assert command("draft", document, "--files", folder)[0] == 0
    assert read_paper(HASH) == REPORT


def test_a_folder_that_is_not_there_is_told(command, document, tmp_path):
    code, _out, said = command("draft", document, "--files", tmp_path / "nowhere")
    assert (code, "cannot be read" in said) == (1, True)


def test_a_file_of_a_type_that_is_not_taken_is_told(command, document, tmp_path):
    odd = b"MZ\x90\0"
    text = document.read_text().replace(HASH, hashlib.sha256(odd).hexdigest())
    document.write_text(text)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "setup.exe").write_bytes(odd)
    code, _out, said = command("draft", document, "--files", tmp_path / "odd")
    assert (code, "Audit cannot be kept" in said) == (1, True)
