"""Drafts: what was typed is never lost, in however many tabs it was."""

import re
import threading
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from steward.tenancy.scope import account_scope
from steward.tickets.models import Draft


class TestDrafts:
    def test_what_was_typed_comes_back(self, bens, of):
        typed = {"kind": "note", "cc": "gry@example.com", "body_html": "<p>Half a <i>sentence</i></p>"}
        assert bens.post(of("draft"), typed).status_code == 204
        page = bens.get(of()).content.decode()
        assert "Half a &lt;i&gt;sentence&lt;/i&gt;" in page
        assert 'value="gry@example.com"' in page
        assert re.search(r'value="note"\s+checked', page)

    def test_it_is_nobody_elses(self, bens, of, client_of, ada):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Mine alone</p>"})
        assert b"Mine alone" not in client_of(ada).get(of()).content

    def test_it_goes_when_it_was_sent(self, bens, of, inside):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Draft</p>"})
        bens.post(of("replies"), {"body_html": "<p>Sent</p>"})
        assert inside(Draft.objects.count) == 0

    def test_it_stays_when_sending_was_refused(self, bens, of, inside):
        bens.post(of("draft"), {"kind": "reply", "body_html": "<p>Draft</p>"})
        bens.post(of("replies"), {"body_html": "<p>Draft</p>", "cc": "nobody"})
        assert inside(Draft.objects.count) == 1

    @pytest.mark.parametrize("junk", ["\0", "\ud800", "a" * 3_000_000, "<script>alert(1)</script>", "%s %(x)s"])
    @pytest.mark.parametrize("name", ["cc", "body_html", "kind"])
    def test_whatever_was_typed_is_no_error(self, bens, of, name, junk):
        body = {name: junk.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        assert bens.post(of("draft"), body).status_code == 204
        page = bens.get(of())
        assert page.status_code == 200
        assert b"<script>alert" not in page.content

    def test_of_a_new_ticket(self, bens, support):
        typed = {"to": "new@example.org", "subject": "Half", "body_html": "<p>Words</p>", "department": support.id}
        assert bens.post("/console/tickets/new/draft", typed).status_code == 204
        page = bens.get("/console/tickets/new").content.decode()
        for words in ("new@example.org", "Half", "&lt;p&gt;Words"):
            assert words in page

    @pytest.mark.parametrize("junk", ["\0", "x" * 100_000, "not an id"])
    def test_whatever_was_typed_in_a_new_ticket_is_no_error(self, bens, junk):
        for name in ("to", "cc", "subject", "department", "body_html"):
            assert bens.post("/console/tickets/new/draft", {name: junk}).status_code == 204
        assert bens.get("/console/tickets/new").status_code == 200


@pytest.fixture
def clock(monkeypatch, tmp_path):
    """`clock("10:41")`: the time of day it is now."""
    file = tmp_path / "clock"
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))
    return lambda at: file.write_text(f"2026-03-03T{at}:00+00:00")


class Tab:
    """A page with a composer, as its script saves and sends: with the marks it has seen."""

    def __init__(self, browser, page, sending, fields):
        self.browser, self.address, self.sending, self.fields = browser, f"{page}/draft", sending, fields
        html = browser.get(page).content.decode()
        self.seen, self.tried = [mark for mark in re.findall(r'name="seen" value="(\w*)"', html) if mark], []

    def marks(self):
        return {"seen": ["", *self.seen], "tried": self.tried}

    def save(self, text, **more):
        mark = uuid4().hex
        self.tried.append(mark)
        form = self.fields | {"body_html": f"<p>{text}</p>", "mark": mark} | self.marks() | more
        response = self.browser.post(self.address, form)
        if response.status_code == 204:
            self.seen, self.tried = [response["ETag"].strip('"')], []
        return response

    def look(self, **more):
        return self.browser.get(self.address, self.marks() | more)

    def send(self, text, once=None):
        form = self.fields | {"body_html": f"<p>{text}</p>", "once": once or str(uuid4())} | self.marks()
        assert self.browser.post(self.sending, form).status_code == 303


