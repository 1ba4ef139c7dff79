"""Who of the customers may be written to: off unless they said so, gone when they take it back or five years after."""

import contextlib
import csv
import io
import json
import time
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.lifecycle.suspension import reopen_account, suspend_account, terminate_account
from steward.marketing.consents import (
    TEXTS,
    account_ended,
    agree,
    consenting,
    forget_past,
    has_agreed,
    token_of,
    unsubscribe_headers,
    years_after,
)
from steward.marketing.models import MarketingConsent
from steward.people.actions import NewSignUp, begin_sign_up
from steward.people.models import OperatorAct, SignUp
from steward.people.tokens import hashed_token, new_token
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.models import Account
from steward.testing.cast import NOON
from steward.testing.life_samples import note_order_by_letter

pytestmark = pytest.mark.django_db
PLAN = "/console/settings/plan"
PASSWORD = "seven boats leave at dawn"


def agreed(account_id, email="zoe@contoso.example", **more):
    told = {"name": "=Zoe", "company": "Contoso", "language": "da", "channel": "settings"}
    agree(account_id, email=email, **told | more)
    return MarketingConsent.objects.get(account_id=account_id)


@pytest.mark.parametrize("ticked", [{}, {"news": "on"}])
def test_at_sign_up_the_box_is_not_ticked(settings, visitor_at, ticked):
    settings.STEWARD_SIGN_UP = True
    asked, token = (
        begin_sign_up(NewSignUp(slug="fjord", company="Fjord", name="Gil", email="gil@fjord.example")),
        new_token(),
    )
    SignUp.objects.filter(pk=asked.pk).update(token_hash=hashed_token(token))
    page = visitor_at().get(f"/sign-up/{token}").content.decode()
    box = page[page.index('name="news"') :].partition(">")[0]
    assert "checked" not in box
    assert str(TEXTS[1]) in page.replace("&#x27;", "'")
    answer = visitor_at().post(f"/sign-up/{token}", {"password": PASSWORD} | ticked)
    assert answer.status_code == 303
    found = list(consenting())
    assert [(one.email, one.company, one.channel) for one in found] == (
        [("gil@fjord.example", "Fjord", "sign_up")] if ticked else []
    )


def test_an_owner_says_yes_and_takes_it_back(settings, client_of, ada, ben, northwind):
    browser = client_of(ada)
    assert 'name="news"' not in browser.get(PLAN).content.decode(), "who runs it for themselves is not asked"
    settings.STEWARD_HOSTING = True
    assert 'name="news"' in browser.get(PLAN).content.decode()
    browser.post(f"{PLAN}/news", {"news": "on"})
    [one] = consenting()
    assert (one.email, one.name, one.company, one.text_version) == ("ada@northwind.example", "Ada", "Northwind", 1)
    page = browser.get(PLAN).content.decode()
    assert "checked" in page[page.index('name="news"') :].partition(">")[0]
    browser.post(f"{PLAN}/news", {})
    assert not MarketingConsent.objects.exists(), "the row goes whole"
    assert client_of(ben).post(f"{PLAN}/news", {"news": "on"}).status_code == 403


def test_nothing_of_them_stands_in_the_clear(northwind):
    row = agreed(northwind.id)
    kept = bytes(row.person) + bytes(row.address_hash)
    assert b"zoe" not in kept.lower()
    assert has_agreed(northwind.id, " Zoe@Contoso.example")
    again = agreed(northwind.id, name="Zoe B")
    assert (again.pk, [one.name for one in consenting()]) == (row.pk, ["Zoe B"]), "one row for each person and account"


@pytest.mark.django_db(transaction=True)
def test_a_double_click_says_it_once(northwind):
    failed = []

    def click_again():
        try:
            agreed(northwind.id)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    second = Thread(target=click_again)
    with transaction.atomic():
        first = agreed(northwind.id, name="Z.")
        second.start()
        wait_for_a_lock()
    second.join(timeout=10)
    assert failed == []
    [kept] = consenting()
    assert (kept.id, kept.name) == (first.id, "=Zoe")


def wait_for_a_lock():
    """Until another connection waits for this one."""
    ends = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("nobody waits")


