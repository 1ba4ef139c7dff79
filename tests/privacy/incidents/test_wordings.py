"""Each account reads of an incident in its own language, as far as an operator has written it."""

import json
from email import message_from_bytes
from email.policy import default

import pytest

from steward.outbox.models import InstallationMail
from steward.people.access import actor_of
from steward.people.models import Membership
from steward.privacy.incidents import own
from steward.privacy.incidents.models import Incident, Step
from steward.privacy.incidents.register import NotYet, order_notices, write_facts, write_wordings
from steward.privacy.incidents.wordings import other_languages, wordings_in
from steward.privacy.incidents.words import foreign_words, step_details, told_in
from steward.privacy.keys.cipher import decrypt_for_installation
from steward.project.commands import incident as command
from steward.project.failure import Failure
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope, upkeep_scope
from steward.testing.incident_samples import FACTS, known_incident

POLISH = {"title": "Kopia leżała otwarta", "nature": "Kopia zapasowa leżała otwarta przez godzinę."}


@pytest.fixture
def incident(northwind, ada):
    """One that northwind, which is English, hears of, with some words in Polish."""
    one = known_incident([northwind], **FACTS)
    write_wordings(one, "pl", POLISH, operator_id=None)
    return one


def notice_of(account, incident, run_jobs):
    order_notices(incident, operator_id=None)
    run_jobs("incidents.tell_account")
    with upkeep_scope(account.pk):
        return own.notices()[0]


def texts():
    mails = InstallationMail.objects.filter(purpose="incident").order_by("id")
    return [
        message_from_bytes(
            decrypt_for_installation(bytes(mail.content), context=mail.context_of("content")), policy=default
        ).get_content()
        for mail in mails
    ]


def nature_in(notice, language):
    return next(row for row in told_in(notice, language) if "godzinę" in row.words or "an hour" in row.words)


def test_who_reads_it_gets_the_words_in_the_own_language(northwind, ada, incident, run_jobs):
    notice = notice_of(northwind, incident, run_jobs)
    assert (nature_in(notice, "pl").words, nature_in(notice, "pl").language) == (POLISH["nature"], "")
    assert (nature_in(notice, "en").words, nature_in(notice, "en").language) == (FACTS["nature"], "")
    assert (nature_in(notice, "da").words, nature_in(notice, "da").language) == (FACTS["nature"], "en")
    assert foreign_words(notice, "en") == ""
    assert "English" in foreign_words(notice, "pl"), "the other facts are there in English alone"


def test_mails_are_in_the_language_of_each_reader(northwind, ada, incident, run_jobs):
    with account_scope(northwind.id):
        Membership.objects.filter(pk=ada.pk).update(language="pl")
        own.name_dpo("Dora", "dora@example.org", "", actor=actor_of(ada))
    notice_of(northwind, incident, run_jobs)
    polish, english = texts()
    assert POLISH["nature"] in polish
    assert FACTS["nature"] not in polish
    assert FACTS["nature"] in english
    assert POLISH["nature"] not in english


def test_words_are_not_used_once_what_they_say_again_has_changed(northwind, ada, incident, run_jobs):
    write_facts(incident, {"nature": "It lay open for an hour and a half."}, operator_id=None)
    [outdated] = [one for one in wordings_in(incident, "pl") if one.is_outdated]
    assert (outdated.name, outdated.words) == ("nature", POLISH["nature"])
    notice = notice_of(northwind, incident, run_jobs)
    assert notice.said("nature", "pl") == ("It lay open for an hour and a half.", "en")
    assert notice.said("title", "pl") == (POLISH["title"], "")
    assert write_wordings(incident, "pl", {"nature": POLISH["nature"]}, operator_id=None) == ["nature"]
    assert notice_of(northwind, incident, run_jobs).said("nature", "pl") == (POLISH["nature"], "")


def test_what_nobody_wrote_down_is_not_said_again(northwind, ada):
    one = known_incident([northwind])
    with pytest.raises(NotYet, match="unwritten"):
        write_wordings(one, "pl", {"nature": "Coś się stało."}, operator_id=None)
    for language in ("en", "tlh"):
        with pytest.raises(ValueError, match=language):
            write_wordings(one, language, POLISH, operator_id=None)
    assert write_wordings(one, "pl", {"nature": ""}, operator_id=None) == []


