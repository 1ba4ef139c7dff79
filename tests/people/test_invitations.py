"""Invitations: by mail, in the person's language, for a week, once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
import time_machine
from django.db import connection

from steward.events.models import Event
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail
from steward.people.actions import (
    InvitationRefused,
    NewInvitation,
    TooManyInvitations,
    accept_invitation,
    archive_department,
    invite,
    resend_invitation,
    withdraw_invitation,
)
from steward.people.actions.invitations import MOST_WAITING
from steward.people.models import Invitation, Membership, User
from steward.people.upkeep import forget_old_invitations
from steward.privacy.keys.cipher import decrypt
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD, acting

A_PASSWORD = "seven boats leave at dawn"
GIL = "gil@example.org"


@pytest.fixture
def invited(northwind, ada, support):
    def invited(email=GIL, role="agent", **told):
        with account_scope(northwind.id):
            new = NewInvitation(email, role, departments={support.id: "solver"}, **told)
            return invite(new, invited_by=ada, actor=acting(ada))

    return invited


def newest_mail(account):
    with account_scope(account.id):
        mail = OutgoingMail.objects.filter(purpose="invitation").order_by("-id").first()
        content = decrypt(mail.account_id, bytes(mail.content), context=mail.content_context)
    return message_from_bytes(content)


def words(mail):
    return mail.get_payload(decode=True).decode()


def path_in(mail):
    return re.search(r"http://northwind\.localhost(?::\d+)?(/console/invitations/\S+)", words(mail))[1]


def test_a_mail_goes_out_through_the_account(northwind, invited, support_mail):
    invited(name="Gil Berg")
    mail = newest_mail(northwind)
    assert (mail["To"], mail["From"]) == ('"Gil Berg" <gil@example.org>', '"Support" <support@northwind.localhost>')
    assert "Ada" in words(mail)
    assert "Northwind" in mail["Subject"]
    assert mail["Auto-Submitted"]
    with account_scope(northwind.id):
        assert Invitation.objects.get().mail.envelope_to == [GIL]


def test_the_token_is_in_the_mail_alone(northwind, invited):
    invited()
    token = path_in(newest_mail(northwind)).rpartition("/")[2]
    with account_scope(northwind.id):
        row = Invitation.objects.get()
        assert token not in str({field.name: getattr(row, field.name) for field in row._meta.fields})
        assert not any(token in str(event.changes) for event in Event.objects.all())
        assert GIL not in str([event.changes for event in Event.objects.all()])


def test_somebody_new_joins(northwind, invited, visitor_at, support):
    invited(language="en")
    browser, path = visitor_at(northwind), path_in(newest_mail(northwind))
    page = browser.get(path)
    assert page.status_code == 200
    assert 'type="password"' in page.content.decode()
    answer = browser.post(path, {"name": "Gil", "password": A_PASSWORD})
    assert answer["Location"] == "/console/"
    assert browser.get("/console/").status_code == 200
    with account_scope(northwind.id):
        gil = Membership.objects.get(name="Gil")
        assert (gil.role, gil.language) == ("agent", "en")
        assert dict(gil.departments.values_list("department_id", "role")) == {support.id: "solver"}
        assert not Invitation.objects.exists()
        assert Event.objects.get(kind="invitation.accepted").changes == {"membership": str(gil.pk)}
    assert visitor_at(northwind).get(path).status_code == 404
    assert visitor_at(northwind).post(path, {"name": "X", "password": A_PASSWORD}).status_code == 404


def test_who_chooses_a_language_on_the_way_in_keeps_it(northwind, invited, visitor_at):
    invited(language="en")
    browser, path = visitor_at(northwind), path_in(newest_mail(northwind))
    assert browser.get(f"{path}?lang=pl")["Content-Language"] == "pl"
    assert browser.get(path)["Content-Language"] == "pl", "the browser remembers it"
    browser.post(path, {"name": "Gil", "password": A_PASSWORD})
    with account_scope(northwind.id):
        assert Membership.objects.get(name="Gil").language == "pl"


def test_somebody_who_signs_in_elsewhere_joins_by_the_sign_in_they_have(northwind, invited, visitor_at, zoe):
    invited("Zoe@Contoso.example")
    browser, path = visitor_at(northwind), path_in(newest_mail(northwind))
    assert 'type="password"' not in browser.get(path).content.decode()
    answer = browser.post(path, {"name": "Zoe Z", "password": "not to be taken over"})
    assert answer.status_code == 303
    assert User.objects.get(pk=zoe.user_id).check_password(PASSWORD)
    assert browser.get("/console/").status_code == 302, "the link alone lets nobody in"
    browser.post("/console/sign-in", {"login": "zoe@contoso.example", "password": PASSWORD})
    assert browser.get("/console/").status_code == 200


def test_nobody_learns_by_inviting_whether_an_address_is_known(northwind, invited, client_of, ada):
    answers = set()
    for email in ("zoe@contoso.example", "nobody@example.org"):
        browser = client_of(ada)
        answer = browser.post("/console/settings/agents/new", {"people": email, "role": "admin", "language": ""})
        page = browser.get(answer["Location"]).content.decode()
        answers.add((answer.status_code, re.search(r'<div id="toasts".*?</div>', page, re.S)[0]))
    assert len(answers) == 1
    assert {code for code, _ in answers} == {303}


@pytest.mark.parametrize("token", ["x", "%00", "%20", "%E2%80%83", "null", "None", "A" * 43, "A" * 5000])
def test_what_is_no_token_opens_nothing(northwind, invited, visitor_at, token):
    invitation = invited()
    with account_scope(northwind.id):
        Invitation.objects.filter(pk=invitation.pk).update(token_hash=None)  # before a mail carries it
    for method in ("get", "post"):
        answer = getattr(visitor_at(northwind), method)(
            f"/console/invitations/{token}", {"name": "X", "password": A_PASSWORD}
        )
        assert answer.status_code == 404
    with account_scope(northwind.id):
        assert not Membership.objects.filter(name="X").exists()


def test_it_is_good_at_its_account_only(northwind, contoso, invited, visitor_at):
    invited()
    path = path_in(newest_mail(northwind))
    assert visitor_at(contoso).get(path).status_code == 404
    assert visitor_at().get(path).status_code == 404


def test_it_is_good_for_a_week_to_the_second(northwind, invited, visitor_at):
    at = now()
    with time_machine.travel(at, tick=False):
        invited()
    path = path_in(newest_mail(northwind))
    with time_machine.travel(at + timedelta(days=7, seconds=-1), tick=False):
        assert visitor_at(northwind).get(path).status_code == 200
    with time_machine.travel(at + timedelta(days=7), tick=False):
        assert visitor_at(northwind).get(path).status_code == 410
        assert visitor_at(northwind).post(path, {"name": "X", "password": A_PASSWORD}).status_code == 410


def test_sent_again_the_old_link_is_worth_nothing(northwind, invited, visitor_at, ada):
    invitation = invited()
    old = path_in(newest_mail(northwind))
    with time_machine.travel(now() + timedelta(days=8), tick=False):
        with account_scope(northwind.id):
            resend_invitation(invitation, actor=acting(ada))
        new = path_in(newest_mail(northwind))
        assert new != old
        assert visitor_at(northwind).get(old).status_code == 404
        assert visitor_at(northwind).get(new).status_code == 200


def test_taken_back_it_is_worth_nothing(northwind, invited, visitor_at, ada):
    invitation = invited()
    with account_scope(northwind.id):
        withdraw_invitation(invitation, actor=acting(ada))
    assert visitor_at(northwind).get(path_in(newest_mail(northwind))).status_code == 404


def test_one_invitation_for_an_address_and_none_for_a_member(northwind, invited):
    invited()
    invited("GIL@example.org", role="admin")
    with account_scope(northwind.id):
        assert Invitation.objects.get().role == "admin"
    with pytest.raises(InvitationRefused):
        invited("Ben@northwind.example")


@pytest.mark.django_db(transaction=True)
def test_a_double_click_invites_once(northwind, ada, invited):
    def click():
        try:
            invited()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as clicks:
        for click_ in [clicks.submit(click) for _ in range(4)]:
            click_.result()
    with account_scope(northwind.id):
        assert Invitation.objects.count() == 1


def test_an_admin_replaces_no_invitation_of_an_owner(northwind, ada, ben, invited, client_of):
    waiting = invited(role="owner")
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ben.pk).update(role="admin")
    form = {"people": f"{GIL}, hana@example.org", "role": "admin", "language": ""}
    page = client_of(ben).post("/console/settings/agents/new", form, follow=True).content.decode()
    assert "an owner has invited them already" in page
    with account_scope(northwind.id):
        assert dict(Invitation.objects.values_list("email", "role")) == {GIL: "owner", "hana@example.org": "admin"}
        assert Invitation.objects.get(email=GIL).pk == waiting.pk


def test_an_invitation_that_takes_the_place_of_another_ends_it(northwind, invited):
    first, second = invited(), invited(role="admin")
    with account_scope(northwind.id):
        told = Event.objects.filter(object_id__in=[first.pk, second.pk]).order_by("id")
        assert list(told.values_list("kind", flat=True)) == [
            "invitation.sent",
            "invitation.withdrawn",
            "invitation.sent",
        ]


def test_accepting_twice_makes_one_member(northwind, invited):
    invitation = invited()
    with account_scope(northwind.id):
        invitation.refresh_from_db()
        accept_invitation(invitation, name="Gil", password=A_PASSWORD)
        with pytest.raises(Invitation.DoesNotExist):
            accept_invitation(invitation, name="Gil", password=A_PASSWORD)


def test_a_department_archived_meanwhile_is_left_out(northwind, ada, billing, support):
    with account_scope(northwind.id):
        departments = {billing.id: "solver", support.id: "reader"}
        invitation = invite(NewInvitation(GIL, "agent", departments=departments), invited_by=ada, actor=acting(ada))
        archive_department(billing, to=support, actor=acting(ada))
        invitation.refresh_from_db()
        gil = accept_invitation(invitation, name="Gil", password=A_PASSWORD)
        assert dict(gil.departments.values_list("department_id", "role")) == {support.id: "reader"}


def test_a_weak_password_keeps_what_was_typed(northwind, invited, visitor_at):
    invited()
    path = path_in(newest_mail(northwind))
    for password in ("", "short", "northwind northwind"):
        answer = visitor_at(northwind).post(path, {"name": "Gil Berg", "password": password})
        assert answer.status_code == 422
        assert 'value="Gil Berg"' in answer.content.decode()
    with account_scope(northwind.id):
        assert Invitation.objects.exists()


def test_a_name_that_would_begin_a_header_stays_one_line(northwind, invited):
    invited(name="Gil\r\nBcc: all@example.org")
    mail = newest_mail(northwind)
    assert mail["Bcc"] is None
    assert "Bcc" in str(make_header(decode_header(mail["To"])))


def test_guessing_links_is_limited(northwind, visitor_at):
    browser = visitor_at(northwind)
    codes = [browser.get(f"/console/invitations/{n:043d}").status_code for n in range(40)]
    assert set(codes) == {404, 429}


def test_an_account_is_no_machine_for_mail_to_strangers(northwind, invited, client_of, ada):
    for n in range(MOST_WAITING):
        invited(f"p{n}@example.org")
    invited("p0@example.org")  # in place of the one that waits
    with pytest.raises(TooManyInvitations):
        invited("one.more@example.org")
    page = client_of(ada).post("/console/settings/agents/new", {"people": "x@example.org", "role": "admin"})
    with account_scope(northwind.id):
        assert Invitation.objects.count() == MOST_WAITING
    assert page.status_code == 303


def test_sending_again_and_again_is_limited(northwind, invited, client_of, ada, visitor_at, settings):
    path = f"/console/settings/invitations/{invited().pk}/mail"
    for _ in range(60):
        visitor_at(northwind).post(path)  # strangers use up nobody's tries
    browser = client_of(ada)
    for _ in range(45):
        assert browser.post(path).status_code == 303
    with account_scope(northwind.id):
        assert Event.objects.filter(kind="invitation.sent_again").count() == 40


def test_one_that_nobody_accepted_is_forgotten_a_month_later(northwind, invited):
    at = now()
    with time_machine.travel(at, tick=False):
        invited()
    with time_machine.travel(at + timedelta(days=37, seconds=-1), tick=False):
        assert forget_old_invitations() == 0
    with time_machine.travel(at + timedelta(days=37), tick=False):
        assert forget_old_invitations() == 1
