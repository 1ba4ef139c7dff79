"""Wishes, the clock of summaries, and names in notes. Pure."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from steward.lib.html import mentioned_in, sanitise_note, sanitise_outgoing
from steward.notifications.mentions import mentioned
from steward.notifications.wishes import DEFAULTS, Kind, Mail, Wish, next_summary, read_wishes, stored_form

ADA, BEN, OTHER_BEN = (UUID(int=n) for n in (1, 2, 3))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "rhythm", "hour", "zone", "due"),
    [
        ("2026-03-02T10:20:30", "hourly", 8, "UTC", "2026-03-02T11:00:00"),
        ("2026-03-02T11:00:00", "hourly", 8, "UTC", "2026-03-02T12:00:00"),
        ("2026-03-02T06:59:59", "daily", 8, "Europe/Warsaw", "2026-03-02T07:00:00"),
        ("2026-03-02T07:00:00", "daily", 8, "Europe/Warsaw", "2026-03-03T07:00:00"),
        ("2026-03-28T12:00:00", "daily", 8, "Europe/Warsaw", "2026-03-29T06:00:00"),  # the clocks went forward
        ("2026-03-28T12:00:00", "daily", 2, "Europe/Warsaw", "2026-03-29T01:00:00"),  # an hour that is left out
        ("2026-10-24T12:00:00", "daily", 2, "Europe/Warsaw", "2026-10-25T00:00:00"),  # an hour there is twice
        ("2026-03-02T16:00:00", "daily", 0, "Asia/Ho_Chi_Minh", "2026-03-02T17:00:00"),
    ],
)
def test_when_the_summary_comes(now, rhythm, hour, zone, due):
    assert next_summary(at(now), rhythm=rhythm, hour=hour, zone=zone) == at(due)


def test_wishes_are_stored_and_read_back():
    wishes = {**DEFAULTS, Kind.NEW_TICKET: Wish(is_listed=False, mail=Mail.DIGEST, on_desktop=True)}
    assert read_wishes(stored_form(wishes)) == wishes


def test_a_kind_that_nothing_is_stored_for_is_as_the_account_says():
    account = {kind: Wish(mail=Mail.DIGEST) for kind in Kind.values}
    assert read_wishes({"assigned": {"is_listed": False, "mail": "never", "on_desktop": False}}, account) == {
        **account,
        "assigned": Wish(is_listed=False, mail=Mail.NEVER, on_desktop=False),
    }


def test_a_wish_for_nothing():
    assert Wish(is_listed=False, mail=Mail.NEVER, on_desktop=False).is_nothing
    assert not Wish(is_listed=False, mail=Mail.DIGEST, on_desktop=False).is_nothing


CHOSEN = f'<p><bdi data-mention="{ADA}">@Ada</bdi>, look</p>'


@pytest.mark.parametrize(
    ("html", "text", "who"),
    [
        (CHOSEN, "@Ada, look", {ADA}),
        (f'<bdi data-mention="{UUID(int=9)}">@Nobody</bdi>', "@Nobody", set()),
        ("", "@Ada Lovelace, please", {ADA}),
        ("", "(@ada lovelace)", {ADA}),
        ("", "@Ada   Lovelace\nplease", {ADA}),
        ("", "@Ada", set()),  # not her whole name
        ("", "@Ada Lovelaces", set()),
        ("", "ada@Ada Lovelace", set()),  # an address
        ("", "Ada Lovelace", set()),
        ("", "@Ben King", set()),  # which of them?
        ("", "", set()),
    ],
)
def test_who_is_mentioned(html, text, who):
    names = {ADA: "Ada Lovelace", BEN: "Ben King", OTHER_BEN: "ben  king"}
    assert mentioned(html, text, names) == who


def test_a_mention_survives_in_a_note_and_leaves_in_no_mail():
    clean = sanitise_note(CHOSEN + '<bdi data-mention="x&quot; onclick=&quot;y">@X</bdi>')
    assert mentioned_in(clean) == [ADA]
    assert sanitise_note(clean) == clean
    assert "x" not in clean.replace("@X", "")
    assert "data-mention" not in sanitise_outgoing(CHOSEN)


def test_what_looks_like_a_mention_in_another_attribute_is_none():
    html = f"<bdi title='> data-mention=\"{ADA}\"'>x</bdi><p title='<bdi data-mention=\"{ADA}\">'>y</p>"
    assert mentioned_in(sanitise_note(html)) == []


@pytest.mark.parametrize("name", [".*", "(Ada|Ben)", "[a-z]+", "a{99999}", "\\", "Ada (Sales)"])
def test_a_name_is_no_pattern(name):
    assert mentioned("", f"@{name} please", {ADA: name, BEN: "Ben King"}) == {ADA}
    assert mentioned("", "@Ben King please", {ADA: name, BEN: "Ben King"}) == {BEN}
