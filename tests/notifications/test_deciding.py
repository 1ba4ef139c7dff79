"""Who is told of what, case by case. Pure."""

from dataclasses import replace
from uuid import UUID

import pytest

from steward.notifications.deciding import Occasion, Person, decide
from steward.notifications.wishes import Kind

SUPPORT, BILLING, TICKET, OTHER = (UUID(int=n) for n in range(1, 5))
ADA, BEN, CLEO, DANA, ZOE = (UUID(int=n) for n in range(11, 16))
PEOPLE = [
    Person(ADA, sees_all=True),  # owns the account, and belongs to no department
    Person(BEN, departments=frozenset({SUPPORT})),
    Person(CLEO, departments=frozenset({BILLING})),
    Person(DANA, departments=frozenset({SUPPORT, BILLING})),
    Person(ZOE, sees_all=True, departments=frozenset({BILLING})),
]
NAMES = {ADA: "ada", BEN: "ben", CLEO: "cleo", DANA: "dana", ZOE: "zoe"}


def occasion(kind, **facts):
    return Occasion(event=UUID(int=99), kind=kind, ticket=TICKET, department=SUPPORT, **facts)


def told(*occasions):
    return {f"{NAMES[each.who]} {each.kind}" for each in decide(occasions, PEOPLE)}


CASES = {
    "a customer opens a ticket: its department, and the owner who has none": (
        occasion("ticket.created"),
        {"ada new_ticket", "ben new_ticket", "dana new_ticket"},
    ),
    "an agent composes one: nobody has to look": (occasion("ticket.created", by=BEN, assignee=BEN), set()),
    "somebody has taken it before anybody was told": (occasion("ticket.created", assignee=BEN), set()),
    "spam": (occasion("ticket.created", is_hidden=True), set()),
    "it is moved here by somebody of the department": (
        occasion("ticket.transferred", by=DANA),
        {"ada new_ticket", "ben new_ticket"},
    ),
    "it is moved here with whoever has it": (occasion("ticket.transferred", by=CLEO, assignee=DANA), set()),
    "given to Ben": (occasion("ticket.assigned", by=ADA, given_to=BEN, assignee=BEN), {"ben assigned"}),
    "Ben takes it": (occasion("ticket.assigned", by=BEN, given_to=BEN, assignee=BEN), set()),
    "given to Ben, then to Dana": (occasion("ticket.assigned", by=ADA, given_to=BEN, assignee=DANA), set()),
    "given to Cleo, who does not see it": (
        occasion("ticket.assigned", by=ADA, given_to=CLEO, assignee=CLEO),
        set(),
    ),
    "the customer answers Ben": (
        occasion("message.received", assignee=BEN, took_part=frozenset({DANA})),
        {"ben answered"},
    ),
    "the customer answers and nobody has it": (
        occasion("message.received", took_part=frozenset({DANA, CLEO})),
        {"dana answered"},
    ),
    "the customer answers and nobody ever wrote": (occasion("message.received"), set()),
    "an absence is no answer": (occasion("message.received", assignee=BEN, is_automatic=True), set()),
    "the first message is no answer": (occasion("message.received", assignee=BEN, is_first=True), set()),
    "an answer to spam": (occasion("message.received", assignee=BEN, is_hidden=True), set()),
    "a note mentions Ben and Dana": (
        occasion("note.added", by=ADA, mentioned=frozenset({BEN, DANA})),
        {"ben mentioned", "dana mentioned"},
    ),
    "a note mentions its author": (occasion("note.added", by=BEN, mentioned=frozenset({BEN})), set()),
    "a note mentions Cleo, who does not see it": (occasion("note.added", by=BEN, mentioned=frozenset({CLEO})), set()),
    "a note mentions nobody": (occasion("note.added", by=ADA, assignee=BEN), set()),
    "Ben's answer is not delivered": (occasion("mail.failed", author=BEN, assignee=DANA), {"ben failed"}),
    "Ben's answer bounces": (occasion("mail.bounced", author=BEN), {"ben failed"}),
    "the answer of somebody who sees it no more": (occasion("mail.failed", author=CLEO), set()),
    "a former agent took part": (occasion("message.received", took_part=frozenset({UUID(int=77)})), set()),
}  # fmt: skip


@pytest.mark.parametrize(("event", "expected"), CASES.values(), ids=CASES)
def test_who_is_told(event, expected):
    assert told(event) == expected


def test_who_belongs_to_other_departments_looks_after_those():
    assert not PEOPLE[4].works_in(SUPPORT)
    assert PEOPLE[4].sees(SUPPORT)


def test_who_is_given_a_new_ticket_hears_of_it_once():
    created = replace(occasion("ticket.created"), event=UUID(int=1))
    given = replace(occasion("ticket.transferred", by=None), event=UUID(int=2))
    assigned = occasion("ticket.assigned", given_to=BEN, assignee=BEN)
    assert told(created, given, assigned) == {"ben assigned", "ada new_ticket", "dana new_ticket"}


def test_what_a_machine_wrote_causes_no_mail():
    [by_machine, by_hand] = [
        decide([occasion("ticket.created", is_automatic=automatic)], PEOPLE) for automatic in (True, False)
    ]
    assert {each.kind for each in by_machine} == {each.kind for each in by_hand} == {Kind.NEW_TICKET}
    assert not any(each.may_be_mailed for each in by_machine)
    assert all(each.may_be_mailed for each in by_hand)
