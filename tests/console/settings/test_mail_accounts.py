"""The addresses of an account in its settings: who may, what is kept, what is never shown."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from steward.channels.email.domain_proof import proof_wanted
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount, MailboxPosition
from steward.channels.email.recipients import account_for, forget
from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.actions import NewMail, put_in_outbox
from steward.outbox.models import OutgoingMail
from steward.privacy.egress.models import Connector
from steward.tenancy.models import Domain
from steward.tenancy.scope import account_scope
from steward.testing.letters import receive, written
from steward.tickets.models import Ticket

LIST = "/console/settings/mail-accounts"
SECRET = "correct horse battery"
IMAP = {
    "comes_by": "imap",
    "imap_host": "IMAP.example.com.",
    "imap_port": "993",
    "imap_tls": "implicit",
    "imap_username": "help@example.com",
    "imap_password": SECRET,
    "folder": "INBOX/Support",
}
SMTP = {
    "leaves_by": "own",
    "smtp_host": "smtp.example.com",
    "smtp_port": "587",
    "smtp_tls": "starttls",
    "smtp_username": "help@example.com",
    "smtp_password": SECRET,
}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


@pytest.fixture
def whole(support):
    return {"address": "Help@Example.com", "name": "Northwind help", "department": str(support.id)} | IMAP | SMTP


@pytest.fixture
def helping(adas, northwind, whole):
    """help@example.com, fetched and sent through servers of its own."""
    assert adas.post(f"{LIST}/new", whole).status_code == 303
    return stored(northwind)


def stored(account, address="help@example.com"):
    with account_scope(account.id):
        return MailAccount.objects.select_related("imap", "smtp", "department").get(address=address)


def shown(client, path=LIST):
    return " ".join(client.get(path).content.decode().split())


def edited(client, mail_account, **changed):
    form = {"name": mail_account.name, "department": str(mail_account.department_id)} | IMAP | SMTP
    form |= {"imap_password": "", "smtp_password": ""} | changed
    return client.post(f"{LIST}/{mail_account.id}", form)


class TestAdding:
    def test_with_servers_of_its_own(self, helping, adas, northwind):
        assert (helping.name, helping.folder, helping.is_default) == ("Northwind help", "INBOX/Support", False)
        assert (helping.imap.host, helping.imap.port, helping.imap.tls) == ("imap.example.com", 993, "implicit")
        assert (helping.smtp.host, helping.smtp.port, helping.smtp.tls) == ("smtp.example.com", 587, "starttls")
        with account_scope(northwind.id):
            assert helping.imap.password.reveal() == SECRET
            event = Event.objects.get(kind="mail_account.added", object_id=helping.id)
        assert SECRET not in str(event.changes)
        assert "Not checked yet" in shown(adas)
        assert not Domain.objects.filter(host="example.com").exists()

    def test_forwarded(self, adas, northwind, whole):
        assert adas.post(f"{LIST}/new", whole | {"comes_by": "forwarded"}).status_code == 303
        found = stored(northwind)
        assert re.fullmatch(rf"in-[a-z2-7]{{8}}@northwind\.{settings.STEWARD_DOMAIN}", found.forwarded_to)
        assert found.forwarded_to in shown(adas, f"{LIST}/{found.id}")
        forget()
        assert account_for(found.forwarded_to).account.id == northwind.id

    def test_what_is_forwarded_comes_to_its_department(self, adas, northwind, whole, billing):
        adas.post(f"{LIST}/new", whole | {"comes_by": "forwarded", "department": str(billing.id)})
        found = stored(northwind)
        [came] = receive(found, written("help@example.com"), envelope_to=[found.forwarded_to])
        assert came.message.ticket.department_id == billing.id

    def test_below_the_own_name_nothing_has_to_be_shown(self, adas, northwind, whole):
        address = f"sales@northwind.{settings.STEWARD_DOMAIN}"
        form = whole | {"address": address, "comes_by": "domain", "leaves_by": "relay"}
        assert adas.post(f"{LIST}/new", form).status_code == 303
        assert stored(northwind, address).smtp_id is None

    @pytest.mark.parametrize("ways", [{"comes_by": "domain"}, {"leaves_by": "relay"}])
    @pytest.mark.parametrize("is_shown", [True, False])
    def test_a_domain_is_shown_to_be_ones_own(self, adas, northwind, whole, monkeypatch, ways, is_shown):
        asked = []
        monkeypatch.setattr(
            "steward.console.settings.mail_accounts.is_shown", lambda proof: asked.append(proof) or is_shown
        )
        answer = adas.post(f"{LIST}/new", whole | ways)
        with account_scope(northwind.id):
            is_there = MailAccount.objects.filter(address="help@example.com").exists()
        assert [(proof.host, proof.name) for proof in asked] == [("example.com", "_steward.example.com")]
        assert is_there == is_shown
        assert answer.status_code == (303 if is_shown else 422)
        if is_shown:
            assert Domain.objects.get(host="example.com").receives_mail == ("comes_by" in ways)
        else:
            assert asked[0].value in answer.content.decode()
            assert SECRET not in answer.content.decode()

    def test_each_account_has_a_proof_of_its_own(self, northwind, contoso):
        values = []
        for account in (northwind, contoso):
            with account_scope(account.id):
                values.append(proof_wanted("example.com").value)
        assert values[0] != values[1]

    def test_alone_on_the_machine_nothing_has_to_be_shown(self, northwind, contoso, monkeypatch):
        monkeypatch.setattr("steward.tenancy.models.Account.objects.exclude", lambda **_: type(contoso).objects.none())
        with account_scope(northwind.id):
            assert proof_wanted("example.com") is None

    def test_a_domain_of_another_account(self, adas, whole, monkeypatch):
        monkeypatch.setattr("steward.console.settings.mail_accounts.is_shown", lambda _proof: True)
        address = f"hello@contoso.{settings.STEWARD_DOMAIN}"
        answer = adas.post(f"{LIST}/new", whole | {"address": address, "comes_by": "domain"})
        assert answer.status_code == 422
        assert "cannot be used here" in answer.content.decode()

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"address": "nonsense"}, "valid email"),
            ({"address": f"support@northwind.{settings.STEWARD_DOMAIN}"}, "an address of your account already"),
            ({"address": "help+x@example.com"}, "Leave out the +"),
            ({"imap_host": ""}, "Fill this in"),
            ({"imap_host": "no host"}, "not the name of a server"),
            ({"imap_host": "0x7f.1"}, "not the name of a server"),
            ({"imap_port": "70000"}, "less than or equal"),
            ({"imap_tls": "none"}, "Select a valid choice"),
            ({"imap_password": ""}, "Type the password"),
            ({"smtp_username": ""}, "Fill this in"),
            ({"smtp_password": ""}, "Type the password"),
            ({"comes_by": "pigeon"}, "Select a valid choice"),
            ({"name": ""}, "required"),
        ],
    )
    def test_bad_input_keeps_what_was_typed_but_no_password(self, adas, northwind, whole, changed, words):
        answer = adas.post(f"{LIST}/new", whole | {"trusted_authserv": "mx.kept.example"} | changed)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert "mx.kept.example" in page
        assert SECRET not in page
        with account_scope(northwind.id):
            assert not Connector.objects.exists(), "nothing is left of a refused address"

    def test_a_department_of_another_account(self, adas, whole, hello_mail):
        assert adas.post(f"{LIST}/new", whole | {"department": str(hello_mail.department_id)}).status_code == 422


class TestEditing:
    def test_without_a_password_the_stored_one_stays(self, adas, northwind, helping):
        assert edited(adas, helping, name="Other").status_code == 303
        after = stored(northwind)
        assert (after.name, after.imap_id, after.smtp_id) == ("Other", helping.imap_id, helping.smtp_id)

    def test_another_encryption_keeps_the_password(self, adas, northwind, helping):
        assert edited(adas, helping, smtp_tls="implicit").status_code == 303
        after = stored(northwind)
        with account_scope(northwind.id):
            assert (after.smtp.tls, after.smtp.password.reveal()) == ("implicit", SECRET)
            assert Connector.objects.get(pk=helping.smtp_id).retired_at

    @pytest.mark.parametrize(
        "changed", [{"imap_host": "evil.example"}, {"imap_port": "1993"}, {"imap_username": "mallory"}]
    )
    def test_a_stored_password_goes_nowhere_else(self, adas, northwind, helping, changed):
        answer = edited(adas, helping, **changed)
        assert answer.status_code == 422
        assert "Type the password" in answer.content.decode()
        assert stored(northwind).imap_id == helping.imap_id

    def test_no_page_ever_shows_it(self, adas, helping):
        for page in (shown(adas), shown(adas, f"{LIST}/{helping.id}")):
            assert SECRET not in page
        assert re.search(
            r'<input type="password" name="imap_password"(?![^>]*value=)', shown(adas, f"{LIST}/{helping.id}")
        )

    def test_from_fetching_to_forwarding(self, adas, northwind, helping):
        assert edited(adas, helping, comes_by="forwarded").status_code == 303
        after = stored(northwind)
        assert after.imap_id is None
        assert after.forwarded_to
        with account_scope(northwind.id):
            before = Connector.objects.get(pk=helping.imap_id)
            assert before.retired_at
            assert not before.password

    def test_mail_that_waits_leaves_by_the_relay_once_that_is_chosen(self, adas, northwind, helping, monkeypatch):
        monkeypatch.setattr("steward.console.settings.mail_accounts.is_shown", lambda _proof: True)
        with account_scope(northwind.id):
            [mail] = put_in_outbox([NewMail("answer", "x@y", "", ("eli@example.org",), b"x", helping.smtp)])
        assert edited(adas, helping, leaves_by="relay").status_code == 303
        with account_scope(northwind.id):
            assert OutgoingMail.objects.get(pk=mail.pk).connector_id is None
        assert Domain.objects.get(host="example.com").receives_mail is False

    def test_a_domain_to_which_no_address_comes_is_let_go(self, adas, northwind, helping, monkeypatch):
        monkeypatch.setattr("steward.console.settings.mail_accounts.is_shown", lambda _proof: True)
        edited(adas, helping, comes_by="domain")
        assert Domain.objects.get(host="example.com").receives_mail
        edited(adas, stored(northwind), comes_by="forwarded")
        assert not Domain.objects.get(host="example.com").receives_mail

    def test_its_state(self, adas, northwind, helping):
        with account_scope(northwind.id):
            position = MailboxPosition.objects.create(
                mail_account=helping, folder="INBOX/Support", uid_validity=1, looked_at=now()
            )
        assert "Last checked:" in shown(adas)
        with account_scope(northwind.id):
            MailboxPosition.objects.filter(pk=position.pk).update(failure="sign_in", failing_since=now())
        for path in (LIST, f"{LIST}/{helping.id}"):
            page = shown(adas, path)
            assert "does not accept the user name or the password" in page
            assert "Since" in page

    def test_mail_that_waits_is_counted(self, adas, northwind, helping):
        with account_scope(northwind.id):
            put_in_outbox([NewMail("answer", "x@y", "", ("eli@example.org",), b"x", helping.smtp)])
            put_in_outbox([NewMail("answer", "x@z", "", ("eli@example.org",), b"x")])
        page = shown(adas)
        assert "1 mail waits" in page
        assert "1 mail waits for the mail server of this installation" in page


class TestAutomaticAnswer:
    def test_saved(self, adas, northwind, helping):
        form = {"answers_automatically": "on", "automatic_subject": "Got it", "automatic_text": "Hi {{contact.name}}"}
        assert adas.post(f"{LIST}/{helping.id}/automatic-answer", form).status_code == 303
        after = stored(northwind)
        assert (after.answers_automatically, after.automatic_subject) == (True, "Got it")
        assert "answers automatically" in shown(adas)
        adas.post(f"{LIST}/{helping.id}/automatic-answer", form | {"answers_automatically": ""})
        assert not stored(northwind).answers_automatically

    @pytest.mark.parametrize("text", ["{{password}}", "{{agent.name}}", "{{ticket.code", "{{answer}}"])
    def test_an_unknown_gap_is_an_error_at_the_field(self, adas, northwind, helping, text):
        answer = adas.post(f"{LIST}/{helping.id}/automatic-answer", {"automatic_text": f"{text} kept"})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert "kept" in answer.content.decode()
        assert stored(northwind).automatic_text == ""


def test_an_address_becomes_a_privacy_address_and_is_one_no_longer(adas, northwind, helping):
    address = f"{LIST}/{helping.id}/privacy"
    assert adas.post(address, {"is_privacy_address": "on"}).status_code == 303
    assert stored(northwind).is_privacy_address
    assert "privacy address" in shown(adas)
    adas.post(address, {})
    assert not stored(northwind).is_privacy_address
    assert "privacy address" not in shown(adas)


class TestRemoving:
    def test_its_tickets_stay(self, adas, northwind, helping):
        [came] = receive(helping, written(helping.address))
        assert adas.post(f"{LIST}/{helping.id}/removal", {"word": "remove"}).status_code == 303
        with account_scope(northwind.id):
            assert not MailAccount.objects.filter(pk=helping.pk).exists()
            assert Ticket.objects.filter(pk=came.message.ticket_id).exists()
            assert not Connector.objects.filter(retired_at=None).exists()
            assert Event.objects.filter(kind="mail_account.removed", object_id=helping.pk).exists()

    def test_only_with_the_word(self, adas, northwind, helping):
        assert adas.post(f"{LIST}/{helping.id}/removal", {"word": "yes"}).status_code == 422
        assert stored(northwind)

    def test_mail_that_waits_is_named(self, adas, northwind, helping):
        with account_scope(northwind.id):
            put_in_outbox([NewMail("answer", "x@y", "", ("eli@example.org",), b"x", helping.smtp)])
        assert "1 mail still waits" in shown(adas, f"{LIST}/{helping.id}/removal")

    def test_the_default_goes_last(self, adas, northwind, support_mail, billing_mail):
        answer = adas.post(f"{LIST}/{support_mail.id}/removal", {"word": "remove"})
        assert answer.status_code == 422
        assert "Make another one the default first" in answer.content.decode()
        assert adas.post(f"{LIST}/{billing_mail.id}/default").status_code == 303
        assert adas.post(f"{LIST}/{support_mail.id}/removal", {"word": "Remove"}).status_code == 303
        assert adas.post(f"{LIST}/{billing_mail.id}/removal", {"word": "remove"}).status_code == 303
        with account_scope(northwind.id):
            assert not MailAccount.objects.exists()
        assert "There is no address yet" in shown(adas)
        assert Domain.objects.filter(host=f"northwind.{settings.STEWARD_DOMAIN}").exists()

    def test_a_server_that_another_address_uses_stays(self, adas, northwind, helping, support):
        with account_scope(northwind.id):
            box = Mailbox(address="sales@example.com", imap=helping.imap, smtp=helping.smtp)
            add_mail_account(box, department=support, actor=SYSTEM)
        adas.post(f"{LIST}/{helping.id}/removal", {"word": "remove"})
        with account_scope(northwind.id):
            assert Connector.objects.filter(retired_at=None).count() == 2


PATHS = ["", "/automatic-answer", "/default", "/removal"]


class TestWhoMay:
    @pytest.mark.parametrize("path", PATHS)
    def test_not_an_agent(self, client_of, ben, support_mail, path):
        assert client_of(ben).post(f"{LIST}/{support_mail.id}{path}", {"word": "remove"}).status_code == 403
        assert client_of(ben).get(LIST).status_code == 403
        assert client_of(ben).post(f"{LIST}/new").status_code == 403

    @pytest.mark.parametrize("path", PATHS)
    def test_not_the_owner_of_another_account(self, client_of, zoe, support_mail, northwind, path):
        assert client_of(zoe).post(f"{LIST}/{support_mail.id}{path}", {"word": "remove"}).status_code == 404
        with account_scope(northwind.id):
            assert MailAccount.objects.filter(pk=support_mail.pk, is_default=True).exists()

    def test_nobody_in_particular(self, visitor_at, northwind):
        assert visitor_at(northwind).get(LIST).status_code == 302


def test_who_can_mend_it_reads_in_the_list_that_a_mailbox_is_silent(adas, client_of, ben, northwind, helping):
    def fail(folder, minutes):
        with account_scope(northwind.id):
            since = now() - timedelta(minutes=minutes)
            MailboxPosition.objects.update_or_create(
                mail_account=helping,
                folder=folder,
                defaults={"uid_validity": 1, "failing_since": since, "failure": "sign_in"},
            )

    fail("INBOX", 60)
    fail("INBOX/Support", 1)
    assert "does not come in" not in shown(adas, "/console/"), "another folder, and no longer than a restart takes"
    fail("INBOX/Support", 6)
    told = shown(adas, "/console/")
    assert 'Mail to <bdi dir="ltr">help@example.com</bdi> does not come in.' in told
    assert "does not accept the user name or the password" in told
    assert "does not come in" not in shown(client_of(ben), "/console/")
