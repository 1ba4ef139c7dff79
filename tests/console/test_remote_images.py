"""Remote images of a mail: fetched by the reader's browser only when asked for, and only those the gate allows."""

import pytest

from steward.privacy.egress.models import EgressEvent
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.queries import queries_of
from steward.testing.tickets import make_ticket
from steward.tickets.models import Message


@pytest.fixture
def body(client_of, ben, eli):
    """`body(*addresses)`: the address of a mail with these images."""

    def body(*addresses):
        html = "".join(f'<img src="{address}" alt="A picture">' for address in addresses)
        ticket = make_ticket(eli, body=html)
        with account_scope(eli.account_id):
            Message.objects.filter(ticket=ticket).update(is_html=True)
            return f"/console/messages/{Message.objects.get(ticket=ticket).id}/body"

    return body


def ledger(account):
    with account_scope(account.id):
        return [(row.host, row.is_allowed) for row in EgressEvent.objects.order_by("host")]


def test_not_before_they_are_asked_for(client_of, ben, body, northwind):
    response = client_of(ben).get(body("https://img.example/a.png"))
    assert "img.example" not in response.content.decode()
    assert "https:" not in response["Content-Security-Policy"]
    assert ledger(northwind) == []


def test_asked_for_they_come_and_are_written_down(client_of, ben, body, northwind):
    response = client_of(ben).get(
        body("https://img.example/a.png", "https://IMG.example/b.png?x=1&amp;y=2"), {"images": 1}
    )
    text = response.content.decode()
    assert 'src="https://img.example/a.png"' in text
    assert "b.png?x=1&amp;y=2" in text
    assert "https:" in response["Content-Security-Policy"]
    assert ledger(northwind) == [("img.example", True)]


def test_what_the_gate_denies_is_not_fetched(client_of, ben, body, northwind):
    """The account was closed since the page was opened, and this process has not heard of it yet."""
    bens, address = client_of(ben), body("https://img.example/a.png")
    bens.get(address)
    Account.objects.filter(pk=northwind.pk).update(state=Account.State.SUSPENDED)
    response = bens.get(address, {"images": 1})
    assert response.status_code == 200
    assert "img.example" not in response.content.decode()
    assert "https:" not in response["Content-Security-Policy"]
    assert ledger(northwind) == [("img.example", False)]
    assert "Some pictures are not shown: the account is not active." in response.content.decode()


def test_of_a_mail_that_wants_too_many_hosts_the_reader_is_told(client_of, ben, body):
    response = client_of(ben).get(body(*(f"https://img{number}.example/a.png" for number in range(60))), {"images": 1})
    text = response.content.decode()
    assert text.count("<img") == 60
    assert text.count('src="https:') == 50
    assert "Some pictures are not shown: this mail wants them from too many places." in text


def test_nothing_is_said_of_pictures_that_are_shown(client_of, ben, body):
    assert "not shown" not in client_of(ben).get(body("https://img.example/a.png"), {"images": 1}).content.decode()


def test_what_is_no_host_is_not_fetched(client_of, ben, body, northwind):
    response = client_of(ben).get(
        body("https://[::1/a.png", "https://-bad-/b.png", "https://good.example/c.png"), {"images": 1}
    )
    assert response.status_code == 200
    text = response.content.decode()
    assert "good.example" in text
    assert "[::1" not in text
    assert "-bad-" not in text


def test_a_mail_with_very_many_hosts_gets_fifty_of_them_with_few_queries(client_of, ben, body, northwind):
    bens = client_of(ben)
    few, many = body("https://one.example/a.png"), body(*(f"https://h{n}.example/a.png" for n in range(300)))
    bens.get(few, {"images": 1})
    for_one = queries_of(lambda: bens.get(few, {"images": 1}))
    for_many = queries_of(lambda: bens.get(many, {"images": 1}))
    assert len(for_many) == len(for_one)
    text = bens.get(many, {"images": 1}).content.decode()
    assert text.count("https://h") == 50
    assert "https://h0.example" in text
