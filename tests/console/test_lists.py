"""Lists, counts and search: everybody sees what is theirs, each ticket once, and nothing else anywhere."""

import re
from urllib.parse import quote, urlsplit

import pytest
from django.urls import resolve, reverse

from steward.console.lists import list_url, ticket_url
from steward.contacts.actions import contact_for
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.actions import join_department
from steward.people.models import DepartmentRole
from steward.tenancy.scope import account_scope
from steward.testing.cast import acting
from steward.testing.tickets import make_note, make_reply, make_ticket
from steward.tickets.actions import receive_messages
from steward.tickets.conversation import Correspondent, IncomingMessage, NewAttachment
from steward.tickets.queries import PAGE, Cursor, View, count_tickets, search_tickets
from steward.tickets.statuses import HIDDEN, WAITING, Status

CODE = re.compile(r'id="row-([A-Z]{3}-\d{5})"')


def codes(browser, path):
    response = browser.get(path)
    assert response.status_code == 200
    return CODE.findall(response.content.decode())


def all_codes(browser, path):
    """The codes of every page from `path` on, in order."""
    found = []
    while path:
        html = browser.get(path).content.decode()
        found += CODE.findall(html)
        onward = re.search(r'href="(/console/\?[^"]*after=[^"]+)"', html)
        path = onward and onward.group(1).replace("&amp;", "&")
    return found


@pytest.fixture
def crowd(eli, farah, omar, support, billing, ben, ada, cleo):
    """Tickets of every kind in two departments, and those of another account, all with the word `paper`."""
    made = []
    for n, status in enumerate([*Status, *Status]):
        department = [support, billing][n % 2] if n < len(Status) else [billing, support][n % 2]
        assignee = [None, ben, cleo, ada][n % 4]
        made.append(make_ticket([eli, farah][n % 2], department=department, status=status, assignee=assignee))
    for _ in range(3):
        make_ticket(omar)
    return made


def oracle(crowd, person, view):
    """Which of the tickets the view must hold, from what the words say."""
    departments = {"Ada": {"Support", "Billing"}, "Ben": {"Support"}, "Cleo": {"Billing"}, "Dana": {"Support"}}
    seen = [t for t in crowd if t.department.name in departments[person.name]]
    kind, _, value = view.partition(":")
    if kind == "status":
        return {t.code for t in seen if t.status == value}
    seen = [t for t in seen if t.status not in HIDDEN]
    if kind == "mine":
        return {t.code for t in seen if t.assignee_id == person.id}
    if kind == "unassigned":
        return {t.code for t in seen if t.assignee_id is None and t.status in WAITING}
    if kind == "department":
        return {t.code for t in seen if str(t.department_id) == value}
    return {t.code for t in seen}


@pytest.mark.parametrize("name", ["ada", "ben", "cleo", "dana"])
def test_everybody_sees_what_is_theirs(name, request, crowd, client_of, support, billing, northwind):
    person = request.getfixturevalue(name)
    browser, actor = client_of(person), acting(person)
    views = ["all", "mine", "unassigned", f"department:{support.id}", f"department:{billing.id}"]
    for view in [*views, *(f"status:{status}" for status in Status.values)]:
        expected = oracle(crowd, person, view)
        assert set(codes(browser, f"/console/?view={view}")) == expected, view
        assert set(codes(browser, f"/console/changes?view={view}")) == expected, view
        with account_scope(northwind.id):
            assert count_tickets(actor, [View.from_key(view)]) == {View.from_key(view): len(expected)}
    everything = oracle(crowd, person, "all").union(*(oracle(crowd, person, f"status:{s}") for s in HIDDEN))
    assert set(codes(browser, "/console/search?q=paper")) == everything
    for ticket in crowd:
        assert codes(browser, f"/console/search?q={ticket.code}") == [ticket.code] * (ticket.code in everything)


def test_another_account_sees_its_own(crowd, client_of, zoe):
    theirs = set(codes(client_of(zoe), "/console/"))
    assert len(theirs) == 3
    assert set(codes(client_of(zoe), "/console/search?q=paper")) == theirs
    assert not theirs & {ticket.code for ticket in crowd}


def test_the_names_of_departments_one_is_not_in_are_not_shown(client_of, ben):
    assert b"Billing" not in client_of(ben).get("/console/").content


