"""An account's own services: nothing goes there before they are declared, at once afterwards, and never again later."""

from collections.abc import Callable
from typing import Any

import pytest

from steward.events.models import Event
from steward.lib.actor import SYSTEM
from steward.people.access import actor_of
from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.connectors import Declaration, declare_connector
from steward.privacy.egress.decision import EgressDenied, Reason
from steward.privacy.egress.http import Answer, Call, call
from steward.privacy.egress.instructed import instructed_hosts
from steward.privacy.egress.models import Connector, EgressEvent
from steward.privacy.egress.own_services import (
    FOR_SERVICES,
    DeclaredAlready,
    KeyWanted,
    LeavesRegion,
    NotCallable,
    Retired,
    Slip,
    Wanted,
    change_service,
    declare_service,
    get_service,
    headers_with,
    past_services,
    read_place,
    retire_service,
    services_in_use,
)
from steward.privacy.egress.service_trials import Outcome, Reached, try_service
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.scope import account_scope

KEY = "sk-very-secret"
OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
NAMES = {"api.test. A": [["127.0.0.1"]]}


def wanted(**changes: Any) -> Wanted:
    usual: dict[str, Any] = {
        "name": "Our AI",
        "url": "https://api.example/v1/",
        "purposes": frozenset({"answer.suggest"}),
        "country": "DE",
        "key": KEY,
    }
    return Wanted(**(usual | changes))


@pytest.fixture
def europe(northwind: Account) -> Account:
    """Northwind, in a region whose countries are known."""
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE")
    return northwind


@pytest.fixture
def declared(europe: Account) -> Connector:
    with account_scope(europe.id):
        return declare_service(wanted(), actor=SYSTEM)


def test_it_is_declared_at_once_and_recorded_with_who_and_what_for(europe, ada) -> None:  # type: ignore[no-untyped-def]
    with account_scope(europe.id):
        made = declare_service(wanted(), actor=actor_of(ada))
        assert (made.host, made.port, made.url) == ("api.example", 443, "https://api.example/v1")
        assert (made.kind, made.purposes, made.country) == ("http", ["answer.suggest"], "DE")
        assert made.password.reveal() == KEY
        assert (made.declared_by_id, made.retired_at) == (ada.id, None)
        event = Event.objects.filter(kind="connector.declared").latest("at")
        assert (event.actor_id, event.object_id) == (ada.id, made.id)
        assert event.changes == {"kind": "http", "purposes": ["answer.suggest"], "country": "DE"}


def test_its_key_lies_encrypted(declared: Connector) -> None:
    with account_scope(declared.account_id):
        [stored] = Connector.objects.filter(pk=declared.pk).values_list("password", flat=True)
        assert KEY.encode() not in bytes(stored)
        assert len(bytes(stored)) > len(KEY)


def test_another_account_does_not_see_it(declared: Connector, contoso: Account) -> None:
    with account_scope(contoso.id):
        assert services_in_use() == []
        with pytest.raises(Connector.DoesNotExist):
            get_service(declared.id)


def test_to_change_it_is_to_declare_it_anew_and_what_it_was_stays(declared: Connector, ada) -> None:  # type: ignore[no-untyped-def]
    with account_scope(declared.account_id):
        changed = change_service(
            declared, wanted(key="", purposes=frozenset({"call.carry"}), name="Calls"), actor=actor_of(ada)
        )
        assert (changed.password.reveal(), changed.purposes) == (KEY, ["call.carry"])
        [before] = past_services(9)
        assert (before.id, before.purposes, bool(before.password)) == (declared.id, ["answer.suggest"], False)
        assert [one.id for one in services_in_use()] == [changed.id]
        with pytest.raises(Retired):
            change_service(declared, wanted(), actor=SYSTEM)


