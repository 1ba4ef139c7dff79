"""The Maildir that keeps what does not leave the machine."""

import mailbox
import stat

import pytest

from steward.outbox import maildir

RAW = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: Hi\r\n\r\nfirst\r\nsecond\r\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STEWARD_DATA = tmp_path
    return tmp_path / "outbox"


def keep(raw=RAW, envelope_to=("b@y.example",), envelope_from="a@x.example"):
    return maildir.keep(raw, envelope_from=envelope_from, envelope_to=envelope_to, account="northwind")


def test_a_mail_client_finds_the_mail_with_its_envelope(folder):
    keep(envelope_to=("b@y.example", "c@y.example"))
    [mail] = mailbox.Maildir(folder, create=False)
    assert mail["Subject"] == "Hi"
    assert mail["X-Envelope-From"] == "a@x.example"
    assert mail["X-Envelope-To"] == "b@y.example, c@y.example"
    assert mail["X-Steward-Account"] == "northwind"
    assert mail.get_payload() == "first\nsecond\n"


def test_nothing_is_left_in_tmp_and_nobody_else_can_read(folder):
    path = keep()
    assert not list((folder / "tmp").iterdir())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0 or stat.S_IMODE((folder / "new").stat().st_mode) == 0o700


def test_lines_end_with_lf(folder):
    assert b"\r" not in keep().read_bytes()


def test_an_envelope_adds_no_header(folder):
    keep(envelope_to=("b@y.example\r\nX-Evil: 1",))
    [mail] = mailbox.Maildir(folder, create=False)
    assert mail["X-Evil"] is None


def test_mails_of_one_moment_have_names_of_their_own_without_the_machine(folder):
    names = {keep().name for _ in range(20)}
    assert len(names) == 20
    assert all(name.endswith(".steward") for name in names)