class TestPages:
    @pytest.fixture
    def many(self, eli, farah, support, billing, northwind):
        """120 tickets, all of one moment."""
        at = now()
        people = [Correspondent("Eli Berg", "eli@example.org"), Correspondent("Farah Nasser", "farah@example.net")]
        mails = [
            IncomingMessage(
                people[n % 2], f"Paper {n}", "<p>Hi</p>", "Hi", "Hi", [support, billing][n % 3 == 0].id, at=at
            )
            for n in range(120)
        ]
        with account_scope(northwind.id):
            made = [message.ticket for message in receive_messages(mails)]
        return made

    @pytest.mark.parametrize("view", ["all", "unassigned", "status:new"])
    def test_each_ticket_is_on_exactly_one(self, view, many, client_of, ada):
        found = all_codes(client_of(ada), f"/console/?view={view}")
        assert sorted(found) == sorted(ticket.code for ticket in many)

    @pytest.mark.parametrize("name", ["ben", "cleo"])
    def test_of_the_departments_one_is_in(self, name, many, request, client_of, support):
        person = request.getfixturevalue(name)
        expected = [t.code for t in many if (t.department_id == support.id) == (name == "ben")]
        assert sorted(all_codes(client_of(person), "/console/")) == sorted(expected)

    def test_of_two_departments_at_once(self, many, client_of, ben, billing):
        with account_scope(ben.account_id):
            join_department(ben, billing, role=DepartmentRole.READER, actor=SYSTEM)
        assert sorted(all_codes(client_of(ben), "/console/")) == sorted(ticket.code for ticket in many)

    def test_a_new_ticket_moves_nothing_from_one_page_to_another(self, many, client_of, ada, eli):
        browser = client_of(ada)
        html = browser.get("/console/").content.decode()
        make_ticket(eli)
        onward = re.search(r'href="(/console/\?[^"]*after=[^"]+)"', html).group(1).replace("&amp;", "&")
        assert sorted(CODE.findall(html) + all_codes(browser, onward)) == sorted(t.code for t in many)

    @pytest.mark.parametrize(
        "after", ["x", "%00", "é", "____", "A" * 32, "_" * 32, "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "=" * 32, "A" * 5000]
    )
    def test_a_page_that_is_none(self, after, client_of, ada):
        assert client_of(ada).get(f"/console/?after={after}").status_code in {200, 404}

    def test_a_view_that_is_none_is_the_first(self, client_of, ada, many):
        browser = client_of(ada)
        for view in ["none", "status:none", "department:none", "department:", "%00", "all:x", ":", "a" * 9999]:
            assert len(codes(browser, f"/console/?view={view}")) == PAGE, view


PUNCTUATION = [
    "",
    " ",
    "'",
    '"',
    "\\",
    "&",
    "|",
    "!",
    "( )",
    ":*",
    "a:*b",
    "%",
    "_",
    "\0",
    "\ud800",
    "<->",
    "!!!",
    "\u202e",
]
TYPED = [*PUNCTUATION]
TYPED += ["'; DROP TABLE x", "''':*", "a" * 5000, "qqq " * 1250, "%s %(x)s", "{}", "*", "\u0301", "😀", "-"]
TYPED += ["a & ! b", "'a' | 'b'"]


class TestSearch:
    @pytest.fixture
    def find(self, client_of, ben):
        return lambda query: set(codes(client_of(ben), f"/console/search?q={quote(query)}"))

    @pytest.mark.parametrize(
        ("text", "queries"),
        [
            ("The Schlüssel for Zażółć gęślą jaźń", ["schlussel", "SCHLÜSSEL", "zazolc", "Gęślą jazn", "schlu"]),
            ("Łódź and Ærø and Straße", ["lodz", "aero", "strasse", "STRASSE"]),
            ("Việt Nam đẹp", ["viet", "dep", "đẹp"]),
            ("طلبت الكتاب إلى مكتبة الجامعة", ["الكتاب", "الى", "مكتبه", "الجامعه", "مكتبة"]),
            ("Κανένα πρόβλημα", ["κανενα", "ΠΡΌΒΛΗΜΑ"]),
            ("注文した本がまだ届きません", ["注文", "届きません", "本が"]),
            ("我的訂單在哪裡", ["訂單", "在哪裡"]),
            ("주문한 책이 아직 오지 않았습니다", ["주문한", "책이"]),
            ("ฉันยังไม่ได้รับหนังสือ", ["หนังสือ"]),
            ("मेरी किताब कहाँ है", ["किताब"]),
            (
                "Don't O'Brien's e-mail; l'été rock'n'roll",
                ["don't", "o'brien", "don’t", "été", "ete", "e-mail", "email"],
            ),
            ("order no. 4711-22/B of 2026-01-05", ["4711-22", "4711", "4711-22/B", "2026-01-05"]),
            (
                "file_name.final_v2.pdf at https://shop.example.com/a?b=1",
                ["file_name", "file_name.final_v2.pdf", "shop.example.com"],
            ),
            ("ver 1e10 and 0x1F and 3.14", ["1e10", "0x1f", "3.14"]),
            ("C++ and AT&T", ["AT&T", "at&t"]),
            ("paper(white),ink[black]", ["paper(white)", "paper,ink", "ink", "black"]),
        ],
    )
    def test_words_of_all_scripts(self, text, queries, find, eli):
        ticket = make_ticket(eli, subject="Something else", body=text)
        make_ticket(eli, subject="Another", body="Nothing of that kind")
        missing = [query for query in queries if find(query) != {ticket.code}]
        assert not missing

    def test_where_words_are_found(self, find, eli, ben, northwind):
        files = [NewAttachment("blueprint.pdf", b"x", "application/pdf")]
        ticket = make_ticket(eli, subject="Lighthouse", body="keeper", attachments=files)
        make_note(ticket, ben, body="<p>zebra</p>")
        make_reply(ticket, ben, body="<p>giraffe</p>")
        whole = "lighthouse keeper zebra giraffe blueprint eli berg eli@example.org example.org".split()
        for query in [
            *whole,
            ticket.code,
            ticket.code.lower(),
            ticket.code[:6],
            ticket.code.replace("-", ""),
            "Eli Berg",
        ]:
            assert ticket.code in find(query), query

    def test_all_words_must_be_there(self, find, eli):
        ticket = make_ticket(eli, subject="Red lamp", body="broken")
        assert find("lamp broken") == {ticket.code}
        assert find("lamp intact") == set()

    def test_a_word_is_found_by_its_start_only(self, find, eli):
        ticket = make_ticket(eli, subject="Lighthouse", body="x")
        assert find("light") == {ticket.code}
        assert find("house") == set()

    @pytest.mark.parametrize("query", TYPED)
    def test_nothing_typed_is_an_error_or_finds_more(self, query, client_of, ben, eli):
        ticket = make_ticket(eli, subject="Lighthouse", body="keeper")
        typed = query.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        response = client_of(ben).get("/console/search", {"q": typed})
        assert response.status_code == 200
        assert ticket.code not in CODE.findall(response.content.decode())

    def test_what_was_typed_stands_in_the_field_escaped(self, client_of, ben):
        page = client_of(ben).get("/console/search", {"q": '"><script>alert(1)</script>'}).content
        assert b"<script>alert" not in page
        assert b"&quot;&gt;&lt;script&gt;" in page

    def test_a_note_is_for_agents_and_found_by_them_alone(self, find, eli, ben, zoe, northwind):
        make_note(make_ticket(eli), ben, body="<p>zebra</p>")
        assert len(find("zebra")) == 1
        with account_scope(zoe.account_id):
            assert search_tickets(acting(zoe), "zebra").tickets == []

    def test_by_an_address_of_many(self, find, northwind, eli):
        with account_scope(northwind.id):
            people = [contact_for(f"person{n}@mail.example.com", f"Person {n}") for n in range(12)]
        made = [make_ticket(person, subject="Hello", body="x") for person in people]
        assert find("person7@mail.example.com") == {made[7].code}
        assert find("person1@mail.example.com") == {made[1].code}


def test_who_has_no_name_is_shown_by_address(client_of, ben, northwind):
    with account_scope(northwind.id):
        nameless = contact_for("nobody@example.com")
    make_ticket(nameless)
    assert b"nobody@example.com" in client_of(ben).get("/console/").content


def test_addresses_put_together_by_hand_are_those_of_the_views():
    view, cursor = View("status", "open"), Cursor(now(), new_id())
    assert list_url(View("all")) == reverse("console:list")
    assert resolve(urlsplit(list_url(view, cursor)).path).url_name == "list"
    assert ticket_url("KXQ-40321") == reverse("console:ticket", args=["KXQ-40321"])
    assert ticket_url("KXQ-40321", view) == reverse("console:ticket", args=["KXQ-40321"]) + "?view=status%3Aopen"


def test_the_addresses_a_ticket_page_sends_to_are_those_of_the_views(client_of, ada, eli):
    page = client_of(ada).get(f"/console/tickets/{make_ticket(eli).code}")
    names = {resolve(address).url_name for address in page.context["actions"].values()}
    assert names == {"reply", "note", "status", "assign", "assignees", "transfer", "draft", "upload", "restore"}
