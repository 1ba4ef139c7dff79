"""The page about where an account stands: its owner comes by a mailed link and a second factor, and nobody else."""

import re
from datetime import timedelta
from email import message_from_bytes
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.closing import order_deletion
from steward.lifecycle.models import ReopeningOrder, Standing
from steward.lifecycle.orders import standing_rows
from steward.lifecycle.reopening import NoOrder
from steward.lifecycle.suspension import reopen_account, resume_account, suspend_account, terminate_account
from steward.outbox.models import InstallationMail
from steward.people.models import MailedLink
from steward.people.second_factors import new_recovery_codes, new_totp_secret, store_totp
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.cast import PASSWORD, contact
from steward.testing.tickets import make_ticket

pytestmark = pytest.mark.django_db
ACCOUNT = "/standing/account"


@pytest.fixture
def base(visitor_at):
    return visitor_at()


@pytest.fixture
def suspended(northwind):
    suspend_account(northwind, actor=SYSTEM)
    return northwind


def mails(subject=""):
    """What went out by the installation's outbox, as (to, text)."""
    for mail in InstallationMail.objects.order_by("created_at", "id"):
        message = message_from_bytes(decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")))
        if subject in message["Subject"]:
            yield message["To"], message.get_payload(decode=True).decode()


def asked(base, email, account="northwind"):
    """Ask for a link; the path that the mail leads to, None without a mail."""
    before = len(list(mails("your help desk stands")))
    answer = base.post("/standing", {"account": account, "email": email})
    assert (answer.status_code, answer["Location"]) == (303, "/standing/sent"), "the same for everybody"
    found = list(mails("your help desk stands"))[before:]
    return urlsplit(re.search(r"http\S+/standing/\S+", found[0][1])[0]).path if found else None


def entered(base, person):
    """The browser of somebody who came by link and password."""
    path = asked(base, person.user.email)
    assert base.post(path, {"password": PASSWORD})["Location"] == ACCOUNT
    return base


def kinds(account):
    with upkeep_scope(account.id):
        return list(
            Event.objects.filter(kind__startswith="account.").order_by("at", "id").values_list("kind", flat=True)
        )


def test_the_page_of_a_suspended_account_leads_there_and_so_do_the_mails(suspended, visitor_at, base):
    page = visitor_at(suspended).get("/console/")
    assert page.status_code == 403
    link = re.search(r'href="(http://localhost[^"]*/standing\?account=northwind)"', page.content.decode())[1]
    assert 'value="northwind"' in base.get("/standing?account=northwind").content.decode()
    assert all(link in text for _to, text in mails("suspended"))
    assert visitor_at(suspended).get("/standing").status_code == 403, "the host of the account itself stays shut"


def test_the_link_is_for_owners_of_shut_accounts_only(northwind, contoso, base, ada, ben):
    assert asked(base, ada.user.email) is None, "it is open"
    assert asked(base, "nobody@northwind.example", account="nobody-here") is None
    suspend_account(northwind, actor=SYSTEM)
    assert asked(base, ben.user.email) is None, "no owner"
    assert asked(base, ada.user.email, account="contoso") is None, "not hers"
    assert asked(base, ada.user.email, account="http://Northwind.localhost:8000/console/")
    assert MailedLink.objects.filter(purpose="owner").count() == 1


def test_without_a_second_factor_it_is_the_password(suspended, base, ada):
    path = asked(base, ada.user.email)
    wrong = base.post(path, {"password": "not it"})
    assert wrong.status_code == 422
    assert "This is not the password." in wrong.content.decode()
    assert base.get(ACCOUNT)["Location"] == "/standing"
    assert base.post(path, {"password": PASSWORD})["Location"] == ACCOUNT
    assert base.get(ACCOUNT).status_code == 200
    assert base.get(path).status_code == 410, "once"
    assert "account.owner_entered" in kinds(suspended)


def test_with_a_second_factor_it_is_a_code_and_not_the_password(suspended, base, ada):
    store_totp(ada.user, new_totp_secret())
    codes = new_recovery_codes(ada.user)
    path = asked(base, ada.user.email)
    assert base.post(path, {"password": PASSWORD}).status_code == 422
    assert base.post(path, {"code": "000000"}).status_code == 422
    assert base.post(path, {"code": codes[0]})["Location"] == ACCOUNT
    assert list(mails("recovery code")), "she hears of it"


def test_guessing_is_counted(suspended, base, ada):
    path = asked(base, ada.user.email)
    assert [base.post(path, {"password": "guess"}).status_code for _ in range(6)] == [422] * 5 + [429]
    assert base.post(path, {"password": PASSWORD}).status_code == 429


def test_it_lasts_half_an_hour_and_ends_with_the_suspension_and_the_password(suspended, base, ada, clock):
    entered(base, ada)
    clock(29)
    assert base.get(ACCOUNT).status_code == 200
    clock(30)
    assert base.get(ACCOUNT)["Location"] == "/standing"
    entered(base, ada)
    ada.user.set_password("seven boats leave at dawn")
    ada.user.save()
    assert base.get(ACCOUNT).status_code == 302
    ada.user.set_password(PASSWORD)
    ada.user.save()
    path = asked(base, ada.user.email)
    resume_account(suspended, actor=SYSTEM)
    assert base.post(path, {"password": PASSWORD}).status_code == 410
    assert base.get(ACCOUNT).status_code == 302


def test_nothing_of_the_service_is_shown_and_no_session_of_it_helps(suspended, base, ada, client_of):
    with account_scope(suspended.id):
        ticket = make_ticket(contact(suspended.id, "Eli"))
    page = entered(base, ada).get(ACCOUNT).content.decode()
    assert "Whoever runs this installation has suspended it" in page
    for word in (ticket.code, ticket.subject, "Eli", "ben@"):
        assert word not in page
    assert base.get("/operator/").status_code == 302
    signed_in = client_of(ada)
    signed_in.defaults["HTTP_HOST"] = "localhost"
    assert signed_in.get(ACCOUNT).status_code in {302, 404}


def test_an_owner_asks_to_open_it_again(suspended, base, ada, olga, clock):
    entered(base, ada)
    base.post(f"{ACCOUNT}/lifting", {"words": "Paid on Monday."})
    ((to, text),) = mails("asks to be opened again")
    assert to == olga.user.email
    assert "Paid on Monday." in text
    assert ada.user.email in text
    base.post(f"{ACCOUNT}/lifting", {"words": "Again"})
    assert len(list(mails("asks to be opened again"))) == 1, "once a day"
    clock(29)
    assert kinds(suspended).count("account.lift_asked") == 1


def test_an_owner_orders_a_copy_and_the_deletion_and_takes_that_back(suspended, base, ada, olga):
    entered(base, ada)
    for _ in range(2):
        assert base.post(f"{ACCOUNT}/copy").status_code == 303
    refused = base.post(f"{ACCOUNT}/deletion", {"word": "yes"})
    assert refused.status_code == 422
    assert Standing.objects.get(account=suspended).deletion_ordered_at is None
    assert base.post(f"{ACCOUNT}/deletion", {"word": "Delete"})["Location"] == ACCOUNT
    assert Standing.objects.get(account=suspended).deletion_ordered_at
    assert base.post(f"{ACCOUNT}/deletion/withdrawal").status_code == 303
    assert Standing.objects.get(account=suspended).deletion_ordered_at is None
    assert kinds(suspended)[-4:] == [
        "account.owner_entered", "account.copy_ordered", "account.deletion_ordered", "account.deletion_withdrawn",
    ]  # fmt: skip
    assert len(list(mails("orders a copy"))) == 1
    assert base.post(f"{ACCOUNT}/leaving").status_code == 303
    assert base.get(ACCOUNT).status_code == 302


@pytest.fixture
def terminated(suspended, ada):
    terminate_account(suspended, actor=SYSTEM)
    return suspended


def test_an_owner_orders_that_a_terminated_account_is_opened_again(terminated, base, ada, olga):
    page = entered(base, ada).get(ACCOUNT).content.decode()
    assert ("is terminated" in page, "Order to open it again" in page, "Ask to open" in page) == (True, True, False)
    base.post(f"{ACCOUNT}/copy")
    assert base.post(f"{ACCOUNT}/reopening", {"words": "We have paid."})["Location"] == ACCOUNT
    base.post(f"{ACCOUNT}/reopening")
    ((to, text),) = mails("orders to be opened again")
    assert to == olga.user.email
    assert all(words in text for words in ("Ada", "We have paid."))
    assert any(word.endswith("/operator/accounts/northwind") for word in text.split())
    assert "ordered it on" in base.get(ACCOUNT).content.decode()
    assert reopen_account(terminated, actor=SYSTEM)
    standing = Standing.objects.get(account=terminated)
    assert (standing.deletion_ordered_at, standing.lift_asked_at, standing.copy_ordered_at) == (None, None, None)
    found = kinds(terminated)
    assert found.count("account.reopening_ordered") == 1
    assert found.index("account.reopening_ordered") < found.index("account.reopened")
    told = [text for _to, text in mails("is open again")]
    assert all("Ada, an owner, ordered it on" in text and "entered anew" in text for text in told)
    assert told


def test_of_an_order_whose_owner_is_no_member_any_more_the_mail_says_that(terminated, base, ada):
    entered(base, ada).post(f"{ACCOUNT}/reopening")
    with upkeep_scope(terminated.id):
        ReopeningOrder.objects.update(owner_id=uuid4())
    assert reopen_account(terminated, actor=SYSTEM)
    told = [text for _to, text in mails("is open again")]
    assert all("An owner who is no longer here ordered it on" in text for text in told)
    assert told


def test_an_owner_takes_the_order_to_open_it_back(terminated, base, ada):
    entered(base, ada).post(f"{ACCOUNT}/reopening")
    assert base.post(f"{ACCOUNT}/reopening/withdrawal")["Location"] == ACCOUNT
    with pytest.raises(NoOrder):
        reopen_account(terminated, actor=SYSTEM)
    terminated.refresh_from_db()
    assert terminated.state == "terminated"
    assert kinds(terminated)[-1] == "account.reopening_withdrawn"
    assert "There is no such order." in base.post(f"{ACCOUNT}/reopening/withdrawal", follow=True).content.decode()


def test_what_was_ordered_last_holds(terminated, base, ada):
    entered(base, ada).post(f"{ACCOUNT}/reopening")
    base.post(f"{ACCOUNT}/deletion", {"word": "delete"})
    with pytest.raises(NoOrder):
        reopen_account(terminated, actor=SYSTEM)
    assert "take that order back first" in base.get(ACCOUNT).content.decode()
    base.post(f"{ACCOUNT}/reopening")
    assert kinds(terminated).count("account.reopening_ordered") == 1
    base.post(f"{ACCOUNT}/deletion/withdrawal")
    base.post(f"{ACCOUNT}/reopening")
    assert reopen_account(terminated, actor=SYSTEM)


def test_a_suspended_account_is_asked_for_and_not_ordered(suspended, base, ada):
    entered(base, ada).post(f"{ACCOUNT}/reopening")
    assert "account.reopening_ordered" not in kinds(suspended)
    assert resume_account(suspended, actor=SYSTEM), "what an operator suspended needs no order"


def test_what_is_being_deleted_is_opened_by_nobody_and_ordered_by_nobody(suspended, base, ada, olga):
    terminate_account(suspended, actor=SYSTEM)
    Account.objects.filter(pk=suspended.pk).update(departing_since=now())
    page = entered(base, ada).get(ACCOUNT).content.decode()
    assert "cannot be stopped" in page
    assert "Order to open it again" not in page
    for path, typed in (("lifting", {"words": "Wait!"}), ("reopening", {}), ("deletion", {"word": "delete"})):
        assert base.post(f"{ACCOUNT}/{path}", typed)["Location"] == ACCOUNT
    assert not list(mails("to be opened again"))
    assert not list(mails("deletion of your help desk is ordered"))


def test_an_order_for_a_later_day_says_its_day(suspended, base, ada):
    with account_scope(suspended.id):
        order_deletion(suspended, owner=ada, after=timedelta(days=7))
    page = entered(base, ada).get(ACCOUNT).content.decode()
    assert "An owner has ordered that everything is deleted. It begins on" in page
    assert "within minutes" not in page
    assert "Take the order back" in page


def test_links_are_not_asked_for_without_end(suspended, base, ada):
    for _ in range(5):
        asked(base, ada.user.email)
    assert len(list(mails("your help desk stands"))) == 3
    link = MailedLink.objects.get(purpose="owner")
    assert now() < link.expires_at <= now() + timedelta(hours=1)


def test_what_is_being_deleted_is_not_copied_any_more(suspended, base, ada):
    terminate_account(suspended, actor=SYSTEM)
    entered(base, ada)
    assert f"{ACCOUNT}/copy" in base.get(ACCOUNT).content.decode()
    Account.objects.filter(pk=suspended.pk).update(departing_since=now())
    standing_rows(suspended).update(suspended_because="owner")
    page = base.get(ACCOUNT).content.decode()
    assert (f"{ACCOUNT}/copy" in page, "Ask them why" in page) == (False, False)
    assert base.post(f"{ACCOUNT}/copy")["Location"] == ACCOUNT
    assert "account.copy_ordered" not in kinds(suspended)
