"""`steward person export`: the archive as a file, its passphrase on standard output, and nothing left behind."""

import contextlib
import json

import pytest
from django.core.files.storage import default_storage

from steward.privacy.exports.models import Export
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.scope import account_scope
from steward.testing.archives import data_of, unpacked
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(monkeypatch, capsys, northwind, eli):
    make_ticket(eli, subject="A lamp")
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        code = cli.main(["person", "export", "--account", "northwind", "--email", "Eli@example.org", *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def told(out):
    decoder, found = json.JSONDecoder(), {}
    while out.strip():
        one, end = decoder.raw_decode(out.lstrip())
        found, out = found | one, out.lstrip()[end:]
    return found


def test_the_archive_is_written_and_opens(export, northwind, tmp_path):
    place = tmp_path / "eli.zip"
    code, out, _err = export("--yes", "--to", str(place))
    assert code == 0
    said = told(out)
    assert (said["plan"]["addresses"], said["plan"]["tickets"]) == (["eli@example.org"], 1)
    assert place.stat().st_mode & 0o777 == 0o600
    assert said["export"]["bytes"] == place.stat().st_size
    files = unpacked(place.read_bytes(), said["export"]["passphrase"])
    assert data_of(files)["sections"]["tickets"][0]["subject"] == "A lamp"
    with account_scope(northwind.id):
        stored = Export.objects.get()
        assert (stored.state, stored.file, bool(stored.passphrase)) == (Export.State.EXPIRED, None, False)
    assert not any(default_storage.listdir(str(northwind.id))[1])


def test_what_they_gave_in_another_language(export, tmp_path):
    _code, out, _err = export("--yes", "--kind", "portability", "--language", "da", "--to", str(tmp_path / "x.zip"))
    files = unpacked((tmp_path / "x.zip").read_bytes(), told(out)["export"]["passphrase"])
    assert data_of(files)["kind"] == "portability"
    assert b'lang="da"' in files["index.html"]


def test_nothing_is_exported_without_the_word(export, northwind, monkeypatch, tmp_path):
    monkeypatch.setattr("builtins.input", lambda _words: "no")
    code, out, err = export("--to", str(tmp_path / "x.zip"))
    assert (code, "Nothing was exported" in err) == (1, True)
    assert "passphrase" not in out
    assert not (tmp_path / "x.zip").exists()
    with account_scope(northwind.id):
        assert not Export.objects.exists()


def test_no_file_is_written_over(export, northwind, tmp_path):
    (tmp_path / "x.zip").write_text("mine")
    code, out, err = export("--yes", "--to", str(tmp_path / "x.zip"))
    assert (code, "already" in err, "passphrase" in out) == (1, True, False)
    assert (tmp_path / "x.zip").read_text() == "mine"
    with account_scope(northwind.id):
        assert Export.objects.get().state == Export.State.EXPIRED
