"""The test buttons of a mail account, against real servers."""

from dataclasses import dataclass, field

import pytest

from steward.channels.email.models import MailAccount
from steward.console.settings import mail_trials
from steward.privacy.egress.models import Connector, EgressEvent
from steward.tenancy.scope import account_scope
from steward.testing.dovecot import Dovecot, is_installed
from steward.testing.letters import written
from steward.testing.mail_servers import Authority, Postfix

TRIAL = "/console/settings/mail-accounts/trial"
HX = {"HX-Request": "true"}


@pytest.fixture
def authority(tmp_path, child_processes, settings):
    """One that is trusted."""
    made = Authority(tmp_path / "authority")
    settings.STEWARD_CA_FILE = str(made.ca)
    return made


@pytest.fixture
def dovecot(authority, settings):
    if not is_installed():
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    running = Dovecot(authority=authority)
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{running.port}"]
    yield running
    running.remove()


@pytest.fixture
def postfix(authority, settings):
    running = Postfix(next_hop={}, tls=authority)
    settings.STEWARD_EGRESS_ALLOW = [f"127.0.0.1:{running.port}"]
    yield running
    running.remove()


@pytest.fixture
def form(support):
    return {"address": "help@example.org", "name": "Help", "department": str(support.id), "comes_by": "imap"}


@pytest.fixture
def adas(client_of, ada):
    return client_of(ada)


def typed(dovecot, **changed):
    at = {"imap_host": "127.0.0.1", "imap_port": str(dovecot.port), "imap_tls": "implicit", "folder": "INBOX"}
    return {"what": "imap", **at, "imap_username": "eva", "imap_password": "secret"} | changed


def tried(client, form):
    answer = client.post(TRIAL, form, headers=HX)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def connectors(account):
    with account_scope(account.id):
        return Connector.objects.count()


class TestAMailbox:
    def test_that_works(self, adas, dovecot, form, northwind):
        dovecot.deliver(written("eva@example.org").replace(b"\r\n", b"\n"))
        page = tried(adas, form | typed(dovecot))
        assert "It works: there is 1 mail in the folder." in page
        assert "TLSv1.3" in page
        assert "secret" not in page
        assert dovecot.seen() == 0
        assert connectors(northwind) == 0, "nothing is kept of a trial"
        with account_scope(northwind.id):
            assert not MailAccount.objects.filter(address="help@example.org").exists()
            assert [(e.purpose, e.is_allowed) for e in EgressEvent.objects.all()] == [("mail.try", True)]

    def test_a_wrong_password(self, adas, dovecot, form):
        page = tried(adas, form | typed(dovecot, imap_password="guess"))
        assert "The user name or the password is not accepted" in page
        assert "Authentication failed" in page, "the words of the server"
        assert "guess" not in page

    def test_no_such_folder(self, adas, dovecot, form):
        page = tried(adas, form | typed(dovecot, folder="Nowhere"))
        assert "There is no such folder" in page
        assert "doesn&#x27;t exist" in page

    def test_a_certificate_nobody_vouches_for(self, adas, dovecot, form, settings):
        settings.STEWARD_CA_FILE = ""
        assert "cannot prove who it is" in tried(adas, form | typed(dovecot))

    def test_private_addresses_without_leave_of_the_operator(self, adas, dovecot, form, settings):
        settings.STEWARD_EGRESS_ALLOW = []
        assert "private network" in tried(adas, form | typed(dovecot))

    def test_the_stored_password_is_used(self, adas, dovecot, form, northwind):
        made = form | typed(dovecot) | {"leaves_by": "relay", "address": "help@northwind.localhost"}
        assert adas.post("/console/settings/mail-accounts/new", made).status_code == 303
        with account_scope(northwind.id):
            found = MailAccount.objects.get(address="help@northwind.localhost")
        page = tried(adas, form | typed(dovecot, imap_password="", mail_account=str(found.id)))
        assert "It works" in page
        page = tried(adas, form | typed(dovecot, imap_password="", imap_username="x", mail_account=str(found.id)))
        assert "Type the password" in page
        page = tried(adas, form | typed(dovecot, imap_password="wrong", mail_account=str(found.id)))
        assert "not accepted" in page
        with account_scope(northwind.id):
            assert MailAccount.objects.select_related("imap").get(pk=found.pk).imap.password.reveal() == "secret"

    def test_without_scripts_the_page_comes_back(self, adas, dovecot, form):
        answer = adas.post(TRIAL, form | typed(dovecot))
        page = answer.content.decode()
        assert "It works" in page
        assert f'value="{dovecot.port}"' in page
        assert "secret" not in page