ELSEWHERE = [{"url": "https://other.example/v1"}, {"url": "https://api.example:8443/v1"}, {"key_header": "X-Api-Key"}]


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_stored_key_goes_nowhere_else(declared: Connector, change: dict[str, str]) -> None:
    with account_scope(declared.account_id):
        with pytest.raises(KeyWanted):
            change_service(declared, wanted(**change, key=""), actor=SYSTEM)
        assert [one.id for one in services_in_use()] == [declared.id], "nothing was changed"
        moved = change_service(declared, wanted(**change, key="", is_without_key=True), actor=SYSTEM)
        assert not moved.password


def test_one_host_is_one_service(declared: Connector) -> None:
    with account_scope(declared.account_id):
        with pytest.raises(DeclaredAlready):
            declare_service(wanted(name="Twice", url="https://API.example./v2"), actor=SYSTEM)
        second = declare_service(wanted(url="https://other.example"), actor=SYSTEM)
        with pytest.raises(DeclaredAlready):
            change_service(second, wanted(), actor=SYSTEM)
        assert len(services_in_use()) == 2


@pytest.mark.parametrize("country", ["US", ""])
def test_what_leaves_the_region_or_may_has_to_be_meant(europe: Account, country: str) -> None:
    with account_scope(europe.id):
        with pytest.raises(LeavesRegion):
            declare_service(wanted(country=country), actor=SYSTEM)
        assert not services_in_use()
        assert declare_service(wanted(country=country, may_leave_region=True), actor=SYSTEM).country == country


def test_of_a_region_nobody_described_it_cannot_be_told(northwind: Account) -> None:
    Region.objects.update(countries=[])
    with account_scope(northwind.id):
        declare_service(wanted(country="US"), actor=SYSTEM)


@pytest.mark.parametrize(
    ("changes", "slip"),
    [
        ({"url": "api.example"}, Slip.FORM),
        ({"url": "ftp://api.example"}, Slip.FORM),
        ({"url": "https://"}, Slip.FORM),
        ({"url": "https://2130706433/"}, Slip.FORM),
        ({"url": "https://api.example:0/"}, Slip.FORM),
        ({"url": "https://user:word@api.example/"}, Slip.SECRET),
        ({"url": "https://api.example/?key=1"}, Slip.SECRET),
        ({"url": "https://api.example/#x"}, Slip.SECRET),
        ({"url": "http://api.example/"}, Slip.CLEAR),
        ({"url": "https://10.0.0.1/"}, Slip.PRIVATE),
        ({"url": "https://[::1]/"}, Slip.PRIVATE),
        ({"url": "https://localhost:8443/"}, Slip.PRIVATE),
        ({"url": "http://127.0.0.1:11434/"}, Slip.PRIVATE),
        ({"key": "two\nlines"}, Slip.KEY),
        ({"key": "ключ"}, Slip.KEY),
        ({"key_header": "Host"}, Slip.HEADER),
        ({"key_header": "X Key"}, Slip.HEADER),
        ({"purposes": frozenset()}, Slip.PURPOSE),
        ({"purposes": frozenset({"mail.deliver"})}, Slip.PURPOSE),
        ({"purposes": frozenset({"data.host"})}, Slip.PURPOSE),
        ({"country": "Germany"}, Slip.COUNTRY),
    ],
)
def test_what_cannot_be_called_is_not_declared(europe: Account, settings: Any, changes: Any, slip: Slip) -> None:
    settings.STEWARD_EGRESS_ALLOW = []
    with account_scope(europe.id):
        with pytest.raises(NotCallable) as refused:
            declare_service(wanted(**changes), actor=SYSTEM)
        assert refused.value.slip is slip
        assert not services_in_use()


def test_in_a_network_of_the_operator_in_clear_too(europe: Account, settings: Any) -> None:
    settings.STEWARD_EGRESS_ALLOW = ["10.0.0.5:11434"]
    with account_scope(europe.id):
        made = declare_service(wanted(url="http://10.0.0.5:11434/api", key=""), actor=SYSTEM)
        assert (made.tls, made.url, made.key_header) == ("none", "http://10.0.0.5:11434/api", "")


