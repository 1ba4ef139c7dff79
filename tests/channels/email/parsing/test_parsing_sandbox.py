"""The parser in its child: what a mail may take, and that no mail is lost over it."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from steward.channels.email.parsing import parse_mail
from steward.channels.email.parsing.sandbox import OurUnpickler, Parser, ParserPool, spawn_child
from steward.privacy.egress import wall

RAW = b"From: Eli <eli@example.com>\nSubject: Hi\nMessage-ID: <a@b>\n\nhello\n"


def spawn(argv, environment):
    with wall.allow_child("tests"):
        return spawn_child(argv, environment)


@pytest.fixture(scope="module")
def parser():
    with Parser(spawn=spawn) as parser:
        yield parser


def test_the_same_as_without(parser):
    assert parser.parse(RAW) == parse_mail(RAW)
    assert parser.parse(b"") == parse_mail(b"")


def test_one_child_for_all_mails(parser):
    parser.parse(RAW)
    first = parser.pid
    parser.parse(RAW)
    assert (parser.pid, first is None) == (first, False)


def test_large_mails_pass_through_the_pipes(parser):
    raw = b"From: a@b.c\nContent-Type: application/pdf\n\n" + b"\xff" * 4_000_000
    (attachment,) = parser.parse(raw).attachments
    assert attachment.size == 4_000_000


def test_a_killed_child_costs_no_mail(parser):
    parser.parse(RAW)
    os.kill(parser.pid, signal.SIGKILL)
    assert parser.parse(RAW) == parse_mail(RAW)


def test_a_child_that_hangs_is_replaced():
    with Parser(spawn=spawn, seconds=0.3) as parser:
        parser.parse(RAW)
        hanging = parser.pid
        os.kill(hanging, signal.SIGSTOP)
        mail = parser.parse(RAW)
        assert [problem.code for problem in mail.problems] == ["time_out"]
        assert (mail.subject, mail.from_.email, mail.message_id) == ("Hi", "eli@example.com", "a@b")
        assert parser.parse(RAW) == parse_mail(RAW)
        assert parser.pid != hanging


def test_an_interrupted_mail_is_never_answered_in_the_name_of_the_next(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with Parser(spawn=spawn) as parser:
        parser.parse(RAW)
        with monkeypatch.context() as patched:
            patched.setattr("steward.channels.email.parsing.sandbox._read_frame", interrupted)
            with pytest.raises(KeyboardInterrupt):
                parser.parse(RAW)
        assert parser.parse(RAW.replace(b"Hi", b"Next")).subject == "Next"


def test_a_child_that_never_reads_does_not_block_a_large_mail():
    with Parser(spawn=spawn, seconds=0.3) as parser:
        parser.parse(RAW)
        os.kill(parser.pid, signal.SIGSTOP)
        assert parser.parse(RAW + b"x" * 5_000_000).problems[0].code == "time_out"


def test_memory_is_limited():
    raw = RAW.replace(b"\n\n", b"\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n", 1)
    with Parser(spawn=spawn, memory=40_000_000) as parser:
        mail = parser.parse(raw + b"QUJD" * 10_000_000)
        assert mail.problems[0].code in ("out_of_memory", "parser_died")
        assert (mail.subject, mail.from_.email) == ("Hi", "eli@example.com")
        assert parser.parse(RAW) == parse_mail(RAW)


def test_a_child_that_cannot_start_costs_the_text_only():
    def broken(_, environment):
        return spawn([sys.executable, "-c", "raise SystemExit(1)"], environment)

    with Parser(spawn=broken) as parser:
        mail = parser.parse(RAW)
        assert ([problem.code for problem in mail.problems], mail.subject) == (["parser_died"], "Hi")


def test_nothing_but_our_values_is_read_from_the_child():
    with pytest.raises(pickle.UnpicklingError, match="system"):
        OurUnpickler(BytesIO(b"cposix\nsystem\n(S'true'\ntR.")).load()
    with pytest.raises(pickle.UnpicklingError):
        OurUnpickler(BytesIO(pickle.dumps(subprocess.PIPE.__class__))).load()


def test_the_child_gets_no_secrets(monkeypatch):
    seen = {}

    def watching(argv, environment):
        seen.update(environment)
        return spawn(argv, environment)

    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    with Parser(spawn=watching) as parser:
        parser.parse(RAW)
    assert set(seen) == {"PYTHONPATH", "PYTHONHASHSEED", "PYTHONUTF8"}


def test_the_child_knows_no_django():
    code = "import sys, steward.channels.email.parsing.sandbox; print('django' in sys.modules)"
    with wall.allow_child("tests"):
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_the_child_ends_with_its_input():
    child = spawn([sys.executable, "-m", "steward.channels.email.parsing.sandbox", "1000000000", "9"], dict(os.environ))
    child.stdin.close()
    assert child.wait(timeout=30) == 0
    child.stdout.close()


def test_a_child_that_hangs_after_its_parent_has_gone_ends_by_itself():
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    code = (
        "import sys\nfrom steward.channels.email.parsing import sandbox\n"
        "def hang(raw):\n    while True: pass\nsandbox.parse_mail = hang\nsandbox.main(['', '1000000000', '0.3'])"
    )
    child = spawn([sys.executable, "-c", code], environment)
    child.stdin.write((1).to_bytes(8, "big") + b"x")
    assert child.wait(timeout=30) == -signal.SIGALRM
    child.stdin.close()
    child.stdout.close()


def test_no_child_outlives_close():
    parser = Parser(spawn=spawn)
    parser.parse(RAW)
    pid = parser.pid
    parser.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_many_threads_share_a_pool():
    mails = [RAW.replace(b"Hi", b"Hi %d" % number) for number in range(60)]
    with ParserPool(2, spawn=spawn) as pool, ThreadPoolExecutor(6) as threads:
        assert [mail.subject for mail in threads.map(pool.parse, mails)] == [f"Hi {number}" for number in range(60)]


def test_one_slow_mail_does_not_hold_up_the_other_child():
    with ParserPool(2, spawn=spawn) as pool:
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(pool.parse, [RAW, RAW]))
        stopped = pool._parsers[0]
        os.kill(stopped.pid, signal.SIGSTOP)
        slow = threading.Thread(target=stopped.parse, args=(RAW,))
        slow.start()
        started = time.monotonic()
        pool._parsers[1].parse(RAW)
        assert time.monotonic() - started < 5
        assert slow.is_alive()
        os.kill(stopped.pid, signal.SIGKILL)
        slow.join()