def test_one_click_takes_it_back(visitor_at, northwind):
    way = f"/news/{token_of(agreed(northwind.id).pk)}"
    [one] = consenting()
    assert unsubscribe_headers(one) == {
        "List-Unsubscribe": f"<{one.withdrawal}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert one.withdrawal.endswith(way)
    browser = visitor_at()
    assert browser.get(way).content.decode().count("<button") >= 1
    assert MarketingConsent.objects.count() == 1, "programs that look at mails open links, too"
    browser.handler.enforce_csrf_checks = True
    assert browser.post(way, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not MarketingConsent.objects.exists()
    assert "You are not on the list" in browser.get(way).content.decode()
    assert browser.post(way).status_code == 200, "twice changes nothing"
    wrong = [browser.get("/news/" + "A" * 43).status_code for _ in range(31)]
    assert wrong == [404] * 30 + [429]
    assert browser.get(way).status_code == 200, "who has a link shares an address with others, and is not kept out"
    assert visitor_at(northwind).get(way).status_code == 404, "at the host of an account"


def test_it_ends_five_years_after_the_account_to_the_second(contoso, stop_clock):
    stop_clock(NOON)
    row = agreed(contoso.id)
    suspend_account(contoso, actor=SYSTEM)
    row.refresh_from_db()
    assert row.ends_at is None, "a suspended account has not ended"
    terminate_account(contoso, actor=SYSTEM)
    end = NOON.replace(year=NOON.year + 5)
    row.refresh_from_db()
    assert row.ends_at == end
    stop_clock(end - timedelta(seconds=1))
    assert (forget_past(), len(list(consenting()))) == (0, 1)
    stop_clock(end)
    assert list(consenting()) == [], "nobody is on the list, before the job was there"
    stop_clock(end + timedelta(seconds=1))
    assert (forget_past(), MarketingConsent.objects.count()) == (1, 0)


def test_who_comes_back_stays(contoso):
    row = agreed(contoso.id)
    suspend_account(contoso, actor=SYSTEM)
    terminate_account(contoso, actor=SYSTEM)
    note_order_by_letter(contoso)
    reopen_account(Account.objects.get(pk=contoso.pk), actor=SYSTEM)
    row.refresh_from_db()
    assert row.ends_at is None


def test_of_an_account_that_is_gone_without_a_word_the_years_run_from_now(stop_clock):
    stop_clock(NOON)
    row = agreed(new_id())
    assert forget_past() == 0
    row.refresh_from_db()
    assert row.ends_at == years_after(NOON)
    account_ended(row.account_id, NOON + timedelta(days=9))
    row.refresh_from_db()
    assert row.ends_at == years_after(NOON), "never longer"


def test_a_leap_day_makes_it_no_longer():
    assert years_after(NOON.replace(year=2024, month=2, day=29)) == NOON.replace(year=2029, month=2, day=28)


def test_operators_read_download_and_take_off(operator_client, northwind, contoso):
    assert "Nobody has said" in operator_client.get("/operator/marketing").content.decode()
    agreed(northwind.id, email="ada@northwind.example", name="Ada")
    row = agreed(contoso.id)
    account_ended(contoso.id, now())
    page = operator_client.get("/operator/marketing").content.decode()
    assert ("ada@northwind.example" in page, "2 people" in page) == (True, True)
    file = operator_client.get("/operator/marketing.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode())))
    assert [one["email"] for one in rows] == ["zoe@contoso.example", "ada@northwind.example"]
    assert (rows[0]["name"], rows[0]["List-Unsubscribe-Post"]) == ("'=Zoe", "List-Unsubscribe=One-Click")
    operator_client.post(f"/operator/marketing/{row.pk}/withdrawal")
    assert [one.email for one in consenting()] == ["ada@northwind.example"]
    acts = set(OperatorAct.objects.values_list("act", flat=True))
    assert {"marketing.read", "marketing.downloaded", "marketing.withdrawn"} <= acts


def test_nobody_else_reads_it(client_of, visitor_at, ada):
    assert visitor_at().get("/operator/marketing").status_code == 302
    assert client_of(ada).get("/operator/marketing").status_code == 404


def test_on_the_command_line(monkeypatch, capsys, northwind):
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())
    agreed(northwind.id)
    assert cli.main(["marketing", "list"]) == 0
    assert json.loads(capsys.readouterr().out)["email"] == "zoe@contoso.example"
    assert cli.main(["marketing", "withdraw", "--email", "Zoe@contoso.example"]) == 0
    assert cli.main(["marketing", "withdraw", "--email", "zoe@contoso.example"]) == 1
    assert list(OperatorAct.objects.order_by("id").values_list("act", "operator_id")) == [
        ("marketing.downloaded", None),
        ("marketing.withdrawn", None),
    ]