def test_addresses_have_one_form() -> None:
    assert read_place(" https://API.Example.:443/v1/ ").url == "https://api.example/v1"
    assert read_place("https://[2a00::1]:8443").url == "https://[2a00::1]:8443"


def test_the_key_is_shown_as_the_header_wants_it() -> None:
    assert headers_with("", "Authorization") == {}
    assert headers_with("k", "authorization") == {"authorization": "Bearer k"}
    assert headers_with("Basic abc", "Authorization") == {"Authorization": "Basic abc"}
    assert headers_with("k", "X-Api-Key") == {"X-Api-Key": "k"}


def test_a_service_is_for_what_no_mail_server_does() -> None:
    assert {"answer.suggest", "call.carry"} == FOR_SERVICES


# The gate.


@pytest.fixture
def service(actor, names, trusting, authority) -> Callable[..., Any]:  # type: ignore[no-untyped-def]
    """`service({path: [...]})` starts a server at `api.test`, which nobody has declared."""
    presented = authority.issue("api.test")
    names(NAMES)

    def start(answers: dict[str, list[Any]]) -> Any:
        made = actor("web", implicit=True, certificate=presented, answers=answers)
        trusting.STEWARD_EGRESS_ALLOW = [f"api.test:{made.port}"]
        return made

    return start


def ask(account: Account, there: Any) -> Answer:
    url = f"https://api.test:{there.port}/v1/answers"
    return call(Call(account_id=account.id, purpose="answer.suggest", categories=("user.content",), url=url))


def refused(account: Account, there: Any) -> Reason:
    with pytest.raises(EgressDenied) as denied:
        ask(account, there)
    return denied.value.reason


def rows(account: Account) -> list[EgressEvent]:
    with account_scope(account.id):
        return list(EgressEvent.objects.order_by("at"))


def test_nothing_before_all_after_saving_and_nothing_once_it_is_retired(service, europe, contoso) -> None:  # type: ignore[no-untyped-def]
    quiet = service({"/v1/answers": [OK]})
    assert refused(europe, quiet) is Reason.UNKNOWN_HOST
    assert quiet.heard() == [], "not a byte before it is declared"

    there = service({"/v1/answers": [OK]})
    with account_scope(europe.id):
        made = declare_service(wanted(url=f"https://api.test:{there.port}"), actor=SYSTEM)
    assert ask(europe, there).body == b"ok"
    assert refused(contoso, there) is Reason.UNKNOWN_HOST
    row = rows(europe)[-1]
    assert (row.traffic, row.connector_id, row.to_country, row.is_allowed) == ("T", made.id, "DE", True)

    with account_scope(europe.id):
        retire_service(made, actor=SYSTEM)
    assert refused(europe, there) is Reason.NOT_ACTIVE
    assert len(there.heard()) == 1
    row = rows(europe)[-1]
    assert (row.connector_id, row.is_allowed) == (made.id, False), "the ledger keeps what was in force"


def test_a_proxy_has_to_know_its_host_as_long_as_it_is_used(declared: Connector) -> None:
    assert instructed_hosts() == {"api.example"}
    with account_scope(declared.account_id):
        retire_service(declared, actor=SYSTEM)
    assert instructed_hosts() == frozenset()


def test_for_another_purpose_nothing_goes_and_a_change_counts_at_once(service, europe) -> None:  # type: ignore[no-untyped-def]
    there = service({"/v1/answers": [OK]})
    with account_scope(europe.id):
        made = declare_service(
            wanted(url=f"https://api.test:{there.port}", purposes=frozenset({"call.carry"})), actor=SYSTEM
        )
    assert refused(europe, there) is Reason.PURPOSE_NOT_COVERED
    with account_scope(europe.id):
        change_service(made, wanted(url=f"https://api.test:{there.port}", key=""), actor=SYSTEM)
    assert ask(europe, there).status == 200
    with account_scope(europe.id):
        [made] = services_in_use()
        anew = change_service(
            made, wanted(url=f"https://api.test:{there.port}", key="", purposes=frozenset({"call.carry"})), actor=SYSTEM
        )
    assert refused(europe, there) is Reason.PURPOSE_NOT_COVERED, "it is used, and for something else"
    assert rows(europe)[-1].connector_id == anew.id
    assert len(there.heard()) == 1


