"""The SMTP listener, spoken to by real clients: what it says 250 to is in the spool."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from steward.channels.email.models import Arrival, RawMail
from steward.channels.email.spool import read
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.suspension import suspend_account
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.cast import NOON
from steward.testing.environment import database_name
from steward.testing.server import maintained

pytestmark = [pytest.mark.system, pytest.mark.django_db(transaction=True)]


def stored(account: Any) -> list[RawMail]:
    with account_scope(account.id):
        return list(RawMail.objects.order_by("id"))


def bodies(account: Any) -> list[bytes]:
    """What was stored, without our trace."""
    return [read(row).partition(b"+0000\r\n")[2] for row in stored(account)]


def test_a_mail_is_stored_with_its_envelope_and_our_trace(northwind: Any, listener: Any, smtp_client: Any) -> None:
    said = smtp_client(
        listener().port,
        """
        s = connect()
        say(s.ehlo())
        mail = b"Subject: hi\\r\\n\\r\\n.dot\\r\\n..\\r\\n"
        say(s.sendmail("eli@example.org", ["support@northwind.localhost"], mail))
        say(s.quit()[0])
        """,
    )
    assert {"SIZE", "8BITMIME", "SMTPUTF8", "PIPELINING"} <= set(said[0][1].split("\n"))
    assert not any(word in said[0][1] for word in ("AUTH", "STARTTLS", "Python"))
    assert said[1:] == [{}, 221]
    (row,) = stored(northwind)
    assert row.source == "smtp"
    assert row.envelope_from == "eli@example.org"
    assert row.envelope_to == ["support@northwind.localhost"]
    assert row.client == {"ip": "127.0.0.1", "helo": "client.example"}
    trace, _, raw = read(row).partition(b"+0000\r\n")
    assert trace.startswith(b"Return-Path: <eli@example.org>\r\nReceived: from client.example ([127.0.0.1])\r\n\tby ")
    assert f"with ESMTP id {row.source_key};".encode() in trace
    assert raw == b"Subject: hi\r\n\r\n.dot\r\n..\r\n"


def test_recipients(northwind: Any, contoso: Any, listener: Any, smtp_client: Any) -> None:
    Account.objects.filter(pk=contoso.id).update(state=Account.State.SUSPENDED, mail_held_until=now())
    token = "r" + "a" * 42
    said = smtp_client(
        listener().port,
        f"""
        s = connect(); s.ehlo(); s.mail("eli@example.org")
        for address in (
            "support@northwind.localhost", "SUPPORT@Northwind.LOCALHOST", "support+anything@northwind.localhost",
            "reply+{token}@northwind.localhost", "postmaster@northwind.localhost",
            "nobody@northwind.localhost", "{token}@elsewhere.example", "eli@example.org", "support@contoso.localhost",
            "hello@contoso.localhost", "support%example.org@northwind.localhost",
        ):
            say(s.rcpt(address))
        """,
    )
    assert [code for code, _ in said] == [250] * 5 + [550] * 6
    assert said[5][1].startswith("5.1.1")
    assert said[9][1].startswith("5.2.1")
    assert stored(northwind) == []


def test_a_suspended_account_has_its_mail_held_for_fourteen_days_and_then_refused(
    northwind: Any, listener: Any, smtp_client: Any, stop_clock: Any
) -> None:
    stop_clock(NOON)
    suspend_account(northwind, actor=SYSTEM)
    port, said = listener().port, {}
    moments = {"day 13": (13, 0), "a second before": (14, -1), "a second after": (14, 1), "day 15": (15, 0)}
    for name, (days, seconds) in moments.items():
        stop_clock(NOON + timedelta(days=days, seconds=seconds))
        said[name] = smtp_client(
            port,
            f"""
            s = connect(); s.ehlo(); s.mail("eli@example.org")
            said = s.rcpt("support@northwind.localhost")
            say(said)
            say(s.data(b"Subject: {name}\\r\\n\\r\\n")[0] if said[0] == 250 else None)
            """,
        )
    assert [each[0][0] for each in said.values()] == [250, 250, 550, 550]
    assert [each[1] for each in said.values()] == [250, 250, None, None]
    assert all(said[name][0][1].startswith("5.2.1") for name in ("a second after", "day 15"))
    with upkeep_scope(northwind.id):
        kept = [read(row).partition(b"+0000\r\n")[2] for row in RawMail.objects.order_by("id")]
    assert kept == [b"Subject: day 13\r\n\r\n", b"Subject: a second before\r\n\r\n"], "they wait, encrypted"


def test_one_transaction_for_two_accounts_is_one_mail_for_each(
    northwind: Any, contoso: Any, listener: Any, smtp_client: Any
) -> None:
    smtp_client(
        listener().port,
        """
        to = ["support@northwind.localhost", "hello@contoso.localhost", "billing@northwind.localhost"]
        s = connect(); s.sendmail("", to, b"Subject: both\\r\\n\\r\\n")
        """,
    )
    (ours,), (theirs,) = stored(northwind), stored(contoso)
    assert ours.envelope_to == ["support@northwind.localhost", "billing@northwind.localhost"]
    assert theirs.envelope_to == ["hello@contoso.localhost"]
    assert ours.source_key == theirs.source_key
    assert ours.envelope_from == ""
    assert Arrival.objects.count() == 2


def test_bytes_of_any_kind(northwind: Any, listener: Any, smtp_client: Any) -> None:
    smtp_client(
        listener().port,
        """
        s = connect(); s.ehlo()
        def text(raw):
            s.mail("eli@example.org"); s.rcpt("support@northwind.localhost"); s.docmd("DATA"); s.send(raw)
            say(s.getreply()[0])
        text(b".\\r\\n")                                              # nothing at all
        text(b"\\r\\n.\\r\\n")                                        # an empty line
        text(b"..\\r\\n.\\r\\n")                                      # a dot
        text(bytes(range(1, 10)) + b"\\0\\xff\\r\\n.\\r\\n")
        text(b"a" * 300_000 + b"\\r\\n.\\r\\n")                       # one long line
        text(b"bare\\n.\\nMAIL FROM:<x@example.org>\\r.\\r\\n.\\r\\n")  # no second mail is smuggled in
        text(b"b" * 65533 + b"\\r\\n.\\r\\n")                         # the end lies across two pieces
        """,
    )
    assert bodies(northwind) == [
        b"",
        b"\r\n",
        b".\r\n",
        bytes(range(1, 10)) + b"\0\xff\r\n",
        b"a" * 300_000 + b"\r\n",
        b"bare\n.\nMAIL FROM:<x@example.org>\r.\r\n",
        b"b" * 65533 + b"\r\n",
    ]


def test_pipelined_mails(northwind: Any, listener: Any, smtp_client: Any) -> None:
    smtp_client(
        listener().port,
        """
        s = connect(); s.ehlo()
        for number in range(3):
            s.send(b"MAIL FROM:<eli@example.org>\\r\\nRCPT TO:<support@northwind.localhost>\\r\\nDATA\\r\\n")
            s.send(b"Subject: %d\\r\\n\\r\\n.\\r\\n" % number)
        s.send(b"QUIT\\r\\n")
        say([s.getreply()[0] for _ in range(13)])
        """,
    )
    assert bodies(northwind) == [b"Subject: 0\r\n\r\n", b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"]


def test_too_large_is_refused_with_words(northwind: Any, listener: Any, smtp_client: Any) -> None:
    announced, far, sent, declared, small = smtp_client(
        listener(STEWARD_MAX_MAIL=str(2**20)).port,
        """
        s = connect(); s.ehlo()
        say(s.esmtp_features["size"])
        say(s.docmd("MAIL", "FROM:<eli@example.org> SIZE=4194305"))
        s.mail("eli@example.org"); s.rcpt("support@northwind.localhost")
        say(s.data(b"Subject: film\\r\\n\\r\\nSee:\\r\\n" + b"x" * 2_000_000))
        s.mail("eli@example.org", ["SIZE=3000000"]); s.rcpt("support@northwind.localhost")
        s.rcpt("support@contoso.localhost"); s.rcpt("hello@contoso.localhost")
        say(s.data(b"Subject: both\\r\\n\\r\\n" + b"y\\r\\n" * 1_000_000))
        s.mail("eli@example.org"); s.rcpt("support@northwind.localhost")
        say(s.data(b"Subject: small\\r\\n\\r\\n"))
        """,
    )
    assert announced == ""
    assert far == sent == declared == [552, "5.3.4 The message is larger than 1 MiB, which is the most we take"]
    assert small[0] == 250
    film, both, _ = stored(northwind)
    assert (film.client["too_large"], both.client["too_large"]) == ("2000025", "3000017")
    assert read(film).partition(b"Subject: film\r\n\r\nSee:\r\n")[2].strip(b"x") == b""
    assert film.size < 40_000
    assert bytes(both.body_digest) != bytes(film.body_digest)


def test_what_is_too_large_and_cannot_be_noted_is_for_later(northwind: Any, listener: Any, smtp_client: Any) -> None:
    server = listener(STEWARD_MAX_MAIL="1000")
    deliver = """
        s = connect(); s.ehlo(); s.mail("eli@example.org"); s.rcpt("support@northwind.localhost")
        say(s.data(b"Subject: hi\\r\\n\\r\\n" + b"x" * 2000)[0])
        """
    assert smtp_client(server.port, deliver) == [552]
    _admit(False)
    try:
        assert smtp_client(server.port, deliver) == [451]
    finally:
        _admit(True)
        connection.close()
    assert len(stored(northwind)) == 1


def test_too_many_recipients_and_connections(listener: Any, smtp_client: Any, northwind: Any) -> None:
    said = smtp_client(
        listener(STEWARD_SMTP_CONNECTIONS_PER_IP="2").port,
        """
        s = connect(); s.ehlo(); s.mail("eli@example.org")
        codes = [s.rcpt("support+%d@northwind.localhost" % number)[0] for number in range(101)]
        say([codes.count(250), codes[-1]])
        other = connect()
        try: connect(); say("taken")
        except smtplib.SMTPConnectError as error: say(error.smtp_code)
        other.quit(); s.quit()
        say(connect().noop()[0])
        """,
    )
    assert said == [[100, 452], 421, 250]


def test_who_guesses_addresses_is_sent_away(northwind: Any, listener: Any, smtp_client: Any) -> None:
    said = smtp_client(
        listener().port,
        """
        s = connect(); s.ehlo(); s.mail("eli@example.org")
        codes = [s.rcpt("guess%d@northwind.localhost" % number)[0] for number in range(21)]
        say([codes.count(550), codes[-1]])
        try: say(s.noop())
        except smtplib.SMTPServerDisconnected: say("gone")
        """,
    )
    assert said == [[20, 421], "gone"]


def test_without_a_database_mail_stays_with_the_sender(northwind: Any, listener: Any, smtp_client: Any) -> None:
    server = listener()
    deliver = """
        s = connect(); s.ehlo(); s.mail("eli@example.org"); say(s.rcpt("support@northwind.localhost"))
        say(s.data(b"Subject: hi\\r\\n\\r\\n"))
        """
    assert [code for code, _ in smtp_client(server.port, deliver)] == [250, 250]
    _admit(False)
    try:
        known, stored_not = smtp_client(server.port, deliver)
        time.sleep(5.5)  # until the addresses are asked for again
        (unknown,) = smtp_client(
            server.port, 's = connect(); s.ehlo(); s.mail("a@b.example"); say(s.rcpt("nobody@northwind.localhost"))'
        )
    finally:
        _admit(True)
        connection.close()
    assert known[0] == 250
    assert stored_not == [451, "4.3.0 Not stored, try again later"]
    assert unknown == [451, "4.3.0 Temporary trouble, try again later"]
    assert [code for code, _ in smtp_client(server.port, deliver)] == [250, 250]
    assert len(stored(northwind)) == 2
    log = server.log.read_text()
    assert "451" in log
    assert "@" not in log


def test_starttls(northwind: Any, listener: Any, smtp_client: Any, dovecot: Any) -> None:
    certificate = dovecot().folder
    server = listener(
        STEWARD_TLS_CERT=str(certificate / "certificate.pem"), STEWARD_TLS_KEY=str(certificate / "key.pem")
    )
    said = smtp_client(
        server.port,
        f"""
        import ssl
        s = connect(); say(s.ehlo()[1])
        s.starttls(context=ssl.create_default_context(cafile={str(certificate / "certificate.pem")!r}))
        say(s.ehlo()[1])
        s.sendmail("eli@example.org", ["support@northwind.localhost"], b"Subject: hi\\r\\n\\r\\n" + b"x" * 200_000)
        say(s.quit()[0])
        """,
    )
    assert "STARTTLS" in said[0]
    assert "STARTTLS" not in said[1]
    assert "AUTH" not in said[1]
    assert said[2] == 221
    assert b"with ESMTPS id" in read(stored(northwind)[0])


def test_sigterm_answers_what_is_coming_in(northwind: Any, listener: Any) -> None:
    server = listener()
    code = f"""
