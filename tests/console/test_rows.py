"""The rows of a list, which are written by hand: whatever people wrote stays text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from steward.console.lists import Row
from steward.console.templatetags.rows import rows
from steward.lib.clock import now

HOSTILE = """<b onclick="x">&amp;'\" {{ code }} {% now %} %s"""


def row(**changed):
    plain = Row(
        code="ABC-12345",
        url="/console/tickets/ABC-12345?view=mine&after=x",
        subject="Boots",
        preview="They came",
        language="",
        status="open",
        requester_name="Eli",
        message_count=1,
        last_message_at=now(),
        unread=False,
        assignee_name="",
        assigned_to="",
        current=False,
    )
    return replace(plain, **changed)


class Parts(HTMLParser):
    """What a browser makes of it: the elements with their attributes, and the texts."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)

    def of(self, **attributes):
        return [found for _tag, found in self.elements if attributes.items() <= found.items()]


@pytest.mark.parametrize("name", ["subject", "preview", "requester_name", "assignee_name", "assigned_to", "language"])
def test_nothing_that_people_wrote_becomes_markup(name):
    plain = Parts(rows([row(assignee_name="Ada", assigned_to="Assigned to Ada", language="en", tags=("#a",))]))
    changed = {"assignee_name": "Ada", "assigned_to": "Assigned to Ada", "language": "en", "tags": ("#a",)}
    hostile = Parts(rows([row(**changed | {name: HOSTILE})]))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    assert [set(found) for _, found in hostile.elements] == [set(found) for _, found in plain.elements]
    values = [*hostile.texts, *(value for _, found in hostile.elements for value in found.values())]
    assert HOSTILE in values or name == "assignee_name"  # of whose name the row shows a letter


def test_tags_are_text_too():
    assert HOSTILE in Parts(rows([row(tags=(HOSTILE,))])).texts


def test_a_row_says_what_is_waiting_and_who_looks_after_it():
    found = Parts(rows([row(unread=True, message_count=3, assignee_name="Ada", assigned_to="Assigned to Ada")]))
    assert {"Eli", "3", "waiting for an answer", "Boots", "They came", "A"} <= set(found.texts)
    assert found.of(title="Assigned to Ada")
    [link] = found.of(href="/console/tickets/ABC-12345?view=mine&after=x")
    assert "data-unread" in link


def test_a_row_of_one_message_taken_by_nobody_says_less():
    found = Parts(rows([row()]))
    assert "waiting for an answer" not in found.texts
    assert "1" not in found.texts
    assert not found.of(**{"class": "row-looking"})
    assert not found.of(**{"aria-current": "true"})


def test_the_current_one_is_marked_and_language_is_told_where_it_is_certain():
    html = rows([row(), row(code="B", current=True, language="pl")])
    found = Parts(html)
    assert len(found.of(**{"aria-current": "true"})) == 1
    assert found.of(lang="pl") == [{"class": "row-text", "lang": "pl"}]
    assert [each["id"] for tag, each in found.elements if tag == "li"] == ["row-ABC-12345", "row-B"]


def test_no_tickets_are_no_rows():
    assert rows([]) == rows("") == ""
