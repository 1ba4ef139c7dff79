"""The public page at the host of an account: its region, its answers, and nothing about a person."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.egress.authorising import authorise, object_to
from steward.privacy.egress.models import AccountTerms
from steward.privacy.egress.terms import bring_into_force
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.listings import PAGE, engagement, publish, read, registry, rows_on, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]
ATOM = "{http://www.w3.org/2005/Atom}"


PATHS = (
    PAGE,
    "/subprocessors.json",
    "/.well-known/subprocessors.json",
    "/subprocessors.atom",
    "/subprocessors/feed.json",
)


def test_an_account_sees_its_own_region_and_what_it_switched_off(european, visitor_at):
    publish(registry(engagement(), engagement("far", regions=("us",)), engagement("ai", purposes=("answer.suggest",))))
    browser = visitor_at(european)
    assert {key: row.status for key, row in read(browser).items()} == {"relay": "used", "ai": "used"}
    with account_scope(european.id):
        object_to("ai", actor=SYSTEM, reason="No, thank you: it is secret why.")
    text = text_of(browser.get(PAGE))
    rows = rows_on(text)
    assert (rows["ai"].status, rows["relay"].status) == ("off", "used")
    assert "Off for this account" in rows["ai"].who
    assert "hosts" not in rows["ai"].facts or "None" in rows["ai"].facts["hosts"]
    assert "secret why" not in text
    assert european.name in text
    assert read(visitor_at())["ai"].status == "used", "the base domain speaks of everybody"


def test_an_account_that_is_asked_first_uses_what_it_has_agreed_to(european, visitor_at):
    publish(registry(engagement(), engagement("ai", purposes=("answer.suggest",))))
    with account_scope(european.id):
        bring_into_force(uuid4(), mode=AccountTerms.Mode.SPECIFIC, actor=SYSTEM)
        authorise("relay", actor=SYSTEM)
    assert {key: row.status for key, row in read(visitor_at(european)).items()} == {"relay": "used", "ai": "off"}


def test_an_account_opened_later_has_what_it_accepted_at_once(european, contoso, visitor_at):
    opened = european.created_at
    publish(registry(engagement()), at=opened - 90 * DAY)
    publish(registry(engagement(), engagement("ai")), at=opened - DAY)
    assert list(read(visitor_at(european))) == ["relay", "ai"]
    assert list(read(visitor_at())) == ["relay"]


def test_nothing_personal_is_on_an_accounts_page(european, visitor_at, ada, ben):
    publish(registry(engagement()))
    for path in (PAGE, "/subprocessors.json", "/subprocessors.atom", "/subprocessors/feed.json"):
        text = text_of(visitor_at(european).get(path))
        for person in (ada, ben):
            assert person.user.email not in text
            assert str(person.id) not in text


@pytest.mark.parametrize("path", PATHS)
def test_at_the_host_of_an_account_neither(path, european, visitor_at):
    publish(registry(engagement()))
    browser = visitor_at(european)
    for asked, status in {
        "": 200, "region=eu": 200, "region=us": 200, "region=none": 400, "lang=xx": 400, "as_of=garbage": 400,
        "lang=ar&as_of=9999-12-31": 200, "version=1&compare=1": 200,
    }.items():  # fmt: skip
        answer = browser.get(f"{path}?{asked}")
        assert (answer.status_code, asked) == (status, asked)
        assert not answer.cookies


def test_an_account_that_is_asked_for_each_sees_what_became_wider_as_off(base, european, visitor_at):
    Account.objects.update(created_at=now() - 90 * DAY)
    with account_scope(european.id):
        bring_into_force(uuid4(), actor=SYSTEM, mode=AccountTerms.Mode.SPECIFIC)
    publish(registry(engagement()), at=now() - 60 * DAY)
    with account_scope(european.id):
        authorise("relay", actor=SYSTEM)
    assert read(visitor_at(european))["relay"].status == "used"
    publish(registry(engagement(countries=("DE", "FR"))), at=now() - 31 * DAY)
    assert read(visitor_at(european))["relay"].status == "off"