import smtplib, sys
idle, busy = (smtplib.SMTP("127.0.0.1", {server.port}, local_hostname="client.example") for _ in range(2))
busy.ehlo(); busy.mail("eli@example.org"); busy.rcpt("support@northwind.localhost"); busy.docmd("DATA")
busy.send(b"Subject: late\\r\\n"); print("half", flush=True); sys.stdin.readline()
print(idle.getreply()[0], flush=True)
busy.send(b"\\r\\n.\\r\\n"); print(busy.getreply()[0], busy.getreply()[0], flush=True)
"""
    client = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert client.stdout
    assert client.stdout.readline() == "half\n"
    before = time.monotonic()
    server.process.terminate()
    time.sleep(0.5)
    said, _ = client.communicate("go\n", timeout=10)
    assert said == "421\n250 421\n"
    assert server.process.wait(8) == 0
    assert time.monotonic() - before < 8
    assert bodies(northwind) == [b"Subject: late\r\n\r\n"]


def test_sigterm_does_not_wait_for_those_who_never_end(northwind: Any, listener: Any, smtp_client: Any) -> None:
    server = listener()
    code = f"""
import smtplib, time
s = smtplib.SMTP("127.0.0.1", {server.port}, local_hostname="client.example")
s.ehlo(); s.mail("eli@example.org"); s.rcpt("support@northwind.localhost"); s.docmd("DATA")
print("half", flush=True); print(s.getreply()[0], flush=True)
"""
    client = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert client.stdout
    assert client.stdout.readline() == "half\n"
    before = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - before < 8
    assert client.communicate(timeout=10)[0] == "421\n"
    assert stored(northwind) == []


def test_sigterm_does_not_wait_for_a_commit_that_hangs(northwind: Any, listener: Any) -> None:
    server = listener()
    code = f"""
