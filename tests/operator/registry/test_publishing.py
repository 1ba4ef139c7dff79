"""From the draft to a version: who approves it, what it says of its changes, and that it can be kept as a file."""

import json
from datetime import timedelta

import pytest

from steward.lib.clock import now
from steward.people.sessions import CONFIRMED
from steward.privacy.egress.models import RegistryVersion
from steward.testing.browsing import client_of_operator
from steward.testing.registry_forms import (
    DRAFT,
    MAIL,
    NEW,
    OFFICE,
    RELAY,
    add_relay,
    begin,
    form_of,
    keep,
    said,
)

pytestmark = pytest.mark.django_db


def test_a_version_and_the_draft_are_files_to_keep(operator_client, example):
    answer = operator_client.get(f"{OFFICE}/versions/2/document.json")
    assert answer.content.decode() == RegistryVersion.objects.get(number=2).document
    assert answer["Content-Disposition"] == 'attachment; filename="subprocessors-2.json"'
    begin(operator_client)
    assert json.loads(operator_client.get(f"{DRAFT}/document.json").content) == json.loads(answer.content)
    assert operator_client.get(f"{OFFICE}/versions/3").status_code == 404


def test_a_version_tells_what_it_changed(operator_client, example):
    text = operator_client.get(f"{OFFICE}/versions/2").content.decode()
    assert "Twilio" in text
    assert "data-difference" in text
    assert "data-difference" not in operator_client.get(f"{OFFICE}/versions/1").content.decode()


def test_a_version_tells_how_many_notices_it_made(operator_client, northwind, contoso, settings, run_jobs):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    keep(operator_client, f"{DRAFT}/regions/new", form_of(operator_client, f"{DRAFT}/regions/new", code="home",
                                                          name_en="Home", countries="Germany"))  # fmt: skip
    for number in (1, 2):
        if number == 2:
            begin(operator_client)
            path = f"{RELAY}/engagements/new"
            use = form_of(operator_client, path, key="more", purposes=["data.host"])
            keep(operator_client, path, use | {"regions": ["home"], "regions_unsaid": ""})
        edition = form_of(operator_client, f"{DRAFT}/publication")["edition"]
        operator_client.post(f"{DRAFT}/approval", {"edition": edition, "alone_because": "I am alone."})
        edition = form_of(operator_client, f"{DRAFT}/publication")["edition"]
        answer = operator_client.post(f"{DRAFT}/publishing", {"edition": edition})
        assert answer.status_code == 302
    assert "2 accounts are told" in operator_client.get(answer["Location"]).content.decode()
    assert operator_client.get(answer["Location"]).context["noticed"].accounts == 0
    run_jobs("subprocessors.announce")
    run_jobs("subprocessors.tell_account")
    answer = operator_client.get(answer["Location"])
    noticed = answer.context["noticed"]
    assert (noticed.accounts, noticed.people, noticed.mails, noticed.undelivered) == (2, 2, 2, 0)
    assert "2 accounts of 2 are told by now" in answer.content.decode()


def test_faults_stand_where_they_are_put_right_and_hinder_the_approval(operator_client):
    add_relay(operator_client)
    use = form_of(operator_client, MAIL) | said(categories=["user.content", "user.device.ip_address"])
    keep(operator_client, MAIL, use)
    words = "None of its purposes needs this category of data: IP address"
    for path in (DRAFT, MAIL, f"{DRAFT}/publication"):
        assert words in operator_client.get(path).content.decode(), path
    assert words not in operator_client.get(RELAY).content.decode()
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422


def test_a_list_that_does_not_say_who_provides_the_service_is_not_approved(operator_client):
    begin(operator_client)
    page = operator_client.get(DRAFT).content.decode()
    assert "The legal name is missing." in page
    assert f'href="{DRAFT}/provider"' in page
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422


def test_a_second_person_approves_where_there_is_one(operator_client, otto, settings):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    path = f"{DRAFT}/publication"
    text = operator_client.get(path).content.decode()
    assert "another operator has to approve" in text
    edition = {"edition": form_of(operator_client, path)["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422
    assert client_of_operator(otto).post(f"{DRAFT}/approval", edition).status_code == 302
    assert operator_client.post(f"{DRAFT}/publishing", edition).status_code == 302
    assert RegistryVersion.objects.get().approved_by == otto.pk


def test_alone_it_takes_a_reason_where_accounts_of_others_are_served(operator_client, settings):
    settings.STEWARD_HOSTING = True
    add_relay(operator_client)
    edition = {"edition": form_of(operator_client, f"{DRAFT}/publication")["edition"]}
    assert operator_client.post(f"{DRAFT}/approval", edition).status_code == 422
    reason = edition | {"alone_because": "A company of one."}
    assert operator_client.post(f"{DRAFT}/approval", reason).status_code == 302
    operator_client.post(f"{DRAFT}/publishing", edition)
    assert RegistryVersion.objects.get().alone_because == "A company of one."


def test_nobody_approves_what_they_have_not_seen(operator_client, otto):
    add_relay(operator_client)
    path, his = f"{DRAFT}/publication", client_of_operator(otto)
    form = form_of(operator_client, path) | said(summary_en="My summary")
    keep(his, RELAY, form_of(his, RELAY) | said(known_as="His"))
    for each in ("publication", "approval", "publishing"):
        answer = operator_client.post(f"{DRAFT}/{each}", form)
        assert answer.status_code == 409, each
        assert "data-overtaken" in answer.content.decode()
    assert "My summary" in operator_client.post(path, form).content.decode()


def test_a_change_that_needs_notice_says_so_with_its_day(operator_client, example):
    begin(operator_client)
    company = form_of(operator_client, NEW, key="relay", legal_name="Relay GmbH", kind="service")
    keep(operator_client, NEW, company)
    path = f"{RELAY}/engagements/new"
    keep(operator_client, path, form_of(operator_client, path, key="relay-mail", purposes=["mail.deliver"]))
    page = operator_client.get(f"{DRAFT}/publication")
    [difference] = page.context["differences"]
    assert (difference.key, difference.needs_notice) == ("relay-mail", True)
    assert page.context["stands_from"] - now() > timedelta(days=29, hours=23)
    edition = {"edition": page.context["edition"]}
    operator_client.post(f"{DRAFT}/approval", edition)
    answer = operator_client.post(f"{DRAFT}/publishing", edition, follow=True)
    assert "Version 3 is published." in answer.content.decode()
    assert "From" in operator_client.get(OFFICE).content.decode()


def test_publishing_asks_who_one_is_again(operator_client):
    begin(operator_client)
    session = operator_client.session
    session[CONFIRMED] = (now() - timedelta(hours=2)).isoformat()
    session.save()
    answer = operator_client.get(f"{DRAFT}/publication")
    assert answer.status_code == 302
    assert "second-factor" in answer["Location"]
