"""What the gate denies is said where it is used: why, and what can be done about it, never a code."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from steward.channels.email.fetching import failure_code
from steward.console.deliveries import delivery_of
from steward.console.settings.mail_words import failure_words, told
from steward.operator.reasons import words_of
from steward.outbox.models import OutgoingMail, State
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.decision import Decision, EgressDenied, Reason, Request
from steward.privacy.egress.trials import Fault, Stage, Step, Trial
from steward.privacy.subprocessors.words import next_step, refusal

DENIALS = [reason for reason in Reason if reason is not Reason.ALLOWED]
LANGUAGES = [code for code, _ in settings.LANGUAGES]


def denied(reason: Reason) -> EgressDenied:
    request = Request(
        account_id=uuid4(), purpose="mail.fetch", categories=("user.name",), destination=Destination("a.example", 993)
    )
    return EgressDenied(request, Decision(reason))


def held(reason: str) -> SimpleNamespace:
    mail = OutgoingMail(state=State.HELD, reason=reason)
    return SimpleNamespace(id=uuid4(), outgoing=mail, findings={})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", DENIALS)
def test_a_mail_that_waits_says_why_and_what_to_do(reason: Reason, language: str) -> None:
    with override(language):
        delivery = delivery_of(held(f"denied:{reason.value}"))  # type: ignore[arg-type]
        context = {"delivery": delivery, "message": {"id": uuid4()}}
        page = render_to_string("console/_delivery.html", context)
        assert refusal(reason) in delivery.text
        assert delivery.advice == next_step(reason)
        assert delivery.advice in page
        assert "<a " not in page, "who may not read the page is not sent there"
        page = render_to_string("console/_delivery.html", context | {"shield": {"url": "/console/settings/privacy"}})
    assert 'href="/console/settings/privacy"' in page
    assert reason.value not in page
    assert delivery.resend_url


def test_a_mail_that_waits_for_something_else_has_no_such_advice() -> None:
    for reason in ("no_relay", "server_retired", "fault", "unreadable"):
        assert not delivery_of(held(reason)).advice  # type: ignore[arg-type]


def test_who_can_change_it_is_told_apart() -> None:
    own = {
        next_step(reason) for reason in (Reason.TENANT_OBJECTED, Reason.NOT_AUTHORISED, Reason.TENANT_DPA_NOT_IN_FORCE)
    }
    others = {next_step(reason) for reason in (Reason.UNKNOWN_HOST, Reason.PRIVATE_ADDRESS, Reason.REGION_NOT_SERVED)}
    assert len(own) == len(others) == 1
    assert len(own | others | {next_step(Reason.NOTICE_PENDING)}) == 3


@pytest.mark.parametrize("reason", DENIALS)
def test_operators_read_it_in_words_too(reason: Reason) -> None:
    assert refusal(reason) in words_of(f"denied:{reason.value}")
    assert reason.value not in words_of(f"denied:{reason.value}")


@pytest.mark.parametrize("reason", DENIALS)
def test_a_mailbox_that_may_not_be_read_says_why(reason: Reason) -> None:
    code = failure_code(denied(reason))
    words = str(failure_words(code))
    assert refusal(reason) in words
    assert next_step(reason) in words
    assert str(failure_words("not_allowed")) != str(failure_words("fault"))  # as earlier versions noted it


@pytest.mark.parametrize("reason", DENIALS)
def test_a_trial_that_is_denied_says_why(reason: Reason) -> None:
    step = Step(Stage.CONNECT, fault=Fault.DENIED, reason=reason.value)
    (line,) = told(Trial((step,)))
    assert refusal(reason) in line["advice"]
    assert next_step(reason) in line["advice"]


def test_a_trial_that_the_gate_denies_brings_the_reason_along(northwind, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    from steward.privacy.egress.routes import Route, Tls
    from steward.privacy.egress.trials import try_imap
    from steward.tenancy.models import Account

    Account.objects.filter(pk=northwind.pk).update(state=Account.State.SUSPENDED)
    route = Route(account_id=northwind.id, destination=Destination("8.8.8.8", 993), tls=Tls.IMPLICIT)
    (step,) = try_imap(route, "INBOX").steps
    assert (step.fault, step.reason) == (Fault.DENIED, "account_state")