class TestSending:
    def relayed(self, form, **changed):
        return form | {"what": "smtp", "comes_by": "forwarded", "leaves_by": "relay"} | changed

    def test_a_server_that_takes_mail(self, adas, postfix, form, settings):
        settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{postfix.port}"
        page = tried(adas, self.relayed(form, address="eli@example.org"))
        assert "It works: the server would take mail from this address." in page
        assert "250 2.1.5 Ok" in page

    def test_no_server_at_all(self, adas, form, settings):
        settings.STEWARD_SMTP_RELAY = ""
        assert "has no mail server of its own" in tried(adas, self.relayed(form))

    def test_a_mail_to_oneself(self, adas, postfix, form, settings, northwind, ada, support_mail):
        settings.STEWARD_SMTP_RELAY = f"smtp://127.0.0.1:{postfix.port}"
        assert "Save the address first" in tried(adas, self.relayed(form, what="mail"))
        ada.user.email = "eli@example.org"
        ada.user.save()
        page = tried(adas, self.relayed(form, what="mail", mail_account=str(support_mail.id)))
        assert "the test mail is on its way" in page
        mail = postfix.maildir("eli").mail("Test of")
        assert support_mail.address in mail.get_content()
        assert mail["Auto-Submitted"]

    def test_not_in_the_demo(self, adas, form, settings, support_mail):
        settings.STEWARD_DEMO = True
        settings.STEWARD_SMTP_RELAY = "smtp://127.0.0.1:1"
        assert "no mail leaves" in tried(adas, self.relayed(form, what="mail", mail_account=str(support_mail.id)))


@dataclass
class Asked:
    """What would have been tried."""

    routes: list = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch):
    """No server is asked."""
    found = Asked()
    monkeypatch.setattr(mail_trials, "try_imap", lambda route, _folder: found.routes.append(route))
    monkeypatch.setattr(mail_trials, "told", lambda _trial: [])
    return found


FIELDS = {
    "what": "imap", "imap_host": "imap.example.com", "imap_port": "993", "imap_tls": "implicit",
    "imap_username": "eva", "imap_password": "secret",
}  # fmt: skip


class TestWhoMay:
    def test_others_may_not(self, client_of, visitor_at, ben, zoe, northwind, asked, support_mail):
        assert client_of(ben).post(TRIAL, FIELDS, headers=HX).status_code == 403
        assert visitor_at(northwind).post(TRIAL, FIELDS).status_code == 302
        answer = client_of(zoe).post(TRIAL, FIELDS | {"mail_account": str(support_mail.id)}, headers=HX)
        assert answer.status_code == 404
        assert asked.routes == []

    @pytest.mark.parametrize(
        "changed",
        [{"imap_host": ""}, {"imap_port": "x"}, {"imap_host": "no host"}, {"imap_password": ""}, {"what": "x"}],
    )
    def test_what_is_not_enough(self, adas, asked, changed):
        page = adas.post(TRIAL, FIELDS | changed, headers=HX).content.decode()
        assert "field-error" in page
        assert asked.routes == []

    def test_not_too_often(self, adas, asked, monkeypatch):
        monkeypatch.setattr(mail_trials, "try_imap", lambda route, _folder: asked.routes.append(route))
        for _ in range(mail_trials.TRIALS.limit.tries):
            adas.post(TRIAL, FIELDS | {"imap_host": ""}, headers=HX)
        assert "too many tries" in tried(adas, FIELDS)
        assert asked.routes == []

    def test_not_too_many_at_once(self, adas, asked):
        with mail_trials.TRIALS.at_once, mail_trials.TRIALS.at_once:
            assert "Two other tests" in tried(adas, FIELDS)
        assert asked.routes == []
