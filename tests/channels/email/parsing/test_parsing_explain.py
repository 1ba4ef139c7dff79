import io
import json

import pytest

from steward.channels.email.parsing.explain import explain, main
from steward.channels.email.parsing.sandbox import spawn_child
from steward.privacy.egress import wall

RAW = (
    b"From: Eli <eli@example.com>\nTo: desk@x.org, Ann <ann@x.org>\nCc: c@x.org\nReply-To: r@x.org\nSubject: Hi\n"
    b"In-Reply-To: <b@x>\nReferences: <a@x> <b@x>\nPrecedence: bulk\nDate: never\n"
    b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
    b"Content-Type: application/pdf; name=a.pdf\n\ndata\n--b--\n"
)


def spawn(argv, environment):
    with wall.allow_child("tests"):
        return spawn_child(argv, environment)


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{number}.eml" for number in range(20)]
    for number, path in enumerate(paths):
        path.write_bytes(RAW.replace(b"Hi", b"Hi %d" % number))
    return [str(path) for path in paths]


def test_every_key_of_the_contract():
    explained = explain("x.eml", RAW)
    shown = explained["body"].pop("html")
    assert "hello" in shown
    assert explained == {
        "file": "x.eml",
        "subject": "Hi",
        "from": {"name": "Eli", "email": "eli@example.com"},
        "to": [{"name": "", "email": "desk@x.org"}, {"name": "Ann", "email": "ann@x.org"}],
        "cc": [{"name": "", "email": "c@x.org"}],
        "reply_to": [{"name": "", "email": "r@x.org"}],
        "body": {"type": "plain", "text": "hello", "visible": "hello"},
        "attachments": [
            {
                "filename": "a.pdf",
                "size": 4,
                "sha256": "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7",
                "content_type": "application/pdf",
                "content_id": "",
                "inline": False,
            }
        ],
        "automatic": {"is": True, "reason": "precedence"},
        "threading": {"candidate_ids": ["b@x", "a@x"]},
        "problems": [{"code": "bad_date", "detail": "never"}],
    }


def test_an_empty_mail_has_every_key_too():
    explained = explain("x", b"")
    assert explained["from"] == {"name": "", "email": ""}
    assert explained["body"]["text"] == "no visible content"
    assert set(explained) == set(explain("x", RAW))


def test_one_line_of_json_per_file_in_their_order(files):
    out = io.StringIO()
    assert main(["--json", *files], out=out, spawn=spawn) == 0
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["file"] for line in lines] == files
    assert [line["subject"] for line in lines] == [f"Hi {number}" for number in range(20)]


def test_for_people(files):
    out = io.StringIO()
    assert main([files[0]], out=out, spawn=spawn) == 0
    for words in (
        "subject:    Hi 0",
        "Eli <eli@example.com>",
        "a.pdf (application/pdf, 4 bytes)",
        "bad_date",
        "\nhello\n",
    ):
        assert words in out.getvalue()


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(RAW)))
    out = io.StringIO()
    assert main(["--json"], out=out, spawn=spawn) == 0
    assert json.loads(out.getvalue())["file"] == "-"


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main([str(tmp_path / "none.eml")], out=io.StringIO(), spawn=spawn) == 2
    assert "none.eml" in capsys.readouterr().err
