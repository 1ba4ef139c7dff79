"""Objections of accounts as operators see and answer them."""

from datetime import timedelta

import pytest

from steward.events.actions import record
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lifecycle.suspension import suspend_account, terminate_account
from steward.outbox.actions import NewMail, put_in_outbox
from steward.outbox.models import InstallationMail, OutgoingMail
from steward.people.models import OperatorAct
from steward.privacy.egress.authorising import State
from steward.privacy.egress.models import Authorisation
from steward.privacy.subprocessors.actions import import_versions
from steward.privacy.subprocessors.actions.objections import agree_to, answer_due, object_to
from steward.privacy.subprocessors.example import example_versions
from steward.privacy.subprocessors.models import ChangeNotice, Matter, NoticeDelivery, Subscription
from steward.privacy.subprocessors.subscriptions import ask_to_subscribe, confirm_subscription, pause_undelivered
from steward.tenancy.scope import account_scope

pytestmark = pytest.mark.django_db
LIST = "/operator/objections"


@pytest.fixture
def objection(northwind):
    """Northwind says no to calls."""
    import_versions(example_versions())
    with account_scope(northwind.pk):
        return object_to("twilio-calls", actor=SYSTEM, reason="Our customers asked us not to.")


def page_of(objection):
    return f"{LIST}/northwind/{objection.pk}"


def stored(objection):
    with account_scope(objection.account_id):
        return Authorisation.objects.get(pk=objection.pk)


def test_an_objection_is_listed_with_its_reason_and_when_an_answer_is_due(operator_client, objection, olga):
    [listed] = operator_client.get(LIST).context["objections"]
    assert (listed.account.slug, listed.row, listed.due_at) == ("northwind", objection, answer_due(objection.at))
    text = operator_client.get(page_of(objection)).content.decode()
    assert "Our customers asked us not to." in text
    assert "Twilio" in text
    acts = OperatorAct.objects.filter(operator_id=olga.pk).order_by("id").values_list("act", flat=True)
    assert list(acts)[-2:] == ["objections.read", "objection.read"]


@pytest.mark.parametrize("resolution", Authorisation.Resolution.values)
def test_it_ends_in_a_recorded_resolution_and_stays_off(operator_client, objection, resolution):
    answer = operator_client.post(page_of(objection), {"resolution": resolution, "words": "We use another one."})
    assert answer.status_code == 302
    row = stored(objection)
    assert (row.state, row.resolution, row.resolution_words) == (State.OBJECTED, resolution, "We use another one.")
    assert not operator_client.get(LIST).context["objections"]
    assert "We use another one." in operator_client.get(page_of(objection)).content.decode()
    with account_scope(objection.account_id):
        assert OutgoingMail.objects.exists(), "the account is told"


def test_that_of_a_terminated_account_is_still_listed(operator_client, objection, northwind):
    """What the account holds is sealed; what it has told the operators is not, and their list answers."""
    assert suspend_account(northwind, actor=SYSTEM)
    assert terminate_account(northwind, actor=SYSTEM)
    [listed] = operator_client.get(LIST).context["objections"]
    assert listed.row == objection
    assert operator_client.get(page_of(objection)).status_code == 200


def test_without_a_resolution_the_words_stay(operator_client, objection):
    answer = operator_client.post(page_of(objection), {"words": "Typed by hand"})
    assert answer.status_code == 422
    assert "Typed by hand" in answer.content.decode()
    assert stored(objection).resolved_at is None


def test_what_was_taken_back_meanwhile_is_not_answered(operator_client, objection):
    with account_scope(objection.account_id):
        agree_to("twilio-calls", actor=SYSTEM)
    answer = operator_client.post(page_of(objection), {"resolution": "alternative", "words": "Typed by hand"})
    assert answer.status_code == 409
    assert "Typed by hand" in answer.content.decode()
    assert stored(objection).resolution == ""


def test_nothing_is_found_under_another_account(operator_client, objection, contoso):
    assert operator_client.get(f"{LIST}/contoso/{objection.pk}").status_code == 404
    assert operator_client.get(f"{LIST}/nobody/{objection.pk}").status_code == 404


def test_only_operators_read_objections(client_of, ada, visitor_at, objection):
    for browser in (client_of(ada), visitor_at(ada.account)):
        assert browser.get(LIST).status_code == 404
        assert browser.get(page_of(objection)).status_code == 404


def test_what_is_late_is_marked(operator_client, objection):
    Matter.objects.update(due_at=now() - timedelta(minutes=1))
    assert 'data-tone="bad"' in operator_client.get(LIST).content.decode()


def test_subscribers_whom_mail_does_not_reach_are_shown_by_their_domain_alone(operator_client):
    ask_to_subscribe("Gil@Fjord.example", language="pl")
    confirm_subscription(Subscription.objects.get())
    text = operator_client.get(LIST).content.decode()
    assert "whom mail does not reach" not in text
    InstallationMail.objects.update(state="failed", reason="bounced")
    pause_undelivered()
    text = operator_client.get(LIST).content.decode()
    assert "whom mail does not reach" in text
    assert "…@fjord.example" in text
    assert "gil" not in text.lower()


def test_a_notice_that_waits_says_why(operator_client, northwind, ada):
    with account_scope(northwind.pk):
        [mail] = put_in_outbox([NewMail("subprocessor notice", "a@x", "", ("ada@northwind.example",), b"x")])
        notice = ChangeNotice.objects.create(version=1, engagements=[], announced_at=now())
        NoticeDelivery.objects.create(
            notice=notice, membership=ada, channel="mail", about="announced", mail=mail, sent_at=now()
        )
        OutgoingMail.objects.update(state="held", reason="denied:tenant_objected")
        record("mail.held", mail, actor=SYSTEM, changes={"purpose": "subprocessor notice"})
    text = operator_client.get(LIST).content.decode()
    assert "ada@northwind.example" in text
    assert "it may not leave" in text
