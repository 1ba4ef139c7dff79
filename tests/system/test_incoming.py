"""Mail that comes in, by the programs people use: swaks, mutt, Postfix in front, Dovecot's mailboxes, a pipe."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steward.testing.mail_servers import Postfix, awaited, is_listening

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

SUPPORT = "support@acme.example.test"
COURIER = Path(__file__).with_name("actors") / "courier.py"


def test_swaks_with_attachments_under_tls(world: Any, swaks: Any, tmp_path: Path) -> None:
    table = tmp_path / "Übersicht.csv"
    table.write_text("a;b\n1;2\n")
    _, said = swaks(
        *(
            "--from",
            "eli@example.org",
            "--to",
            SUPPORT,
            "--tls",
            "--tls-verify",
            "--tls-ca-path",
            str(world.authority.ca),
        ),
        *("--header", "Subject: With a table", "--body", "See the table.", "--attach-type", "text/csv"),
        *("--attach-name", "overview.csv", "--attach", f"@{table}"),
    )
    assert "TLS started" in said
    came = world.steward.message("acme", "With a table")
    assert came["attachments"] == [["overview.csv", "text/csv", 8]]
    assert came["text"].strip() == "See the table."


def test_eight_bit_text_and_addresses_in_other_scripts(world: Any, swaks: Any) -> None:
    headers = (
        f"From: Jürgen <jürgen@bücher.example>\nTo: {SUPPORT}\nSubject: Grüße aus Köln\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    )
    _, said = swaks(
        *("--from", "jürgen@bücher.example", "--to", SUPPORT, "--data", f"{headers}\nSchöne Grüße\n"),
    )
    assert "8BITMIME" in said
    assert "SMTPUTF8" in said
    came = world.steward.message("acme", "Grüße aus Köln")
    assert came["text"].strip() == "Schöne Grüße"
    assert came["sender"].startswith("jürgen@")


def test_the_null_sender_is_a_machine(world: Any, swaks: Any) -> None:
    swaks("--from", "<>", "--to", SUPPORT, "--header", "Subject: From nobody")
    assert world.steward.message("acme", "From nobody")["is_automatic"]


def test_a_hundred_recipients_are_one_message(world: Any, swaks: Any) -> None:
    many = ",".join(f"support+{number}@acme.example.test" for number in range(100))
    swaks("--from", "eli@example.org", "--to", many, "--header", "Subject: To a hundred")
    world.steward.message("acme", "To a hundred")
    assert len(world.steward.ask("messages", "acme", "To a hundred")) == 1
    _, said = swaks("--from", "eli@example.org", "--to", f"{many},{SUPPORT}", "--quit-after", "RCPT", expect=None)
    assert "452 4.5.3" in said


def test_one_huge_line(world: Any, swaks: Any, tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.write_text(f"From: eli@example.org\nTo: {SUPPORT}\nSubject: One line\n\n{'ab ' * 100_000}\n")
    swaks("--from", "eli@example.org", "--to", SUPPORT, "--data", f"@{mail}")
    assert world.steward.message("acme", "One line")["text"].count("ab") == 100_000


def test_what_is_too_large_or_for_nobody_is_refused(world: Any, swaks: Any, tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.write_text(f"Subject: Too large\n\n{'x' * 70 + chr(10)}" * 20_000)
    _, said = swaks("--from", "eli@example.org", "--to", SUPPORT, "--data", f"@{mail}", expect=26)
    assert "552 5.3.4" in said
    assert [name for name, _, _ in world.steward.message("acme", "Too large")["attachments"]] == ["beginning.eml"]
    for stranger in ("nobody@acme.example.test", "eli@example.org", "support@contoso.example"):
        _, said = swaks("--from", "eli@example.org", "--to", stranger, expect=24)
        assert "550 5.1.1 No such mailbox here" in said


def test_mutt(world: Any, tmp_path: Path) -> None:
    if not Path("/usr/bin/mutt").exists():
        pytest.skip("needs mutt (Debian: mutt)")
    rc = tmp_path / "muttrc"
    port = world.steward.smtp_port
    rc.write_text(
        f"set smtp_url=smtp://127.0.0.1:{port}\nset from=farah@example.org\nset realname='Farah Nasser'\n"
        f"set ssl_ca_certificates_file={world.authority.ca}\nset certificate_file={world.authority.ca}\n"
        "set hostname=example.org\nset ssl_verify_host=no\nset copy=no\nset charset=utf-8\nset send_charset=utf-8\n"
    )
    enclosed = tmp_path / "note.txt"
    enclosed.write_text("a note\n")
    done = subprocess.run(
        ["mutt", "-n", "-F", str(rc), "-s", "Written with mutt — ja", "-a", str(enclosed), "--", SUPPORT],
        input="Grüße\n".encode(),
        env={**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    came = world.steward.message("acme", "Written with mutt — ja")
    assert (came["sender"], came["text"].strip()) == ("farah@example.org", "Grüße")
    assert came["attachments"] == [["note.txt", "text/plain", 8]]  # with CRLF, as it travels


def test_a_postfix_in_front_hands_on_and_keeps_what_we_cannot_take(world: Any, relay: Postfix, swaks: Any) -> None:
    swaks(
        *("--server", f"127.0.0.1:{relay.port}", "--from", "eli@example.org", "--to", SUPPORT),
        *("--header", "Subject: By the exchanger"),
    )
    came = world.steward.message("acme", "By the exchanger")
    assert came["sender"] == "eli@example.org"
    swaks(
        *("--server", f"127.0.0.1:{relay.port}", "--from", "eli@example.org", "--to", "nobody@acme.example.test"),
        *("--header", "Subject: For nobody"),
    )
    report = relay.maildir("eli").mail("Undelivered Mail")
    assert "550 5.1.1 No such mailbox here" in report.as_string()


def test_a_mailbox_is_followed_and_its_faults_are_told(world: Any, dovecot: Any) -> None:
    steward = world.steward
    server = dovecot(authority=world.authority, port=world.ports.pop())
    server.deliver(b"From: eli@example.org\r\nSubject: Lies there already\r\n\r\nHello\r\n")
    url = f"imaps://eva@127.0.0.1:{server.port}"
    adding = ("mail-account", "add", "acme", "--address", "eva@mailbox.example", "--imap", url)
    steward.run(*adding, stdin="not this one\n")
    awaited(lambda: steward.ask("mailbox_failures", "acme").get("eva@mailbox.example") == "sign_in", seconds=60)

    changing = ("mail-account", "change", "acme", "--address", "eva@mailbox.example", "--imap", url)
    steward.run(*changing, stdin="secret\n")
    steward.message("acme", "Lies there already", seconds=60)
    assert "eva@mailbox.example" not in steward.ask("mailbox_failures", "acme")
    began = time.monotonic()
    server.deliver(b"From: eli@example.org\r\nSubject: Comes by IDLE\r\n\r\nHello\r\n")
    steward.message("acme", "Comes by IDLE", seconds=30)
    assert time.monotonic() - began < 15
    awaited(lambda: server.seen() == 2)
    assert ["P", "mail.fetch", "127.0.0.1", server.port, True, "allowed"] in steward.ask("ledger", "acme")


def test_a_pipe_tells_how_it_went(world: Any) -> None:
    steward = world.steward
    mail = f"From: eli@example.org\r\nTo: {SUPPORT}\r\nSubject: By the pipe\r\n\r\nHello\r\n"
    steward.run("mail-in", "--to", SUPPORT, "--from", "eli@example.org", stdin=mail)
    steward.message("acme", "By the pipe")
    steward.run("mail-in", "--to", "nobody@acme.example.test", stdin=mail, expect=67)
    steward.run("mail-in", "--to", SUPPORT, stdin="", expect=65)
    key = steward.data / "keys"
    hidden = key.rename(steward.data / "keys.away")
    try:
        steward.run("mail-in", "--to", SUPPORT, stdin=mail.replace("the pipe", "night"), expect=75)
    finally:
        hidden.rename(key)
    assert not steward.ask("messages", "acme", "By night")


@pytest.fixture
def piping(world: Any, postfix: Any, tmp_path: Path) -> Iterator[Postfix]:
    """A Postfix whose transport is `steward mail-in`.

    pipe(8) runs nothing as root; where these tests are root, a courier of ours runs the command, as sudo would.
    """
    folder = Path("/tmp") / f"steward-courier-{os.getpid()}"
    folder.mkdir(mode=0o755)
    command = [*world.steward.command("mail-in"), "--to", "${recipient}", "--from", "${sender}"]
    environment = world.steward.environment
    serving = subprocess.Popen([sys.executable, str(COURIER), str(folder / "socket")], env=environment)
    try:
        awaited(lambda: (folder / "socket").exists())
        asking = folder / "ask"
        asking.write_text(f"#!/usr/bin/python3\n{textwrap.dedent(ASK)}")
        asking.chmod(0o755)
        yield postfix(hop="steward", pipe=[str(asking), str(folder / "socket"), *command])
    finally:
        serving.kill()
        serving.wait()
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


ASK = """
import json, socket, sys
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect(sys.argv[1])
    asking.sendall(json.dumps(sys.argv[2:]).encode() + b"\\n" + sys.stdin.buffer.read())
    asking.shutdown(socket.SHUT_WR)
    sys.exit(int(asking.recv(16)))
"""


def test_postfix_pipes_to_us_and_understands_what_we_say(world: Any, piping: Postfix, swaks: Any) -> None:
    at = ("--server", f"127.0.0.1:{piping.port}", "--from", "eli@example.org")
    swaks(*at, "--to", SUPPORT, "--header", "Subject: Piped by Postfix")
    [raw] = awaited(lambda: world.steward.ask("raw_mails", "acme", "Piped by Postfix"))
    assert (raw["source"], raw["envelope_from"], raw["envelope_to"]) == ("pipe", "eli@example.org", [SUPPORT])
    swaks(*at, "--to", "nobody@acme.example.test", "--header", "Subject: Piped for nobody")
    assert "nobody@acme.example.test" in piping.maildir("eli").mail("Undelivered Mail").as_string()
    keys = world.steward.data / "keys"
    hidden = keys.rename(world.steward.data / "keys.away")
    try:
        swaks(*at, "--to", SUPPORT, "--header", "Subject: Piped again")
        awaited(lambda: "status=deferred" in piping.log.read_text(), what=piping.log.read_text)
    finally:
        hidden.rename(keys)
    piping.flush()
    world.steward.message("acme", "Piped again", seconds=60)
    assert is_listening(piping.port)
