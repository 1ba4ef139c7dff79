"""Accounts are told of what changes in the registry: each once, with their own date; what comes back is seen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from steward.events.actions import record
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.notifications.of_account import unread_of_account
from steward.outbox.models import OutgoingMail
from steward.people.actions import add_member
from steward.people.models import Membership, Role
from steward.privacy.egress.engaging import terms_of
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.document import Engagement, Kind, Provider, Registry, Subprocessor
from steward.privacy.egress.registry.standing import standing
from steward.privacy.egress.registry.versions import published
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.keys.cipher import decrypt
from steward.privacy.subprocessors import announcing
from steward.privacy.subprocessors.access import visible_notices, visible_objections, visible_undelivered
from steward.privacy.subprocessors.actions import approve_draft, change_draft, describe_draft, open_draft, publish_draft
from steward.privacy.subprocessors.actions.objections import (
    agree_to,
    answer_due,
    object_to,
    overdue,
    resolve,
    settle_undelivered,
)
from steward.privacy.subprocessors.actions.opening import open_notices
from steward.privacy.subprocessors.models import ChangeNotice, NoticeDelivery
from steward.privacy.subprocessors.notice_tasks import remind_accounts
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
RELAY = Engagement(key="relay", purposes=("mail.deliver",), categories=("user.content",), countries=("DE",))
VOICE = Engagement(key="voice", purposes=("call.carry",), categories=("user.contact.phone_number",), countries=("IE",))


@pytest.fixture(autouse=True)
def _hosting(settings: Any, stop_clock: Callable[[datetime], object]) -> None:
    settings.STEWARD_HOSTING = True
    stop_clock(datetime.now(UTC))


@pytest.fixture
def publish(run_jobs: Callable[..., int]) -> Callable[..., None]:
    """Publish a list of these engagements, and do what is queued."""

    def publish(*engagements: Engagement, why: str = "") -> None:
        company = Subprocessor(key="company", legal_name="Relay GmbH", kind=Kind.SERVICE, engagements=engagements)
        provider = Provider(legal_name="Host s.r.o.", service="Desk")
        registry = Registry(provider=provider, regions=(), subprocessors=(company,), prose=())
        draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
        if why:
            draft = describe_draft(draft, summary={"en": why}, effective_at=None, operator_id=None)
        publish_draft(approve_draft(draft, operator_id=None), operator_id=None)
        run_jobs("subprocessors.announce")
        run_jobs("subprocessors.tell_account")

    return publish


def notices(account: Account) -> list[ChangeNotice]:
    with account_scope(account.id):
        return list(ChangeNotice.objects.order_by("version"))


def mails(account: Account) -> list[Any]:
    with account_scope(account.id):
        rows = list(OutgoingMail.objects.filter(purpose="subprocessor notice").order_by("id"))
        contents = [decrypt(row.account_id, bytes(row.content), context=row.content_context) for row in rows]
    return [message_from_bytes(content, policy=policy.default) for content in contents]


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def test_every_account_that_was_there_is_told_by_mail_and_in_the_product(
    publish: Callable[..., None], northwind: Account, contoso: Account, ada: Membership, ben: Membership
) -> None:
    publish()
    publish(RELAY, why="We send more mail.")
    for account in (northwind, contoso):
        [notice] = notices(account)
        assert (notice.version, notice.engagements) == (2, ["relay"])
        assert notice.objection_until == notice.announced_at + 30 * DAY
        [mail] = mails(account)
        assert "you can object until" in mail["Subject"]
        assert mail["From"].startswith('"Host s.r.o." <no-reply@')
        words = text_of(mail)
        assert "Host s.r.o. provides Desk to" in words
        assert "Why: We send more mail." in words
        assert "New: Relay GmbH (Germany)" in words
        assert "Sending e-mail" in words
        assert f"{account.slug}" in words
        assert "/console/settings/privacy/subprocessors" in words
    with account_scope(northwind.id):
        assert [one.kind for one in unread_of_account(ada, is_exact=True)] == ["subprocessor.announced"]
        assert unread_of_account(ben, is_exact=True) == []
        assert {one.channel for one in NoticeDelivery.objects.all()} == {"product", "mail"}


def test_telling_twice_tells_once(
    publish: Callable[..., None], northwind: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    with monkeypatch.context() as broken:
        broken.setattr(announcing, "_tell", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            publish(RELAY)
    assert notices(northwind) == []
    for _ in range(2):
        with account_scope(northwind.id):
            announcing.tell_account(2)
    assert (len(notices(northwind)), len(mails(northwind))) == (1, 1)
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="subprocessor.announced").count() == 1


def test_who_came_later_accepted_it_at_sign_up(publish: Callable[..., None], northwind: Account) -> None:
    publish()
    Account.objects.filter(pk=northwind.pk).update(created_at=now() + SECOND * 60)
    publish(RELAY)
    assert notices(northwind) == []
    assert mails(northwind) == []


def test_who_runs_it_for_themselves_is_told_nothing(
    publish: Callable[..., None], northwind: Account, settings: Any
) -> None:
    settings.STEWARD_HOSTING = False
    publish()
    publish(RELAY)
    assert notices(northwind) == []


def test_what_is_narrowed_or_removed_is_told_without_a_date(publish: Callable[..., None], northwind: Account) -> None:
    publish(RELAY, VOICE)
    publish(VOICE)
    notice = notices(northwind)[-1]
    assert (notice.engagements, notice.objection_until) == (["relay"], None)
    words = text_of(mails(northwind)[-1])
    assert "Removed: Relay GmbH (Germany)" in words
    assert "This stands at once" in words


def test_what_is_withdrawn_before_it_stood_is_told_as_that(publish: Callable[..., None], northwind: Account) -> None:
    publish()
    publish(RELAY)
    publish()
    assert notices(northwind)[-1].objection_until is None
    assert "Withdrawn: it does not come after all: Relay GmbH" in text_of(mails(northwind)[-1])


def test_each_account_has_the_date_of_its_own_agreement(
    publish: Callable[..., None], northwind: Account, contoso: Account, stop_clock: Callable[[datetime], object]
) -> None:
    publish()
    with account_scope(contoso.id):
        bring_into_force(uuid4(), actor=SYSTEM, notice_days=60)
    publish(RELAY)
    for account, days in ((northwind, 30), (contoso, 60)):
        [notice] = notices(account)
        until = notice.announced_at + days * DAY
        assert notice.objection_until == until
        assert [stands(account, until + step) for step in (-SECOND, SECOND)] == [False, True]


def stands(account: Account, at: datetime) -> bool:
    with account_scope(account.id):
        facts = terms_of(Account.objects.select_related("data_centre__region").get(pk=account.pk), is_engaged=True)
    current = standing(published().revisions["relay"], facts.bound, at).current
    return current is not None and current.engaged is not None


@pytest.mark.parametrize(("step", "times"), [(-SECOND, 0), (SECOND, 1)])
def test_what_nobody_opened_is_told_again_a_week_before(
    publish: Callable[..., None],
    northwind: Account,
    stop_clock: Callable[[datetime], object],
    step: timedelta,
    times: int,
) -> None:
    publish()
    publish(RELAY)
    [notice] = notices(northwind)
    stop_clock(notice.announced_at + 23 * DAY + step)
    remind_accounts()
    remind_accounts()
    assert len(mails(northwind)) == 1 + times
    if times:
        assert mails(northwind)[-1]["Subject"].startswith("Reminder:")


def test_what_was_opened_or_withdrawn_is_not_told_again(
    publish: Callable[..., None], northwind: Account, contoso: Account, stop_clock: Callable[[datetime], object]
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        assert open_notices(actor=SYSTEM) == 1
    announced_at = notices(northwind)[0].announced_at
    publish()
    stop_clock(announced_at + 24 * DAY)
    assert remind_accounts() == 0


def test_a_mail_is_in_the_language_of_who_reads_it(publish: Callable[..., None], northwind: Account) -> None:
    with account_scope(northwind.id):
        Membership.objects.filter(role=Role.OWNER).update(language="pl")
    publish()
    publish(RELAY)
    [mail] = mails(northwind)
    assert "you can object" not in mail["Subject"]
    assert "Relay GmbH (Niemcy)" in text_of(mail)


def test_a_notice_that_comes_back_is_shown_to_operators_and_to_the_other_admins(
    publish: Callable[..., None], northwind: Account, ada: Membership, contoso: Account
) -> None:
    with account_scope(northwind.id):
        gil = add_member(email="gil@northwind.example", name="Gil", password=None, role=Role.ADMIN, actor=SYSTEM)
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        delivery = NoticeDelivery.objects.get(channel="mail", membership=ada)
        record("mail.bounced", delivery.mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
        delivery.refresh_from_db()
        assert delivery.result == "bounced"
        assert "subprocessor.notice_undelivered" in {one.kind for one in unread_of_account(gil, is_exact=True)}
        assert "subprocessor.notice_undelivered" not in {one.kind for one in unread_of_account(ada, is_exact=True)}
    [one] = visible_undelivered()
    assert (one.account, one.person) == (northwind, ada)
    settle_undelivered(delivery.pk, operator_id=None)
    assert visible_undelivered() == []


def test_who_became_admin_later_is_told_by_mail_when_a_notice_comes_back(
    publish: Callable[..., None], northwind: Account, ada: Membership
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        gil = add_member(email="gil@northwind.example", name="Gil", password=None, role=Role.ADMIN, actor=SYSTEM)
        delivery = NoticeDelivery.objects.get(channel="mail", membership=ada)
        for kind in ("mail.failed", "mail.bounced"):
            record(kind, delivery.mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
        assert Event.objects.filter(kind="subprocessor.notice_undelivered").count() == 1
        assert {one.channel for one in NoticeDelivery.objects.filter(membership=gil)} == {"product", "mail"}
    first, second = mails(northwind)
    assert (first["To"], second["To"]) == ("Ada <ada@northwind.example>", "Gil <gil@northwind.example>")
    assert first["Subject"] == second["Subject"]


def test_a_notice_that_waits_with_us_is_shown_to_operators_until_it_leaves(
    publish: Callable[..., None], northwind: Account, ada: Membership
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        mail = NoticeDelivery.objects.get(channel="mail", membership=ada).mail
        OutgoingMail.objects.filter(pk=mail.pk).update(state="held", reason="denied:tenant_objected")
        record("mail.held", mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
        assert "subprocessor.notice_undelivered" not in {one.kind for one in unread_of_account(ada, is_exact=True)}
    [one] = visible_undelivered()
    assert (one.row.result, one.held) == ("waiting", "denied:tenant_objected")
    with account_scope(northwind.id):
        record("mail.sent", mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
    assert visible_undelivered() == []


def test_a_notice_that_a_server_took_is_delivered(
    publish: Callable[..., None], northwind: Account, ada: Membership
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        delivery = NoticeDelivery.objects.get(channel="mail", membership=ada)
        record("mail.sent", delivery.mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
        delivery.refresh_from_db()
        assert delivery.result == "delivered"
    assert visible_undelivered() == []


def test_objecting_is_off_at_once_for_that_account_alone_until_it_agrees(
    publish: Callable[..., None], northwind: Account, contoso: Account
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        object_to("relay", actor=SYSTEM, reason=" We know them. ")
    [objection] = visible_objections()
    assert (objection.account, objection.name, objection.row.reason) == (northwind, "Relay GmbH", "We know them.")
    with account_scope(contoso.id):
        assert not Authorisation.objects.exists()
    with account_scope(northwind.id):
        agree_to("relay", actor=SYSTEM)
        assert Authorisation.objects.get().state == "authorised"
    assert visible_objections() == []


def test_an_objection_ends_in_a_resolution_that_the_account_is_told(
    publish: Callable[..., None], northwind: Account, ada: Membership, olga: Any
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        objection = object_to("relay", actor=SYSTEM)
    resolve(northwind.id, objection.pk, "alternative", operator_id=olga.user_id, words="Mail goes by Post AS.")
    assert visible_objections() == []
    mail = mails(northwind)[-1]
    assert mail["Subject"] == "Your objection to Relay GmbH has been answered"
    assert "another subprocessor does it" in text_of(mail)
    assert "Mail goes by Post AS." in text_of(mail)
    with account_scope(northwind.id):
        told = {one.kind for one in unread_of_account(ada, is_exact=True)}
        assert "subprocessor.objection_resolved" in told
        assert Authorisation.objects.get().state == "objected"


def test_an_answer_is_due_in_ten_working_days_and_late_a_second_after(
    publish: Callable[..., None], northwind: Account, stop_clock: Callable[[datetime], object]
) -> None:
    publish(RELAY)
    with account_scope(northwind.id):
        objection = object_to("relay", actor=SYSTEM)
    due = answer_due(objection.at)
    stop_clock(due - SECOND)
    assert overdue() == 0
    stop_clock(due + SECOND)
    assert overdue() == 1


def test_ten_working_days_from_a_friday_end_on_a_friday() -> None:
    friday = datetime.fromisoformat("2026-11-20T15:00:00+00:00")
    assert answer_due(friday) == friday + timedelta(days=14)
    assert answer_due(friday + DAY) == friday + timedelta(days=14)


def test_what_was_told_stands_on_the_page_with_who_it_reached(
    publish: Callable[..., None], northwind: Account, ada: Membership
) -> None:
    publish()
    publish(RELAY)
    with account_scope(northwind.id):
        newest = visible_notices()[0]
        assert [one.membership for one in newest.deliveries.all() if one.channel == "mail"] == [ada]


def test_what_was_announced_and_taken_back_is_not_told_again(
    publish: Callable[..., None], northwind: Account, stop_clock: Callable[[datetime], object]
) -> None:
    """Also when the subprocessor was on the list before, and stays there for less."""
    publish(RELAY)
    publish(structs.replace(RELAY, countries=("DE", "US")))
    publish(RELAY)
    before = len(mails(northwind))
    stop_clock(now() + 24 * DAY)
    assert remind_accounts() == 0
    assert len(mails(northwind)) == before


def test_the_first_list_says_that_it_is_new_and_can_be_objected_to(
    publish: Callable[..., None], northwind: Account
) -> None:
    publish(RELAY)
    [mail] = mails(northwind)
    words = text_of(mail)
    assert "nothing is used for more than before" not in words
    assert "This is the first list: it stands at once." in words
    assert "objects with one button" in words
