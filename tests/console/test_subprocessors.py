"""The page on which owners and admins object: what it shows, what its buttons do, and who gets there."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from steward.lib.actor import SYSTEM
from steward.notifications.of_account import unread_of_account
from steward.people.actions import add_member
from steward.people.models import Role
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.document import Engagement, Kind, Provider, Registry, Subprocessor
from steward.privacy.egress.terms import bring_into_force
from steward.privacy.subprocessors.actions import approve_draft, change_draft, open_draft, publish_draft
from steward.privacy.subprocessors.actions.objections import resolve
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db

PAGE = "/console/settings/privacy/subprocessors"
ANSWER, READ = f"{PAGE}/answer", f"{PAGE}/read"
RELAY = Engagement(key="relay", purposes=("mail.deliver",), categories=("user.content",), countries=("DE",))
VOICE = Engagement(key="voice", purposes=("call.carry",), countries=("IE",), is_optional=True)


def publish(*engagements: Engagement) -> None:
    company = Subprocessor(key="company", legal_name="Relay GmbH", kind=Kind.SERVICE, engagements=engagements)
    provider = Provider(legal_name="Host s.r.o.", service="Desk")
    registry = Registry(provider=provider, regions=(), subprocessors=(company,), prose=())
    draft = change_draft(open_draft(operator_id=None), registry, operator_id=None)
    publish_draft(approve_draft(draft, operator_id=None), operator_id=None)


@pytest.fixture
def announced(settings: Any, run_jobs: Any) -> None:
    """A list with a relay in use, and a voice carrier that is coming."""
    settings.STEWARD_HOSTING = True
    for engagements in ((RELAY,), (RELAY, VOICE)):
        publish(*engagements)
        run_jobs("subprocessors.announce")
        run_jobs("subprocessors.tell_account")


def shown(client: Any) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_it_shows_what_is_coming_what_is_in_use_and_who_was_told(announced: None, client_of: Any, ada: Any) -> None:
    page = shown(client_of(ada))
    coming, _, rest = page.partition('id="in-use"')
    assert "New: Relay GmbH (Ireland)" in coming
    assert "Unless you object, it may be used for your account from" in coming
    assert "Relay GmbH (Germany)" in rest
    assert "that is what you were told" in rest
    assert "on its way" in rest


def test_one_button_objects_and_another_agrees_again(announced: None, client_of: Any, ada: Any, olga: Any) -> None:
    client = client_of(ada)
    answer = client.post(ANSWER, {"engagement": "relay", "answer": "object", "reason": "We know\0 <them>."})
    assert answer.status_code == 303
    page = shown(client)
    assert "Ada said no: it is off for your account" in page
    assert "We know &lt;them&gt;." in page
    assert "Not answered yet" in page
    with account_scope(ada.account_id):
        objection = Authorisation.objects.get(engagement="relay")
    resolve(ada.account_id, objection.pk, "feature_off", operator_id=olga.user_id, words="As you wish.")
    assert "As you wish." in shown(client)
    client.post(ANSWER, {"engagement": "relay", "answer": "agree", "version": "2"})
    page = shown(client)
    assert "said no" not in page
    assert "your account agreed" in page


def test_a_yes_is_to_the_list_that_was_read(announced: None, client_of: Any, ada: Any) -> None:
    client = client_of(ada)
    for version in ("1", "", "x"):
        answer = client.post(ANSWER, {"engagement": "relay", "answer": "agree", "version": version}, follow=True)
        assert "has changed since this page was opened" in answer.content.decode()
    with account_scope(ada.account_id):
        assert not Authorisation.objects.exists()


def test_what_becomes_wider_is_asked_for_anew(announced: None, client_of: Any, ada: Any) -> None:
    with account_scope(ada.account_id):
        bring_into_force(uuid4(), actor=SYSTEM, mode="specific")
    client = client_of(ada)
    client.post(ANSWER, {"engagement": "voice", "answer": "agree", "version": "2"})
    assert "your account agreed." in shown(client)
    publish(RELAY, structs.replace(VOICE, countries=("IE", "US")))
    page = shown(client)
    assert "your account agreed to less than this" in page
    client.post(ANSWER, {"engagement": "voice", "answer": "agree", "version": "3"})
    assert "your account agreed to less than this" not in shown(client)


def test_where_the_agreement_asks_for_consent_there_is_yes_and_no(announced: None, client_of: Any, ada: Any) -> None:
    with account_scope(ada.account_id):
        bring_into_force(uuid4(), actor=SYSTEM, mode="specific")
    client = client_of(ada)
    assert 'value="agree"' in shown(client)
    assert 'value="refuse"' in shown(client)
    client.post(ANSWER, {"engagement": "voice", "answer": "refuse"})
    with account_scope(ada.account_id):
        assert Authorisation.objects.get(engagement="voice").state == "refused"


def test_the_line_on_every_page_goes_when_somebody_says_that_they_read_it(
    announced: None, client_of: Any, ada: Any, ben: Any
) -> None:
    client = client_of(ada)
    line = "Subprocessors: to be read"
    assert line in client.get("/console/settings/general").content.decode()
    assert "Subprocessors change: see what changes" in client.get("/console/notifications").content.decode()
    assert client.post(READ).status_code == 303
    assert line not in client.get("/console/settings/general").content.decode()
    assert line not in client_of(ben).get("/console/settings/profile").content.decode()


def test_each_admin_reads_for_themselves(announced: None, client_of: Any, ada: Any) -> None:
    with account_scope(ada.account_id):
        gil = add_member("gil@northwind.example", name="Gil", role=Role.ADMIN, password=None, actor=SYSTEM)
    assert gil.sees_all
    client_of(ada).post(READ)
    with account_scope(ada.account_id):
        assert unread_of_account(ada, is_exact=True) == []


@pytest.mark.parametrize(("engagement", "answer", "status"), [("none", "object", 404), ("relay", "x", 400)])
def test_what_is_not_on_the_list_cannot_be_answered(
    announced: None, client_of: Any, ada: Any, engagement: str, answer: str, status: int
) -> None:
    assert client_of(ada).post(ANSWER, {"engagement": engagement, "answer": answer}).status_code == status


def test_agents_do_not_get_there(announced: None, client_of: Any, ben: Any) -> None:
    client = client_of(ben)
    assert client.get(PAGE).status_code == 403
    assert client.post(ANSWER, {"engagement": "relay", "answer": "object"}).status_code == 403
