"""What members are refused: told to the log with who and where, and too much in too short a time."""

import logging
from uuid import uuid4

import pytest

from steward.people import pace
from steward.people.models import SecurityPolicy
from steward.tenancy.scope import account_scope


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, "steward.security")
    return lambda: [each.getMessage() for each in caplog.records if each.name == "steward.security"]


class TestLog:
    def line(self, status, route, member):
        return f"refused: {status} for {route}, account {member.account_id}, by member {member.id}"

    def test_no_right(self, client_of, dana, path, told):
        assert client_of(dana).post(f"{path}/status", {"status": "resolved"}).status_code == 403
        assert told() == [self.line(403, "POST console/tickets/<code>/status", dana)]

    def test_a_page_of_the_settings(self, client_of, ben, told):
        assert client_of(ben).get("/console/settings/security").status_code == 403
        assert told() == [self.line(403, "GET console/settings/security", ben)]

    def test_not_visible(self, client_of, cleo, path, told):
        assert client_of(cleo).get(path).status_code == 404
        assert told() == [self.line(404, "GET console/tickets/<code>", cleo)]

    def test_of_another_account(self, client_of, zoe, path, told):
        assert client_of(zoe).get(path).status_code == 404
        [line] = told()
        assert str(zoe.id) in line
        assert path.rpartition("/")[2] not in line, "neither codes nor ids of what was asked for"

    def test_what_no_page_sends(self, client_of, ben, path, told):
        assert client_of(ben).post(f"{path}/presence", {"tab": "<script>"}).status_code == 400
        assert told() == [self.line(400, "POST console/tickets/<code>/presence", ben)]

    def test_a_form_that_breaks_a_rule(self, client_of, ada, told):
        answer = client_of(ada).post("/console/settings/departments", {"name": ""})
        assert answer.status_code == 422
        assert told() == [self.line(422, "POST console/settings/departments", ada)]

    def test_from_another_network(self, client_of, ada, northwind, told):
        with account_scope(northwind.id):
            SecurityPolicy.objects.create(networks=["192.0.2.0/24"])
        assert client_of(ada).get("/console/", REMOTE_ADDR="198.51.100.1").status_code == 403
        [line] = told()
        assert line == self.line(403, "GET console/", ada)
        assert "198.51.100.1" not in line

    def test_what_is_allowed_is_told_to_nobody(self, client_of, ben, path, told):
        browser = client_of(ben)
        assert browser.get(path).status_code == 200
        assert browser.post(f"{path}/status", {"status": "resolved"}).status_code < 400
        assert not told()


class TestPace:
    @pytest.fixture(autouse=True)
    def _slow(self, settings, monkeypatch):
        settings.STEWARD_PACE = 1
        monkeypatch.setattr(pace, "monotonic", lambda: 1000.0)
        monkeypatch.setattr(pace.PACES, "_buckets", {})

    def test_pages(self, bens, path, told):
        answers = [bens.get(path).status_code for _ in range(pace.HELD + 1)]
        assert answers == [200] * pace.HELD + [429]
        refused = bens.get(path)
        assert int(refused.headers["Retry-After"]) >= 1
        assert b"Wait a few seconds" in refused.content
        assert "refused: 429 for GET console/tickets/<code>" in told()[-1]

    def test_searching_counts_for_more(self, bens):
        assert [bens.get("/console/search?q=x").status_code for _ in range(7)] == [200] * 6 + [429]

    def test_what_changes_something_is_not_done(self, bens, path, ticket):
        for _ in range(pace.HELD):
            bens.get(path)
        assert bens.post(f"{path}/notes", {"body": "<p>one more</p>"}).status_code == 429
        with account_scope(ticket.account_id):
            assert ticket.messages.count() == 1

    def test_others_are_not_slowed_down(self, bens, client_of, ada, path):
        for _ in range(pace.HELD + 1):
            bens.get(path)
        assert client_of(ada).get(path).status_code == 200

    def test_signing_in_again_does_not_help(self, bens, client_of, ben, path):
        for _ in range(pace.HELD):
            bens.get(path)
        assert client_of(ben).get(path).status_code == 429

    def test_streams_count_as_well(self, bens):
        answers = [bens.get("/console/events").status_code for _ in range(pace.HELD + 1)]
        assert answers[-1] == 429


@pytest.mark.parametrize("address", ["/console/", "/console/search?q=x", "/console/settings/profile", "{ticket}"])
def test_nothing_of_a_member_is_stored_by_the_browser(bens, path, address):
    assert bens.get(address.format(ticket=path)).headers["Cache-Control"] == "private, no-store"


def test_neither_is_what_they_may_not_see(bens):
    assert bens.get(f"/console/attachments/{uuid4()}").headers["Cache-Control"] == "private, no-store"


def test_nor_the_back_office(operator_client):
    assert operator_client.get("/operator/").headers["Cache-Control"] == "private, no-store"
