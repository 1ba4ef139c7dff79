"""What termination takes: all that was set up, and nothing that is about people, or was agreed, ordered or held."""

import pytest

from steward.brand.actions import Choices, choose_brand, choose_logo
from steward.brand.models import Brand
from steward.brand.pictures import Picture
from steward.channels.email.mail_templates import Kind, change_template
from steward.channels.email.mailboxes import Mailbox, add_mail_account
from steward.channels.email.models import MailAccount, MailboxCopies, MailboxPosition, MailTemplate
from steward.events.models import Event
from steward.files.models import File
from steward.lib.actor import SYSTEM
from steward.lib.ids import new_id
from steward.lifecycle.belongings import CONFIGURATION, DATA, IN_PART, RECORDS
from steward.lifecycle.configuration import take_configuration
from steward.lifecycle.departing.tables import count_rows, owned_tables
from steward.lifecycle.suspension import reopen_account, suspend_account, terminate_account
from steward.notifications.actions import change_defaults
from steward.people.account_settings import change_account
from steward.people.actions import NewInvitation, edit_department, invite
from steward.people.actions.security_policy import NewPolicy, change_security_policy
from steward.people.models import Department, Requires, SecurityPolicy
from steward.privacy.audit.policy import Choice, change_policy, policy
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.models import Connector
from steward.privacy.incidents.own import dpo_contact, name_dpo
from steward.privacy.recipients.actions import choose_by_itself
from steward.privacy.retention.actions import change_rule, make_rule
from steward.privacy.retention.models import Kind as Kept
from steward.privacy.retention.models import Since
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import upkeep_scope
from steward.testing.life_samples import note_order_by_letter
from steward.testing.pictures import png
from steward.testing.tickets import make_ticket
from steward.tickets.actions.ruling import change_ticket_rules
from steward.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def rows(account, table):
    with upkeep_scope(account.id):
        return count_rows(table, account.id)


@pytest.fixture
def furnished(northwind, ada, eli):
    """Northwind with something in every table that is set up, and with what must not go beside it."""
    with upkeep_scope(northwind.id):
        department = Department.objects.get(is_default=True)
        edit_department(department, name=department.name, signature="<p>Bye</p>", signatures={"da": "<p>Hej</p>"},
                        actor=SYSTEM)  # fmt: skip
        smtp = declare_connector(
            Declaration(
                kind=Connector.Kind.SMTP, destination=Destination("smtp.northwind.example", 465),
                tls=Connector.Tls.IMPLICIT, username="help", password="a secret",
            ), actor=SYSTEM,
        )  # fmt: skip
        box = add_mail_account(
            Mailbox(address="help@northwind.example", smtp=smtp), department=department, actor=SYSTEM
        )
        MailboxPosition.objects.create(mail_account=box, uid_validity=1)
        MailboxCopies.objects.create(mail_account=box, erasure_id=new_id())
        change_template(Kind.ANSWER, "da", subject="", body="Hej\n\n{{answer}}", actor=SYSTEM)
        choose_brand(Choices(name="NW", accent="#202020", corners="round", font="serif", in_mails="logo"), actor=SYSTEM)
        choose_logo(Picture(png(8, 8), "image/png", 8, 8), actor=SYSTEM)
        change_defaults({}, shows_text=True, actor=SYSTEM)
        change_ticket_rules({"closes_after_days": 5, "code_letters": "NW", "looks_for_sensitive": False}, actor=SYSTEM)
        choose_by_itself(True, actor=SYSTEM)
        invite(NewInvitation("gil@example.org", "agent"), invited_by=ada, actor=SYSTEM)
        change_rule(make_rule(Kept.TICKETS, days=30, since=Since.ACTIVITY, actor=SYSTEM), {"is_on": True}, actor=SYSTEM)
        change_security_policy(NewPolicy(Requires.ALL, ["10.0.0.0/8"], 60, 24), address="10.0.0.1", actor=SYSTEM)
        change_account(northwind.id, {"refuses_mail": True}, actor=SYSTEM)
        change_policy(Choice(records_reads=True, reads_days=400, entries_days=3000), actor=SYSTEM)
        name_dpo("Vera", "vera@northwind.example", "", actor=SYSTEM)
    make_ticket(eli)
    return northwind


def terminated(account):
    suspend_account(account, actor=SYSTEM)
    assert terminate_account(account, actor=SYSTEM)
    return account


def test_each_table_of_an_account_is_sorted_once():
    """Whoever adds one says whether termination takes it: `lifecycle.belongings`."""
    sorted_tables = [*CONFIGURATION, *IN_PART, *DATA, *RECORDS]
    assert len(sorted_tables) == len({*sorted_tables})
    assert {*owned_tables()} ^ {*sorted_tables} == set()


def test_all_that_was_set_up_goes_and_the_audit_says_so(furnished):
    assert [table for table in sorted(CONFIGURATION | IN_PART) if not rows(furnished, table)] == [], "nothing to take"
    stays = {table: rows(furnished, table) for table in DATA | RECORDS | IN_PART}
    terminated(furnished)
    assert {table: n for table in CONFIGURATION if (n := rows(furnished, table))} == {}
    left = {table: rows(furnished, table) for table in stays}
    grows = {"events_event", "notifications_notice", "notifications_accountnotice"}
    # Sessions of support end with the suspension; the logo is a file.
    assert {table for table in stays if left[table] < stays[table]} == {"files_file"}
    assert {table for table in stays if left[table] > stays[table]} <= grows
    with upkeep_scope(furnished.id):
        assert not File.objects.exists()
        kinds = {*Event.objects.values_list("kind", flat=True)}
        assert not Connector.objects.exclude(password=b"", retired_at__isnull=False).exists()
        assert not Department.objects.exclude(signature="", signatures={}).exists()
    assert {
        "brand.changed", "mail_account.removed", "connector.retired", "mail_template.reset", "invitation.withdrawn",
        "retention_rule.dropped", "ticket_rules.changed", "recipients.rules_changed", "notification_defaults.changed",
        "security_policy.changed", "department.changed", "account.changed",
    } <= kinds  # fmt: skip
    assert [domain.host for domain in Domain.objects.filter(account=furnished)] == ["northwind.localhost"]
    assert not Account.objects.get(pk=furnished.pk).refuses_mail


def test_what_guards_the_data_is_not_lowered(furnished):
    terminated(furnished)
    with upkeep_scope(furnished.id):
        assert (policy().entries_days, policy().reads_days) == (3000, 400)
        entered = SecurityPolicy.objects.get()
        assert (entered.second_factor, entered.idle_minutes, entered.lifetime_hours) == (Requires.ALL, 60, 24)
        assert entered.networks == []
        assert dpo_contact().name == "Vera", "who is told of a breach"


def test_opened_again_it_is_set_up_as_a_new_one(furnished):
    terminated(furnished)
    note_order_by_letter(furnished)
    assert reopen_account(furnished, actor=SYSTEM)
    with upkeep_scope(furnished.id):
        assert [each.address for each in MailAccount.objects.all()] == ["support@northwind.localhost"]
        assert not Brand.objects.exists()
        assert not MailTemplate.objects.exists()
        assert Ticket.objects.count() == 1
    assert rows(furnished, "retention_retentionrule") == 0
    assert rows(furnished, "lifecycle_reopeningorder") == 0, "it is carried out"


def test_taking_it_twice_takes_nothing_more(furnished):
    terminated(furnished)
    with upkeep_scope(furnished.id):
        before = Event.objects.count()
        take_configuration(actor=SYSTEM)
        assert Event.objects.count() == before