@pytest.fixture(params=["reply", "note", "new"])
def tab(request, bens, path, support):
    """`tab()`: one more tab of Ben's on the same draft."""
    if request.param == "new":
        new = {"to": "new@example.org", "subject": "S", "department": str(support.id)}
        return lambda: Tab(bens, "/console/tickets/new", "/console/tickets/new", new)
    sending = f"{path}/{'notes' if request.param == 'note' else 'replies'}"
    return lambda: Tab(bens, path, sending, {"kind": request.param, "cc": ""})


@pytest.fixture
def stored(inside):
    """`stored()`: the text of the one draft there is."""
    return lambda: inside(lambda: Draft.objects.get().body_html)


class TestTwoTabs:
    def test_the_second_is_told_what_the_first_saved_and_when(self, tab, clock, stored):
        clock("10:41")
        one, other = tab(), tab()
        assert one.save("First").status_code == 204
        clock("10:43")
        refused = other.save("Second")
        assert refused.status_code == 409
        told = refused.json()
        assert told["reason"] == "saved"
        assert told["words"] == "Another tab saved a different text at 10:41."
        assert (told["text"], told["fields"]["body_html"], told["mark"]) == ("First", "<p>First</p>", one.seen[0])
        assert stored() == "<p>First</p>"

    def test_what_was_chosen_is_stored(self, tab, stored):
        one, other = tab(), tab()
        one.save("First")
        other.seen.append(other.save("Second").json()["mark"])
        assert other.save("Second").status_code == 204
        assert stored() == "<p>Second</p>"
        assert one.save("First, more").status_code == 409

    def test_a_third_text_is_not_overwritten_by_a_choice_against_another(self, tab, stored):
        one, other = tab(), tab()
        one.save("First")
        other.seen.append(other.save("Second").json()["mark"])
        one.save("Third")
        assert other.save("Second").status_code == 409
        assert stored() == "<p>Third</p>"

    def test_the_same_text_is_no_other(self, tab):
        one, other = tab(), tab()
        one.save("Same")
        assert other.save("Same").status_code == 204
        assert one.seen == other.seen

    def test_an_empty_draft_is_in_nobodys_way(self, bens, path):
        one, other = (Tab(bens, path, "", {"kind": "reply"}) for _ in range(2))
        one.save("")
        assert other.save("Words").status_code == 204

    def test_the_answer_to_a_save_may_be_lost(self, tab, stored):
        only = tab()
        only.save("Half")
        before = only.seen
        only.save("Half a sent")
        only.seen, only.tried = before, only.seen
        assert only.save("Half a sentence").status_code == 204
        assert stored() == "<p>Half a sentence</p>"

    def test_a_save_that_never_came_is_not_taken_for_one_that_was_sent(self, tab):
        only = tab()
        only.tried.append(uuid4().hex)
        assert only.save("Words").status_code == 204

    def test_the_answer_to_sending_may_be_lost(self, tab, inside):
        only, once = tab(), str(uuid4())
        only.save("Words")
        only.send("Words", once)
        assert only.look().json()["reason"] == "sent"
        assert only.look(once=once).status_code == 204, "no other tab sent it"
        assert only.look(once=str(uuid4())).json()["reason"] == "sent"
        only.seen = []
        only.save("Words")  # by the page, which does not know yet
        only.send("Words", once)
        assert inside(Draft.objects.count) == 0

    def test_what_another_tab_wrote_meanwhile_stays(self, tab, stored):
        only, other, once = tab(), tab(), str(uuid4())
        only.save("Words")
        only.send("Words", once)
        assert other.save("Something else").status_code == 204
        only.send("Words", once)
        assert stored() == "<p>Something else</p>"

    def test_asking_tells_the_same_and_changes_nothing(self, tab, stored):
        one, other = tab(), tab()
        assert other.look().status_code == 204
        one.save("First")
        assert (other.look().status_code, other.look().json()["text"]) == (200, "First")
        assert one.look().status_code == 204
        assert stored() == "<p>First</p>"

    @pytest.mark.parametrize("junk", ["\0", "none", "0" * 31, "0" * 32, "%s"])
    def test_a_mark_that_is_none_opens_no_way(self, tab, stored, junk):
        one, other = tab(), tab()
        one.save("First")
        assert other.save("Second", seen=junk, tried=junk, mark=junk).status_code == 409
        assert stored() == "<p>First</p>"

    def test_the_files_of_the_other_stay_until_it_is_chosen(self, bens, path):
        one, other = (Tab(bens, path, "", {"kind": "reply"}) for _ in range(2))
        kept = bens.post(f"{path}/files", {"file": SimpleUploadedFile("a.txt", b"content")}).json()["id"]
        one.save("First", attachment=kept)
        told = other.save("Second", attachment="").json()
        assert [file["name"] for file in told["files"]] == ["a.txt"]
        assert kept in bens.get(path).content.decode()

    def test_somebody_else_is_another_person_not_another_tab(self, bens, client_of, ada, path):
        assert Tab(bens, path, "", {"kind": "reply"}).save("Ben's").status_code == 204
        assert Tab(client_of(ada), path, "", {"kind": "reply"}).save("Ada's").status_code == 204

    def test_who_only_reads_asks_for_no_draft(self, client_of, dana, path):
        assert client_of(dana).get(f"{path}/draft").status_code == 403

    def test_at_the_same_moment_one_of_them_is_first(self, transactional_db, client_of, ben, northwind, path):
        tabs = [Tab(client_of(ben), path, "", {"kind": "reply"}) for _ in range(4)]
        start, statuses = threading.Barrier(4), []

        def save(number, tab):
            start.wait()
            statuses.append(tab.save(f"Text {number}").status_code)
            connection.close()

        threads = [threading.Thread(target=save, args=each) for each in enumerate(tabs)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(statuses) == [204, 409, 409, 409]
        with account_scope(northwind.id):
            assert Draft.objects.count() == 1


class TestSentFromAnotherTab:
    def test_the_draft_of_the_other_does_not_come_back(self, tab, clock, inside):
        clock("10:41")
        one = tab()
        one.save("Draft")
        other = tab()
        clock("10:42")
        one.send("Done")
        clock("10:50")
        refused = other.save("Draft, more")
        told = (refused.status_code, refused.json()["reason"], refused.json()["words"])
        assert told == (409, "sent", "This answer was sent at 10:42 from another tab.")
        assert other.look().json()["reason"] == "sent"
        assert inside(Draft.objects.count) == 0

    def test_it_does_when_that_is_wanted(self, tab, stored):
        one = tab()
        one.save("Draft")
        other = tab()
        one.send("Done")
        other.seen, other.tried = [], []
        assert other.save("More").status_code == 204
        assert stored() == "<p>More</p>"

    def test_nor_by_a_file(self, bens, path):
        one = Tab(bens, path, f"{path}/replies", {"kind": "reply"})
        one.save("Draft")
        other = Tab(bens, path, f"{path}/replies", {"kind": "reply"})
        one.send("Done")
        bens.post(f"{path}/files", {"file": SimpleUploadedFile("a.txt", b"content")})
        assert other.save("Draft").json()["reason"] == "sent"

    def test_sending_throws_away_no_text_that_was_not_seen(self, tab, stored):
        one, other = tab(), tab()
        one.save("Long and careful")
        other.send("Short")
        assert stored() == "<p>Long and careful</p>"

    def test_when_it_is_not_known_when_it_is_not_said(self, tab, inside):
        only = tab()
        only.save("Draft")
        inside(lambda: Draft.objects.all().delete())
        assert only.save("Draft, more").json()["words"] == "This was sent from another tab."
