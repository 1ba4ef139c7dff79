"""The command `steward`."""

import contextlib
import io
import json
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator

from steward.channels.email.models import MailAccount, MailboxPosition, RawMail
from steward.jobs import enqueue, task
from steward.lib.clock import now
from steward.people.models import Membership, User
from steward.privacy.keys.store import account_key
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

PASSWORD = "correct horse 9"


@pytest.fixture
def steward(db, monkeypatch, capsys):
    """`steward("account", "list", typed="...")` -> exit code, standard output, standard error; on the test database."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments, typed=""):
        stdin = io.TextIOWrapper(io.BytesIO(typed.encode()))
        monkeypatch.setattr(sys, "stdin", stdin)
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = end.code
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


def test_help_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in cli.COMMANDS)


def test_the_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("steward 0.")


@pytest.mark.parametrize("arguments", [[], ["acount"], ["--verbose"]])
def test_what_is_no_command(arguments, capsys):
    assert cli.main(arguments) == 2
    assert "usage: steward COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(set(cli.COMMANDS) - {"django"}))
def test_every_command_explains_itself(steward, name):
    code, out, _ = steward(name, "--help")
    assert code == 0
    assert f"usage: steward {name}" in out


@pytest.mark.parametrize(
    "line", ["account", "account create", "agent add northwind", "jobs retry x", "mail-in", "up now"]
)
def test_wrong_use_is_exit_code_2(steward, line):
    assert steward(*line.split())[0] == 2


def test_explaining_mail_needs_no_django(child_processes):
    code = "import sys; sys.modules['django'] = None; from steward.project.cli import main; main()"
    mail = b"From: a@b.example\nSubject: Hi\n\nhello\n"
    done = subprocess.run(
        [sys.executable, "-c", code, "mail", "explain", "--json"], input=mail, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["subject"] == "Hi"


def test_an_account_is_created_and_listed(steward):
    line = ["account", "create", "fabrikam", "--name", "Fabrikam", "--owner", "Flo@Fabrikam.example"]
    code, out, err = steward(*line, "--owner-name", "Flo Q", typed=f"{PASSWORD}\n")
    assert (code, err) == (0, "")
    assert "fabrikam.localhost" in out
    account = Account.objects.get(slug="fabrikam")
    assert account_key(account.id)
    with account_scope(account.id):
        assert [(m.name, m.role) for m in Membership.objects.all()] == [("Flo Q", "owner")]
        assert [(m.address, m.department.name, m.is_default) for m in MailAccount.objects.all()] == [
            ("support@fabrikam.localhost", "Support", True)
        ]
    assert User.objects.get(email="flo@fabrikam.example").check_password(PASSWORD)
    listed = [json.loads(line) for line in steward("account", "list", "--json")[1].splitlines()]
    assert {"slug": "fabrikam", "name": "Fabrikam", "state": "active"} in listed


@pytest.mark.parametrize(
    ("slug", "owner", "typed", "sentence"),
    [
        ("northwind", "x@y.example", PASSWORD, "is taken"),
        ("No_Host", "x@y.example", PASSWORD, "Begin with a letter"),
        ("fabrikam", "x@y.example", "short", "Use at least 10 characters"),
        ("fabrikam", "x@y.example", "", "needs a password"),
        ("fabrikam", "nobody", PASSWORD, "no e-mail address"),
    ],
)
def test_an_account_that_cannot_be_made(steward, slug, owner, typed, sentence):
    before = Account.objects.count()
    code, _, err = steward("account", "create", slug, "--name", "F", "--owner", owner, typed=typed)
    assert code == 1
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert Account.objects.count() == before


def test_a_person_who_signs_in_elsewhere_keeps_the_password(steward, zoe):
    assert steward("account", "create", "fabrikam", "--name", "F", "--owner", zoe.user.email)[0] == 0
    before = zoe.user.password
    zoe.user.refresh_from_db()
    assert zoe.user.password == before


def test_an_agent_is_added_to_a_department(steward, northwind):
    line = ["agent", "add", "northwind", "--email", "gus@northwind.example", "--name", "Gus"]
    code, _, err = steward(*line, "--department", "billing", "--department-role", "manager", typed=PASSWORD)
    assert (code, err) == (0, "")
    with account_scope(northwind.id):
        member = Membership.objects.get(name="Gus")
        assert [(d.department.name, d.role) for d in member.departments.all()] == [("Billing", "manager")]


def test_an_agent_for_a_department_that_is_not_there(steward, northwind):
    line = ["agent", "add", "northwind", "--email", "gus@northwind.example", "--department", "Sales"]
    code, _, err = steward(*line, typed=PASSWORD)
    assert code == 1
    assert "there are Billing, Support" in err
    assert not User.objects.filter(email="gus@northwind.example").exists()


def test_an_account_that_is_not_there(steward):
    assert "no account “nobody”" in steward("agent", "add", "nobody", "--email", "a@b.example")[2]


def test_a_mailbox_with_its_passwords(steward, northwind):
    servers = ["--imap", "imaps://help@imap.nw.example", "--smtp", "smtp://help%40nw@smtp.nw.example:2587"]
    line = ["mail-account", "add", "northwind", "--address", "Help@NW.example", "--department", "Billing", *servers]
    code, _, err = steward(*line, "--trusted-authserv", "mx.nw.example", typed="first\nsecond\n")
    assert (code, err) == (0, "")
    with account_scope(northwind.id):
        added = MailAccount.objects.select_related("imap", "smtp", "department").get(address="help@nw.example")
        assert (added.department.name, added.trusted_authserv) == ("Billing", "mx.nw.example")
        assert (added.imap.port, added.imap.tls, added.imap.username) == (993, "implicit", "help")
        assert (added.smtp.port, added.smtp.tls, added.smtp.username) == (2587, "starttls", "help@nw")
        assert [added.imap.password.reveal(), added.smtp.password.reveal()] == ["first", "second"]


@pytest.mark.parametrize(
    ("options", "typed", "sentence"),
    [
        (["--imap", "imaps://help:secret@imap.example"], "", "standard input"),
        (["--imap", "imaps://imap.example"], "p", "is no imaps://"),
        (["--smtp", "https://a@smtp.example"], "p", "is no smtps://"),
        (["--imap", "imaps://help@imap.example"], "", "is missing"),
        (["--department", "Sales"], "", "no department"),
    ],
)
def test_a_mailbox_that_is_refused(steward, northwind, options, typed, sentence):
    code, _, err = steward("mail-account", "add", "northwind", "--address", "h@nw.example", *options, typed=typed)
    assert code == 1
    assert sentence in err
    assert "secret" not in err.replace("standard input", "")
    with account_scope(northwind.id):
        assert not MailAccount.objects.filter(address="h@nw.example").exists()


def test_mail_for_a_domain_of_another_account(steward, northwind, contoso):
    code, _, err = steward("mail-account", "add", "northwind", "--address", "x@contoso.localhost")
    assert code == 1
    assert "belongs to another account" in err


def test_an_address_is_given_once(steward, northwind, support_mail):
    assert "already" in steward("mail-account", "add", "northwind", "--address", support_mail.address)[2]


def test_a_mailbox_that_cannot_be_read_is_seen(steward, northwind):
    servers = ["--imap", "imaps://help@imap.nw.example"]
    steward("mail-account", "add", "northwind", "--address", "help@nw.example", *servers, typed="secret\n")
    with account_scope(northwind.id):
        failing = MailAccount.objects.get(address="help@nw.example")
        MailboxPosition.objects.create(mail_account=failing, uid_validity=0, failure="sign_in", failing_since=now())
    code, out, _ = steward("mail-account", "list", "northwind", "--json")
    told = {each["address"]: each for each in map(json.loads, out.splitlines())}
    assert code == 0
    assert told["help@nw.example"]["failure"] == "sign_in"
    assert told["help@nw.example"]["comes_by"] == "imap.nw.example"
    assert (
        told["support@northwind.localhost"] | {"failure": "", "comes_by": "listener"}
        == told["support@northwind.localhost"]
    )
    assert "secret" not in out


MAIL = "From: eli@fjord.example\r\nSubject: By pipe\r\n\r\nhello\r\n"


def test_mail_from_a_pipe(steward, northwind, support_mail):
    assert steward("mail-in", "--to", support_mail.address, "--from", "eli@fjord.example", typed=MAIL)[0] == 0
    with account_scope(northwind.id):
        assert RawMail.objects.get().source == "pipe"
    assert steward("mail-in", "--to", "nobody@nowhere.example", typed=MAIL)[0] == 67


def test_a_pipe_without_a_database_tries_again_later(steward, monkeypatch, refused):
    from steward.project.failure import Failure

    def out_of_order(_data):
        raise Failure("PostgreSQL did not start")

    monkeypatch.setattr(session, "at_hand", out_of_order)
    code, _, err = steward("mail-in", "--to", "a@b.example", typed=MAIL)
    assert code == 75
    assert "PostgreSQL did not start" in err


@task("tests.cli_fails", retry=False)
def fails(account_id):
    raise ValueError(str(account_id))


def test_failed_jobs_are_seen_and_run_again(steward, northwind, run_jobs):
    from procrastinate.contrib.django.models import ProcrastinateJob

    assert "No job has failed" in steward("jobs", "list")[1]
    with account_scope(northwind.id):
        job = enqueue(fails)
    with contextlib.suppress(ValueError):
        run_jobs()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s AND status = 'todo'", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [job])
    [shown] = [json.loads(line) for line in steward("jobs", "list", "--json")[1].splitlines()]
    assert (shown["id"], shown["task"], shown["account"]) == (job, "tests.cli_fails", str(northwind.id))
    assert steward("jobs", "retry", str(job))[0] == 0
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"
    code, _, err = steward("jobs", "retry", str(job))
    assert code == 1
    assert "not among the failed ones" in err


def test_an_operator_is_added_listed_and_removed(steward):
    email = "olga@operator.example"
    code, out, _ = steward("operator", "create", "--email", email, typed="eleven kites above town\n")
    assert code == 0
    assert "/operator/sign-in" in out
    [told] = steward("operator", "list", "--json")[1].splitlines()
    assert (json.loads(told)["email"], json.loads(told)["second_factor"]) == (email, False)
    assert "already" in steward("operator", "create", "--email", email)[2]
    assert "/operator/welcome/" in steward("operator", "link", "--email", email)[1]
    Authenticator.objects.create(user=User.objects.get(email=email), type="totp", data={})
    assert steward("operator", "remove-second-factor", "--email", email)[0] == 0
    assert not Authenticator.objects.filter(user__email=email).exists()
    assert steward("operator", "remove", "--email", email)[0] == 0
    assert not User.objects.filter(email=email).exists()


@pytest.mark.parametrize(
    ("options", "typed", "sentence"),
    [
        (["create", "--email", "nobody"], "", "no e-mail address"),
        (["create", "--email", "olga@operator.example"], "", "needs a password"),
        (["create", "--email", "olga@operator.example"], "password1234\n", "tried first"),
        (["link", "--email", "olga@operator.example"], "", "no operator"),
        (["remove", "--email", "ada@northwind.example"], "", "no operator"),
    ],
)
def test_an_operator_that_cannot_be(steward, northwind, options, typed, sentence):
    code, _, err = steward("operator", *options, typed=typed)
    assert code == 1
    assert sentence in err


def test_an_operator_by_link_chooses_the_password(steward):
    _, out, _ = steward("operator", "create", "--email", "olga@operator.example", "--link")
    assert "/operator/welcome/" in out
    assert not User.objects.get(email="olga@operator.example").has_usable_password()
