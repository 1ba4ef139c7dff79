"""What operators see and do: accounts, jobs, mail, health, the log of it. Never what an account holds."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from steward.backups.manifests import new_name
from steward.events.models import Event
from steward.jobs.queries import counted_jobs
from steward.lib.clock import now
from steward.lifecycle.usage import count_all_usage
from steward.operator import acts, reasons
from steward.operator.errors import meaning_of
from steward.outbox.delivery import HELD_PAUSE
from steward.outbox.models import InstallationMail, OutgoingMail, State
from steward.people.models import OperatorAct
from steward.people.operators import as_operator, forget_old_acts
from steward.privacy.keys.store import key_folder
from steward.project import environment
from steward.tenancy.actions import create_account
from steward.tenancy.directory import forget
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.jobs import failed_job, queued
from steward.testing.tickets import make_message, make_reply, make_ticket

pytestmark = pytest.mark.django_db
PAGES = ("", "accounts", "accounts/northwind", "jobs", "jobs?state=waiting", "jobs?state=running", "jobs/numbers",
         "mail", "installation", "log", "me")  # fmt: skip


def page(browser, path):
    response = browser.get(f"/operator/{path}")
    assert response.status_code == 200, path
    return response.content.decode()


def acts_of(operator):
    return list(OperatorAct.objects.filter(operator_id=operator.pk).order_by("id").values_list("act", flat=True))


@pytest.fixture
def failed_mail(eli, ada, run_jobs):
    """A mail of Northwind that came back."""
    reply = make_reply(make_ticket(eli, subject="A subject nobody else may read"), ada)
    run_jobs("email.send")
    with account_scope(ada.account_id):
        reply.refresh_from_db()
        failed = OutgoingMail.objects.filter(pk=reply.outgoing_id)
        failed.update(state=State.FAILED, reason="bounced", next_attempt_at=None, server_words="eli@example.org: 550")
        return failed.get()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_what_an_account_holds(operator_client, failed_mail, ada, eli, path):
    make_message(make_ticket(eli, subject="Quite another subject"))
    failed_job(ada.account)
    text = page(operator_client, path)
    held = ("A subject nobody", "Quite another", "eli@example", "Eli", "Berg", "Farah", "ada@northwind", "Ada", "550")
    assert [word for word in held if re.search(rf"\b{re.escape(word)}\b", text)] == []


def test_accounts_by_slug_with_counts(operator_client, eli, northwind, contoso):
    make_ticket(eli)
    count_all_usage()
    text = page(operator_client, "accounts")
    assert text.index("contoso") < text.index("northwind")
    found = page(operator_client, "accounts?q=north")
    assert "northwind" in found
    assert "contoso" not in found
    northwind.refresh_from_db()
    assert (northwind.usage.agents, northwind.usage.tickets) == (4, 1)


def test_accounts_by_the_beginning_of_the_slug(operator_client, northwind, contoso):
    for wanted, is_there in (("nor", True), ("NORTH", True), ("northwind", True), ("orth", False), ("n%", False)):
        assert ("/operator/accounts/northwind" in page(operator_client, f"accounts?q={quote(wanted)}")) == is_there


@pytest.mark.parametrize("path", ["accounts?q=%00", "accounts?after=%00", "jobs?task=%00", "log?before=%00"])
def test_what_no_database_can_look_for_is_not_there(operator_client, path):
    page(operator_client, path)


def test_accounts_come_in_pages(operator_client, contoso, monkeypatch):
    monkeypatch.setattr("steward.operator.views.accounts.PAGE", 1)
    first = page(operator_client, "accounts")
    assert "contoso" in first
    assert "northwind" not in first
    after = re.search(r'href="/operator/(accounts\?after=[^"]+)"', first)[1]
    assert "northwind" in page(operator_client, after)


def test_suspending_takes_the_slug_and_shuts_the_account(operator_client, client_of, visitor_at, ada, olga):
    account, browser = ada.account, client_of(ada)
    wrong = operator_client.post("/operator/accounts/northwind/suspension", {"word": "north"})
    assert wrong.status_code == 422
    assert Account.objects.get(pk=account.pk).state == Account.State.ACTIVE
    operator_client.post("/operator/accounts/northwind/suspension", {"word": "northwind"})
    forget()
    assert visitor_at(account).get("/console/").status_code == 403
    operator_client.post("/operator/accounts/northwind/resumption", {"word": "northwind"})
    forget()
    assert browser.get("/console/").status_code == 302, "the sessions have ended"
    with account_scope(account.pk):
        kinds = Event.objects.filter(object_id=account.pk, actor_kind="system").values_list("kind", flat=True)
        assert set(kinds) >= {"account.suspended", "account.resumed"}
    assert acts_of(olga)[-2:] == ["account.suspended", "account.resumed"]


def test_suspending_twice_is_one_event(operator_client, northwind):
    for _ in range(2):
        operator_client.post("/operator/accounts/northwind/suspension", {"word": "northwind"})
    with account_scope(northwind.pk):
        assert Event.objects.filter(kind="account.suspended").count() == 1


def test_counting_now(operator_client, northwind):
    operator_client.post("/operator/accounts/northwind/count")
    northwind.refresh_from_db()
    assert northwind.usage.agents == 4


def test_a_failed_job_is_seen_and_runs_again(operator_client, northwind, olga):
    job = failed_job(northwind, error="steward.privacy.keys.errors.KeyMissing")
    text = page(operator_client, "jobs")
    assert "email.send" in text
    assert "steward.privacy.keys.errors.KeyMissing" in text
    assert meaning_of("steward.privacy.keys.errors.KeyMissing").split(".")[0] in text.replace("&#x27;", "'")
    assert operator_client.post(f"/operator/jobs/{job}/retry").status_code == 302
    assert counted_jobs()["email.send"]["failed"] == 0
    assert operator_client.post(f"/operator/jobs/{job}/retry").status_code == 404
    assert acts_of(olga)[-1] == "job.retried"


def test_all_of_a_kind_run_again(operator_client, northwind):
    for task in ("email.send", "email.send", "tickets.wake"):
        failed_job(northwind, task=task)
    operator_client.post("/operator/jobs/retry", {"task": "email.send"})
    assert [counted_jobs()[task]["failed"] for task in ("email.send", "tickets.wake")] == [0, 1]
    operator_client.post("/operator/jobs/retry")
    assert counted_jobs()["tickets.wake"]["failed"] == 0


def test_an_unknown_state_is_not_found(operator_client):
    assert operator_client.get("/operator/jobs?state=lost").status_code == 404


def test_why_a_job_failed_is_noted_by_class_alone(northwind):
    from procrastinate import JobContext
    from procrastinate.contrib.django import app
    from procrastinate.jobs import Job

    from steward.jobs.models import Failure

    number = failed_job(northwind)
    about = Job(id=number, queue="q", lock=None, queueing_lock=None, task_name="email.send", task_kwargs={})
    context = JobContext(app=app, start_timestamp=0.0, job=about, abort_reason=lambda: None)
    with pytest.raises(ValueError, match="badly formed"):
        app.tasks["email.send"].func(context, account="eli@example.org")
    with pytest.raises(TypeError):
        app.tasks["email.send"].func(context, account=str(northwind.pk), unknown="eli@example.org")
    assert Failure.objects.get(pk=number).error == "builtins.TypeError"


def test_mail_by_account_and_reason_is_tried_again(operator_client, failed_mail, olga):
    text = page(operator_client, "mail")
    assert "northwind" in text
    assert "it came back" in text
    form = {"account": "northwind", "state": "failed", "reason": "bounced"}
    assert operator_client.post("/operator/mail/retry", form).status_code == 302
    with account_scope(failed_mail.account_id):
        failed_mail.refresh_from_db()
    assert failed_mail.state == State.WAITING
    assert str(failed_mail.pk) in [job["mail"] for job in queued("outbox.deliver")]
    assert acts_of(olga)[-1] == "mail.retried"


def test_mail_of_the_installation_is_tried_again(operator_client):
    mail = InstallationMail.objects.create(purpose="x", state=State.HELD, reason="no_relay", created_at=now(),
                                           next_attempt_at=now() + HELD_PAUSE)  # fmt: skip
    assert "STEWARD_SMTP_RELAY" in page(operator_client, "mail")
    operator_client.post("/operator/mail/retry", {"state": "held", "reason": "no_relay"})
    mail.refresh_from_db()
    assert mail.state == State.WAITING


@pytest.mark.parametrize(
    "form", [{"state": "sent"}, {"state": "waiting"}, {}, {"state": "failed", "account": "fabrikam"}]
)
def test_what_cannot_be_tried_again_is_not_found(operator_client, form):
    assert operator_client.post("/operator/mail/retry", form).status_code == 404


def test_settings_are_shown_without_secrets(operator_client, monkeypatch, settings):
    monkeypatch.setenv("STEWARD_METRICS_TOKEN", "hunter2-the-token")
    settings.STEWARD_SMTP_RELAY = "smtps://user:hunter2@relay.example:465"
    settings.STEWARD_OBJECT_STORE = "s3s://key:hunter2@s3.example/steward"
    settings.STEWARD_BACKUPS = "s3s://key:hunter2@backups.example/steward"
    text = page(operator_client, "installation")
    assert "hunter2" not in text
    assert django_settings.SECRET_KEY not in text
    assert "smtps://relay.example:465" in text
    assert "s3s://s3.example" in text
    assert "STEWARD_DATA" in text


def test_reads_are_noted_once_in_a_while_and_acts_always(operator_client, olga):
    for _ in range(3):
        page(operator_client, "accounts")
        page(operator_client, "jobs")
        operator_client.post("/operator/accounts/northwind/count")
    noted = acts_of(olga)
    assert noted.count("accounts.read") == noted.count("jobs.read") == 1
    assert noted.count("account.counted") == 3
    text = page(operator_client, "log")
    assert "Read the list of accounts" in text
    assert olga.user.email in text


def test_every_act_and_reason_has_words():
    from steward.privacy.egress.replies import Stage

    assert all(reasons.words_of(stage.value) != stage.value for stage in Stage)
    assert "no_such_rule" in reasons.words_of("denied:no_such_rule")
    assert acts.words_of("mail.read")
    with pytest.raises(KeyError):
        acts.words_of("something.else")


def test_the_function_answers_operators_only(olga, ada, failed_mail):
    from django.db import ProgrammingError, transaction

    query = "SELECT * FROM operations_mail()"
    assert [row[1:3] for row in as_operator(olga.pk, query)] == [("failed", "bounced")]
    for other in (ada.user_id, ada.pk):
        with pytest.raises(ProgrammingError, match="only an operator"), transaction.atomic():
            as_operator(other, query)


def test_the_log_only_grows(olga, operator_client):
    from django.db import ProgrammingError, connection, transaction

    page(operator_client, "accounts")
    for statement in ("UPDATE people_operatoract SET act = 'x'", "DELETE FROM people_operatoract"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


class TestForgettingTheLog:
    """After a year, or what the setting says; by a function that spares the last thirty days."""

    def noted(self, *days):
        for number in days:
            OperatorAct.objects.create(at=now() - timedelta(days=number), act="jobs.read", about=f"{number}")

    def left(self):
        return set(OperatorAct.objects.values_list("act", "about"))

    def test_what_is_older_goes_and_that_is_told(self, olga, operator_client):
        self.noted(0, 364, 366, 400)
        before = self.left()
        assert forget_old_acts() == 2
        assert self.left() - before == {("log.forgotten", "2")}
        assert before - self.left() == {("jobs.read", "366"), ("jobs.read", "400")}
        assert "Deleted old entries of this log" in page(operator_client, "log")

    def test_nothing_old_leaves_no_trace(self, olga):
        self.noted(3)
        before = self.left()
        assert forget_old_acts() == 0
        assert self.left() == before

    def test_another_time(self, olga, settings):
        self.noted(29, 31)
        settings.STEWARD_OPERATOR_LOG_DAYS = 30
        assert forget_old_acts() == 1

    def test_without_end(self, olga, settings):
        self.noted(9000)
        settings.STEWARD_OPERATOR_LOG_DAYS = 0
        assert forget_old_acts() == 0

    @pytest.mark.parametrize("span", ["29 days", "0", "-1 year"])
    def test_the_database_spares_the_last_thirty_days(self, db, span):
        from django.db import ProgrammingError, connection, transaction

        with pytest.raises(ProgrammingError, match="thirty days at least"), transaction.atomic():
            connection.cursor().execute("SELECT operations_forget_acts(%s::interval)", [span])

    @pytest.mark.parametrize(("text", "number"), [("", 365), ("0", 0), ("30", 30), (" 90 ", 90)])
    def test_the_setting(self, monkeypatch, text, number):
        monkeypatch.setenv("STEWARD_OPERATOR_LOG_DAYS", text)
        assert environment.days("STEWARD_OPERATOR_LOG_DAYS", 365, least=30) == number

    @pytest.mark.parametrize("text", ["29", "-1", "a year", "1.5"])
    def test_a_setting_that_makes_no_sense_stops_the_start(self, monkeypatch, text):
        monkeypatch.setenv("STEWARD_OPERATOR_LOG_DAYS", text)
        with pytest.raises(ImproperlyConfigured, match="30 at least"):
            environment.days("STEWARD_OPERATOR_LOG_DAYS", 365, least=30)


def test_the_overview_says_when_the_last_backup_was_made(operator_client, settings, tmp_path, stop_clock):
    stop_clock(datetime(2026, 11, 21, 2, tzinfo=UTC))
    settings.STEWARD_BACKUPS = str(tmp_path / "backups")
    (tmp_path / "backups").mkdir()
    assert "There is no backup in" in page(operator_client, "")
    (tmp_path / "backups" / new_name(datetime(2026, 11, 20, 2, tzinfo=UTC))).mkdir()
    assert "The last backup was made on 20 November 2026." in page(operator_client, "")


def test_the_overview_says_what_to_back_up(operator_client):
    text = page(operator_client, "")
    assert "No folder for backups is set" in text
    for place in (django_settings.STEWARD_DATA / "files", key_folder()):
        assert str(place) in text


@pytest.mark.parametrize("path", ["accounts", "jobs", "log"])
def test_more_rows_are_no_more_queries(operator_client, northwind, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    operator_client.post("/operator/accounts/northwind/count")
    failed_job(northwind)
    page(operator_client, path)  # what is noted once in a while is noted now
    with CaptureQueriesContext(connection) as few:
        page(operator_client, path)
    for number in range(3):
        failed_job(northwind)
        create_account(f"another-{number}", name="Another")
        operator_client.post("/operator/accounts/northwind/count")
    with CaptureQueriesContext(connection) as many:
        page(operator_client, path)
    assert len(many) == len(few)