import smtplib
s = smtplib.SMTP("127.0.0.1", {server.port}, local_hostname="client.example")
s.ehlo(); s.mail("eli@example.org"); s.rcpt("support@northwind.localhost"); s.docmd("DATA")
s.send(b"Subject: late\\r\\n\\r\\n.\\r\\n"); print("sent", flush=True); print(s.getreply()[0], flush=True)
"""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("LOCK TABLE email_rawmail IN ACCESS EXCLUSIVE MODE")
        client = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert client.stdout
        assert client.stdout.readline() == "sent\n"
        time.sleep(0.5)
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 8
        assert client.communicate(timeout=10)[0] == "421\n"
    time.sleep(0.5)  # the server of the database notices that its client is gone
    assert stored(northwind) == []


_FLOOD = """
import os, smtplib, sys, threading
def send(worker):
    try:
        s = smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="client.example")
        for number in range(100_000):
            key = f"{worker}.{number}"
            s.sendmail("eli@example.org", ["support@northwind.localhost"], f"Subject: {key}\\r\\n\\r\\n" + "x" * 5000)
            os.write(1, key.encode() + b"\\n")  # in one piece, whatever the other threads do
    except (smtplib.SMTPException, OSError):
        pass
threads = [threading.Thread(target=send, args=(worker,)) for worker in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize("seconds", [0.3, 1.1])
def test_killed_while_mail_flows_what_was_answered_is_stored(northwind: Any, listener: Any, seconds: float) -> None:
    server = listener()
    flood = subprocess.Popen([sys.executable, "-c", _FLOOD, str(server.port)], stdout=subprocess.PIPE, text=True)
    assert flood.stdout
    answered = [flood.stdout.readline().strip()]
    time.sleep(seconds)
    server.kill()
    answered += flood.communicate(timeout=20)[0].split()
    subjects = [body.split(b"\r\n")[0].decode().removeprefix("Subject: ") for body in bodies(northwind)]
    assert len(answered) > 5
    assert set(answered) <= set(subjects)
    assert len(subjects) == len(set(subjects)) == Arrival.objects.count()
    assert len(set(subjects) - set(answered)) <= 6  # committed, and killed before the answer: one for each connection


def _admit(yes: bool) -> None:
    """Let the application into the test's database, or send it away."""
    with maintained() as maintenance:
        name = database_name()
        maintenance.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.SQL(str(yes).lower()))
        )
        if not yes:
            maintenance.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
