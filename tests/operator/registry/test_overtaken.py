"""Two operators write at the same time, and neither loses anything."""

import pytest

from steward.testing.browsing import client_of_operator
from steward.testing.registry_forms import (
    DRAFT,
    MAIL,
    RELAY,
    add_relay,
    fields_of,
    form_of,
    keep,
    registry,
    said,
    theirs_of,
)

pytestmark = pytest.mark.django_db


def test_who_writes_over_somebody_else_is_told_and_loses_nothing(operator_client, otto):
    add_relay(operator_client)
    mine = form_of(operator_client, RELAY) | said(known_as="Mine", address="Street 1")
    his = client_of_operator(otto)
    keep(his, RELAY, form_of(his, RELAY) | said(known_as="His"))
    answer = operator_client.post(RELAY, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "data-overtaken" in text
    assert "Mine" in text
    assert "Known as" in answer.context["theirs"]
    assert theirs_of(answer) == {"known_as": "His", "address": "Not stated"}
    assert "In the draft now:" in text
    assert registry().subprocessors[0].known_as == "His"
    keep(operator_client, RELAY, mine | {"seen": answer.context["seen"]})
    assert registry().subprocessors[0].known_as == "Mine"


def test_what_the_other_has_written_stands_beside_ones_own(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, MAIL), client_of_operator(otto)
    typed = said(description_en="His words", countries="Norway") | {"is_optional": "no", "notes-0-is_there": "on"}
    typed |= {"notes-0-words_en": "The Danish page has two.", "purposes": ["mail.deliver", "data.host"]}
    keep(his, MAIL, form_of(his, MAIL) | typed)
    answer = operator_client.post(MAIL, mine | said(description_en="Mine", description_pl="Moje"))

    assert answer.status_code == 409
    beside = theirs_of(answer)
    assert (beside["description_en"], beside["description_pl"]) == ("His words", "nothing")
    assert (beside["countries"], beside["is_optional"]) == ("Norway", "Part of the service")
    assert "Hosting" in beside["purposes"]
    assert beside["notes-0-words_en"] == "The Danish page has two."
    assert "categories" not in beside
    assert "In the draft now: ticked" in answer.content.decode()
    assert "Mine" in answer.content.decode()
    kept = fields_of(answer)
    assert kept["description_en"] == "Mine"
    assert "notes-1-words_en" in kept, "his note has a row, and there is one for another"


def test_who_changes_another_part_is_in_nobodys_way(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, RELAY) | said(known_as="Mine"), client_of_operator(otto)
    keep(his, MAIL, form_of(his, MAIL) | said(description_en="His words"))
    keep(operator_client, RELAY, mine)
    [relay] = registry().subprocessors
    assert (relay.known_as, relay.engagements[0].description) == ("Mine", {"en": "His words"})


def test_what_was_taken_out_or_thrown_away_meanwhile_can_still_be_kept(operator_client, otto):
    add_relay(operator_client)
    mine, his = form_of(operator_client, RELAY) | said(known_as="Mine"), client_of_operator(otto)
    his.post(f"{RELAY}/removal")
    answer = operator_client.post(RELAY, mine)
    assert answer.status_code == 409
    assert answer.context["is_gone"]
    his.post(f"{DRAFT}/discarding")
    answer = operator_client.post(RELAY, mine | {"seen": answer.context["seen"]})
    assert answer.status_code == 409
    assert "Mine" in answer.content.decode()
    keep(operator_client, RELAY, mine | {"seen": answer.context["seen"]})
    assert registry().subprocessors[0].known_as == "Mine"


def test_an_engagement_of_a_company_that_is_gone_waits_for_it(operator_client, otto):
    add_relay(operator_client)
    mine = form_of(operator_client, MAIL) | said(description_en="Mine")
    client_of_operator(otto).post(f"{RELAY}/removal")
    for _again in range(2):
        answer = operator_client.post(MAIL, mine)
        assert answer.status_code == 409
        assert "Mine" in answer.content.decode()
        mine["seen"] = answer.context["seen"]
