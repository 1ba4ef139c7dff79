"""Whole words are looked for first; where they fill no page, words that begin so are found as well."""

from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.tickets import make_ticket, make_tickets
from steward.tickets.queries import search_tickets


def _found(person, query):
    with account_scope(person.account_id):
        return search_tickets(acting(person), query)


def test_inflected_words_are_found_beside_whole_ones(ben, eli):
    whole = make_ticket(eli, subject="One invoice", body="x")
    inflected = make_ticket(eli, subject="Two invoices", body="x")
    assert {ticket.code for ticket in _found(ben, "invoice").tickets} == {whole.code, inflected.code}


def test_the_page_is_filled_up_with_words_that_begin_so(ben, eli, support):
    make_tickets([eli], departments=[support], number=50)
    inflected = make_ticket(eli, subject="Papers", body="x")
    found = _found(ben, "paper")
    assert len(found.tickets) == 50
    assert found.has_more
    assert inflected.code in {ticket.code for ticket in _found(ben, "papers").tickets}


def test_whole_words_that_fill_a_page_stand_alone(ben, eli, support):
    make_tickets([eli], departments=[support], number=51)
    inflected = make_ticket(eli, subject="Papers", body="papers papers papers papers papers papers")
    found = _found(ben, "paper")
    assert found.has_more
    assert inflected.code not in {ticket.code for ticket in found.tickets}
    assert [ticket.code for ticket in _found(ben, "papers").tickets] == [inflected.code]


def test_one_word_in_part_makes_all_of_them_beginnings(ben, eli, support):
    made = make_ticket(eli, subject="Printers", body="jammed twice")
    assert {ticket.code for ticket in _found(ben, "printer jam").tickets} == {made.code}
