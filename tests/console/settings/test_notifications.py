"""Choosing what one is told of, and what the account says for those who did not choose."""

import re

import pytest

from steward.events.models import Event
from steward.notifications.models import NoticeDefaults, Recipient
from steward.notifications.queries import account_wishes
from steward.notifications.wishes import Kind, Mail, Wish
from steward.tenancy.scope import account_scope
from steward.testing.letters import outgoing_mails

MINE, DEFAULTS = "/console/settings/notifications", "/console/settings/notifications/defaults"


def chosen(**more):
    """A form as a browser sends it: everything listed, nothing on the desktop, mail at once."""
    ways = {f"{kind}_{way}": value for kind in Kind.values for way, value in (("listed", "on"), ("mail", "at_once"))}
    return ways | {"rhythm": "daily", "hour": "9", "time_zone": "Europe/Riga"} | more


def stored(member):
    with account_scope(member.account_id):
        return Recipient.objects.get(membership=member)


class TestMine:
    def test_shows_the_account_s_until_something_is_chosen(self, client_of, ben, northwind):
        html = client_of(ben).get(MINE).content.decode()
        assert 'name="new_ticket_listed"' in html
        assert '<option value="never" selected>' in html

    def test_saves(self, client_of, ben):
        response = client_of(ben).post(MINE, chosen(assigned_mail="digest", new_ticket_desktop="on"))
        assert (response.status_code, response["Location"]) == (303, MINE)
        row = stored(ben)
        assert (row.rhythm, row.hour, row.time_zone) == ("daily", 9, "Europe/Riga")
        assert row.wishes["assigned"]["mail"] == "digest"
        assert row.wishes["new_ticket"] == {"is_listed": True, "mail": "at_once", "on_desktop": True}
        with account_scope(ben.account_id):
            [event] = Event.objects.filter(kind="notifications.chosen")
        assert event.object_id == ben.id

    def test_saving_what_is_there_makes_no_event(self, client_of, ben):
        browser = client_of(ben)
        browser.post(MINE, chosen())
        browser.post(MINE, chosen())
        with account_scope(ben.account_id):
            assert Event.objects.filter(kind="notifications.chosen").count() == 1

    @pytest.mark.parametrize("wrong", [{"hour": "24"}, {"assigned_mail": "soon"}, {"time_zone": "Mars/Base"}])
    def test_bad_input_keeps_what_was_chosen(self, client_of, ben, wrong):
        response = client_of(ben).post(MINE, chosen(rhythm="hourly") | wrong)
        assert response.status_code == 422
        assert re.search(r'<input[^>]* value="hourly"[^>]* checked', response.content.decode())
        with account_scope(ben.account_id):
            assert not Recipient.objects.exists()

    def test_everybody_may(self, client_of, dana):
        assert client_of(dana).get(MINE).status_code == 200


class TestDefaults:
    def test_count_for_who_chose_nothing(self, client_of, ada, northwind):
        form = chosen(assigned_mail="never", shows_text="on")
        assert client_of(ada).post(DEFAULTS, form).status_code == 303
        with account_scope(northwind.id):
            account = account_wishes()
            assert account.shows_text
            assert account.of(None)["assigned"] == Wish(mail=Mail.NEVER, on_desktop=False)

    def test_are_for_those_who_administer(self, client_of, ben):
        assert client_of(ben).get(DEFAULTS).status_code == 403
        assert client_of(ben).post(DEFAULTS, chosen()).status_code == 403

    def test_show_no_text_unless_somebody_says_so(self, client_of, ada, northwind):
        client_of(ada).post(DEFAULTS, chosen())
        with account_scope(northwind.id):
            assert not NoticeDefaults.objects.get().shows_text

    def test_bad_input(self, client_of, ada):
        assert client_of(ada).post(DEFAULTS, chosen(failed_mail="soon")).status_code == 422


@pytest.mark.parametrize("path", [MINE, DEFAULTS])
def test_the_ladder(path, client_of, visitor_at, northwind, zoe):
    assert visitor_at(northwind).get(path).status_code == 302
    assert client_of(zoe, at=northwind).get(path).status_code == 302


class TestTrial:
    """A mail to oneself that shows how notifications come."""

    def test_it_is_on_its_way(self, client_of, ben, support_mail):
        answer = client_of(ben).post(f"{MINE}/trial", follow=True)
        assert f"on its way to {ben.user.email}" in answer.content.decode()
        [mail] = outgoing_mails(support_mail)
        assert (mail.row.purpose, mail.row.envelope_to) == ("notification", [ben.user.email])
        assert mail.read["Subject"] == "Test of your notifications"
        assert "reach you by e-mail" in mail.read.get_body(("html",)).get_content()

    def test_not_to_an_address_that_customers_write_to(self, client_of, ben, support_mail):
        type(ben.user).objects.filter(pk=ben.user_id).update(email=support_mail.address)
        answer = client_of(ben).post(f"{MINE}/trial", follow=True)
        assert "would become a ticket" in answer.content.decode()
        assert outgoing_mails(support_mail) == []

    def test_not_endlessly(self, client_of, ben, support_mail):
        browser = client_of(ben)
        for _try in range(6):
            answer = browser.post(f"{MINE}/trial", follow=True)
        assert "too many tries" in answer.content.decode()
        assert len(outgoing_mails(support_mail)) == 5

    def test_only_by_asking_for_it(self, client_of, ben):
        assert client_of(ben).get(f"{MINE}/trial").status_code == 405
