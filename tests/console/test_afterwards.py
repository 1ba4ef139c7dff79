"""Where one is after an answer, or after a ticket is done with: as chosen in the profile."""

import pytest

from steward.people.models import Membership

LIST, NEW = "/console/", "/console/tickets/new"


@pytest.fixture
def chosen(inside, ben):
    """`chosen("list")`: Ben has chosen that."""
    return lambda wish: inside(lambda: Membership.objects.filter(pk=ben.pk).update(afterwards=wish))


@pytest.mark.parametrize(("wish", "goes"), [("stay", "ticket"), ("list", LIST), ("next", LIST)])
class TestWithoutScripts:
    """The page that shows the list knows the next ticket: who has no scripts goes by the list."""

    def test_an_answer(self, bens, chosen, of, path, wish, goes):
        chosen(wish)
        answer = bens.post(of("replies"), {"body_text": "Sent."})
        assert answer["Location"] == (path if goes == "ticket" else goes)

    @pytest.mark.parametrize("status", ["resolved", "spam", "deleted"])
    def test_a_ticket_that_is_done_with(self, bens, chosen, of, path, wish, goes, status):
        chosen(wish)
        answer = bens.post(of("status"), {"status": status})
        assert answer["Location"] == (path if goes == "ticket" else goes)

    def test_a_note_an_assignment_or_another_status_is_no_end(self, bens, chosen, of, path, ben, wish, goes):
        chosen(wish)
        assert bens.post(of("notes"), {"body_text": "Noted."})["Location"] == path
        assert bens.post(of("assignment"), {"assignee": ben.id})["Location"] == path
        assert bens.post(of("status"), {"status": "answered"})["Location"] == path

    def test_what_was_refused_stays(self, bens, chosen, of, wish, goes):
        chosen(wish)
        assert bens.post(of("replies"), {"body_text": " "}).status_code == 422

    def test_the_page_tells_its_scripts(self, bens, chosen, path, wish, goes):
        chosen(wish)
        assert f'data-afterwards="{wish}"' in bens.get(path).content.decode()


@pytest.mark.parametrize(("wish", "goes_to_list"), [("stay", False), ("list", True), ("next", False)])
def test_a_new_ticket_has_no_next_one(bens, chosen, support, wish, goes_to_list):
    chosen(wish)
    form = {"to": "nils@example.com", "subject": "Your order", "body_text": "It has left.", "department": support.id}
    assert (bens.post(NEW, form)["Location"] == LIST) == goes_to_list