def test_the_history_says_who_wrote_it_in_which_language(incident):
    step = Step.objects.get(what="wordings")
    assert step_details(step) == "Polish: Title; What happened"


def test_the_register_of_the_account_takes_the_words_of_its_language(northwind, ada, incident, run_jobs):
    notice = notice_of(northwind, incident, run_jobs)
    with account_scope(northwind.id):
        one = own.take_on(notice, language="pl", actor=actor_of(ada))
    assert (one.title, one.nature, one.measures) == (POLISH["title"], POLISH["nature"], FACTS["measures"])


def test_the_page_says_which_words_are_in_another_language(northwind, ada, incident, client_of, run_jobs):
    Account.objects.filter(pk=northwind.pk).update(language="pl")
    notice_of(northwind, incident, run_jobs)
    page = client_of(ada).get(f"/console/settings/privacy/incidents/told/{incident.pk}").content.decode()
    assert POLISH["title"] in page
    assert f'<bdi lang="en">{FACTS["measures"]}</bdi>' in page
    assert "data-foreign" in page


def test_an_operator_writes_it_on_a_page(northwind, incident, operator_client):
    page = f"/operator/incidents/{incident.pk}/languages/da"
    text = operator_client.get(page).content.decode()
    assert FACTS["measures"] in text
    assert operator_client.post(page, {"title": "En kopi", "measures": "Den er lukket."}).status_code == 302
    incident.refresh_from_db()
    assert [one.words for one in wordings_in(incident, "da") if one.words] == ["En kopi", "Den er lukket."]
    assert "2 of 7" in operator_client.get(f"/operator/incidents/{incident.pk}").content.decode()
    for language in ("en", "tlh"):
        assert operator_client.get(f"/operator/incidents/{incident.pk}/languages/{language}").status_code == 404


def test_what_is_outdated_does_not_hold_again_because_something_else_was_saved(
    northwind, ada, incident, operator_client, run_jobs
):
    write_facts(incident, {"nature": "It lay open for a day."}, operator_id=None)
    page = f"/operator/incidents/{incident.pk}/languages/pl"
    answer = operator_client.get(page)
    assert "data-outdated" in answer.content.decode()
    assert POLISH["nature"] in answer.content.decode(), "to be read"
    begun = {field.html_name: field.value() for _one, field in answer.context["form"].rows}
    assert (begun["title"], begun["nature"]) == (POLISH["title"], "")
    assert operator_client.post(page, begun | {"measures": "Zamknięto ją."}).status_code == 302
    notice = notice_of(northwind, incident, run_jobs)
    assert notice.said("nature", "pl") == ("It lay open for a day.", "en")
    assert (notice.said("title", "pl"), notice.said("measures", "pl")) == ((POLISH["title"], ""), ("Zamknięto ją.", ""))
    assert POLISH["nature"] in operator_client.get(page).content.decode(), "still there to be read"
    operator_client.post(page, begun | {"nature": "Leżała otwarta przez dobę."})
    assert notice_of(northwind, incident, run_jobs).said("nature", "pl") == ("Leżała otwarta przez dobę.", "")


def test_the_command_writes_it(northwind, incident, capsys):
    number = str(incident.number)
    assert command.main(["note", number, "--language", "lv", "--measures", "Kopija ir aizvērta."]) in (0, None)
    command.main(["show", number])
    shown = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert [one["words"] for one in shown["languages"]["lv"]] == ["Kopija ir aizvērta."]
    with pytest.raises(Failure, match="other languages"):
        command.main(["note", number, "--language", "tlh", "--measures", "x"])


def test_words_of_before_this_was_known_name_no_language(northwind, ada, incident, run_jobs):
    Incident.objects.filter(pk=incident.pk).update(language="")
    incident.refresh_from_db()
    notice = notice_of(northwind, incident, run_jobs)
    assert notice.said("measures", "da") == (FACTS["measures"], "")
    assert "en" in other_languages("")