def test_a_name_in_a_private_network_is_declared_and_not_reached(service, europe, settings) -> None:  # type: ignore[no-untyped-def]
    there = service({"/v1/answers": [OK]})
    settings.STEWARD_EGRESS_ALLOW = []
    with account_scope(europe.id):
        declare_service(wanted(url=f"https://api.test:{there.port}"), actor=SYSTEM)
    assert refused(europe, there) is Reason.PRIVATE_ADDRESS
    assert there.heard() == []


def test_mail_servers_stand_in_the_ledger_under_their_instruction_too(europe) -> None:  # type: ignore[no-untyped-def]
    with account_scope(europe.id):
        made = declare_connector(
            Declaration(kind=Connector.Kind.SMTP, destination=Destination("10.0.0.1", 465), tls=Connector.Tls.IMPLICIT),
            actor=SYSTEM,
        )
    with pytest.raises(EgressDenied):
        call(
            Call(
                account_id=europe.id, purpose="mail.deliver", categories=("user.content",), url="https://10.0.0.1:465/"
            )
        )
    assert rows(europe)[-1].connector_id == made.id


# Trying one.


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK, Outcome.WORKS),
        ("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", Outcome.NOT_ACCEPTED),
        ("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", Outcome.NOTHING_THERE),
        ("HTTP/1.1 302 Go\r\nlocation: https://elsewhere.test/\r\ncontent-length: 0\r\n\r\n", Outcome.ELSEWHERE),
        ("HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n", Outcome.BUSY),
        ("HTTP/1.1 503 Ill\r\ncontent-length: 0\r\n\r\n", Outcome.BROKEN),
        ("HTTP/1.1 418 Tea\r\ncontent-length: 0\r\n\r\n", Outcome.OTHER),
    ],
)
def test_what_a_service_answers_is_told(service, europe, answer: str, outcome: Outcome) -> None:  # type: ignore[no-untyped-def]
    there = service({"/v1": [answer]})
    trial = try_service(europe.id, Reached(url=f"https://api.test:{there.port}/v1", key=KEY))
    assert trial.outcome is outcome
    assert trial.to == ("elsewhere.test" if outcome is Outcome.ELSEWHERE else "")
    [heard] = there.heard()
    assert (heard["method"], heard["path"], heard["body"]) == ("GET", "/v1", "")
    assert heard["headers"]["authorization"] == f"bearer {KEY}"
    [row] = rows(europe)
    assert (row.purpose, row.categories, row.is_allowed) == ("service.try", ["system.operations"], True)
    with account_scope(europe.id):
        assert services_in_use() == [], "nothing is declared by being tried"


def test_what_stands_between_us_is_told(service, europe, settings) -> None:  # type: ignore[no-untyped-def]
    there = service({"/": [OK]})
    reached = Reached(url=f"https://api.test:{there.port}")
    settings.STEWARD_EGRESS_ALLOW = []
    assert try_service(europe.id, reached).outcome is Outcome.PRIVATE
    settings.STEWARD_EGRESS_ALLOW = [f"api.test:{there.port}"]
    settings.STEWARD_CA_FILE = ""
    assert try_service(europe.id, reached).fault == "certificate"
    assert try_service(europe.id, Reached(url="https://nobody.test")).fault == "unresolved"
    Account.objects.filter(pk=europe.id).update(state=Account.State.SUSPENDED)
    assert try_service(europe.id, reached).reason == Reason.ACCOUNT_STATE
