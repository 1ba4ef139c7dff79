"""Your own services, as owners and admins declare, change and retire them; what is never shown; where they stand."""

import json

import pytest

from steward.console.settings import own_service_trials
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.people.actions import change_role
from steward.people.models import Role
from steward.privacy.egress.models import Connector, EgressEvent
from steward.privacy.egress.own_services import services_in_use
from steward.privacy.egress.service_trials import Outcome, ServiceTrial
from steward.tenancy.models import DataCentre, Region
from steward.tenancy.scope import account_scope
from steward.testing.listings import words_in
from steward.testing.service_samples import service_of
from steward.ui.templatetags.ui import on_day

LIST = "/console/settings/privacy/own-services"
NEW, TRIAL = f"{LIST}/new", f"{LIST}/trial"
KEY = "sk-very-secret"
TYPED = {
    "name": "Our AI",
    "url": "https://API.example/v1/",
    "key": KEY,
    "key_header": "X-Api-Key",
    "purposes": ["answer.suggest"],
    "country": "DE",
    "is_instructed": "on",
}
HX = {"HX-Request": "true"}


@pytest.fixture
def europe(northwind):
    Region.objects.create(code="eu", name="Europe", countries=["DE", "FR"])
    DataCentre.objects.update(region_id="eu", country="DE")
    return northwind


@pytest.fixture
def adas(client_of, ada, europe):
    return client_of(ada)


@pytest.fixture
def declared(adas, europe):
    assert adas.post(NEW, TYPED).status_code == 303
    return stored(europe)


def stored(account):
    with account_scope(account.id):
        [found] = services_in_use()
        return found


def none_stored(account):
    with account_scope(account.id):
        return not Connector.objects.filter(kind="http").exists()


def page_of(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestDeclaring:
    def test_before_it_is_saved_the_page_says_what_may_go_where(self, adas):
        words = words_in(page_of(adas, NEW))
        assert "Suggesting better answers (AI) May carry: E-mail address, Messages and files, Name" in words
        assert "Telephone calls over the internet (VoIP) May carry: IP address, Messages and files, Name" in words
        assert "The data may leave the region Europe" in words
        assert "none of these countries, or where that is not known: France, Germany." in words
        assert "We instruct Steward to send these data to this service" in words

    def test_it_counts_when_it_is_saved(self, adas, declared, ada):
        assert (declared.host, declared.port, declared.url) == ("api.example", 443, "https://api.example/v1")
        assert (declared.purposes, declared.country) == (["answer.suggest"], "DE")
        assert declared.declared_by_id == ada.id
        with account_scope(declared.account_id):
            assert declared.password.reveal() == KEY
        words = words_in(page_of(adas, LIST))
        assert "Our AI https://api.example/v1 Germany" in words
        assert "May carry: E-mail address, Messages and files, Name" in words
        assert "Outside your region" not in words

    def test_the_key_is_never_shown_again(self, adas, declared):
        for address in (LIST, f"{LIST}/{declared.id}", f"{LIST}/{declared.id}/retirement"):
            assert KEY not in page_of(adas, address)
        wrong = adas.post(NEW, TYPED | {"name": ""})
        assert wrong.status_code == 422
        assert KEY not in wrong.content.decode()

    def test_without_the_instruction_nothing_is_saved(self, adas, europe):
        answer = adas.post(NEW, {name: value for name, value in TYPED.items() if name != "is_instructed"})
        assert answer.status_code == 422
        assert "Without this instruction nothing may be sent there" in words_in(answer.content.decode())
        assert none_stored(europe)

    @pytest.mark.parametrize("country", ["US", ""])
    def test_what_leaves_the_region_has_to_be_meant(self, adas, europe, country):
        answer = adas.post(NEW, TYPED | {"country": country})
        assert answer.status_code == 422
        assert "There the data leave your region, or may leave it." in words_in(answer.content.decode())
        assert none_stored(europe)
        assert adas.post(NEW, TYPED | {"country": country, "may_leave_region": "on"}).status_code == 303
        words = words_in(page_of(adas, LIST))
        assert ("United States" if country else "Country not known") + " Outside your region" in words

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"url": "api.example"}, "This is no address of a service."),
            ({"url": "http://api.example"}, "Begin the address with https://"),
            ({"url": "https://127.0.0.1"}, "This address lies in a private network."),
            ({"url": "https://u:p@api.example"}, "Leave out user names"),
            ({"key": "two lines\u0141"}, "A key has no line breaks"),
            ({"key_header": "Host"}, "This header cannot carry a key."),
            ({"purposes": []}, "Choose what the service may be used for."),
            ({"purposes": ["mail.deliver"]}, "mail.deliver"),
            ({"country": "XX"}, "XX"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_kept(self, adas, europe, changed, words):
        answer = adas.post(NEW, TYPED | changed)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert words in words_in(page)
        assert 'value="Our AI"' in page
        assert none_stored(europe)

    def test_the_same_host_twice_is_refused(self, adas, declared):
        answer = adas.post(NEW, TYPED | {"name": "Again"})
        assert answer.status_code == 422
        assert "There is a service at this host and port already." in words_in(answer.content.decode())


class TestChanging:
    def test_it_counts_at_once_and_what_it_was_stays_on_record(self, adas, declared, europe):
        form = TYPED | {"name": "Calls", "purposes": ["call.carry"], "key": ""}
        assert adas.post(f"{LIST}/{declared.id}", form).status_code == 303
        changed = stored(europe)
        assert (changed.name, changed.purposes) == ("Calls", ["call.carry"])
        with account_scope(europe.id):
            assert changed.password.reveal() == KEY
        words = words_in(page_of(adas, LIST))
        assert "Not used any more" in words
        assert f"until {on_day(now())}, by Ada" in words
        assert adas.get(f"{LIST}/{declared.id}").status_code == 404

    def test_the_stored_key_goes_to_no_other_host(self, adas, declared, europe):
        answer = adas.post(f"{LIST}/{declared.id}", TYPED | {"url": "https://other.example", "key": ""})
        assert answer.status_code == 422
        assert "Type the key again" in words_in(answer.content.decode())
        assert stored(europe).id == declared.id

    def test_it_is_retired_by_the_word(self, adas, declared, europe):
        address = f"{LIST}/{declared.id}/retirement"
        assert adas.post(address, {"word": "yes"}).status_code == 422
        assert stored(europe).id == declared.id
        assert adas.post(address, {"word": "Retire"}).status_code == 303
        with account_scope(europe.id):
            assert services_in_use() == []
            assert not Connector.objects.get(pk=declared.id).password
        assert "There is none. Nothing goes to a service of yours." in words_in(page_of(adas, LIST))


@pytest.fixture
def tried(monkeypatch):
    """What would have been called; nothing is."""
    found = []

    def note(_account_id, reached):
        found.append(reached)
        return ServiceTrial(Outcome.WORKS, 200)

    monkeypatch.setattr(own_service_trials, "try_service", note)
    return found


class TestTrying:
    def test_what_is_typed_is_tried_and_not_kept(self, adas, europe, tried):
        page = adas.post(TRIAL, TYPED, headers=HX).content.decode()
        assert "It works" in page
        assert "HTTP 200" in page
        assert KEY not in page
        [reached] = tried
        assert (reached.url, reached.key, reached.key_header) == ("https://api.example/v1", KEY, "X-Api-Key")
        assert none_stored(europe)

    def test_without_scripts_the_page_comes_back_as_typed_but_for_the_key(self, adas, tried):
        answer = adas.post(TRIAL, {"url": "https://api.example", "name": "Half", "key": KEY, "purposes": "call.carry"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "It works" in page
        assert 'value="Half"' in page
        assert 'value="call.carry"' in page
        assert KEY not in page
        assert "data-error" not in page

    def test_the_stored_key_is_used_where_it_may_go(self, adas, declared, tried):
        form = TYPED | {"service": str(declared.id), "key": ""}
        assert "It works" in adas.post(TRIAL, form, headers=HX).content.decode()
        assert tried[0].key == KEY
        page = adas.post(TRIAL, form | {"url": "https://thief.example"}, headers=HX).content.decode()
        assert "Type the key again" in page
        assert len(tried) == 1

    def test_what_cannot_be_called_is_said(self, adas, tried):
        page = adas.post(TRIAL, TYPED | {"url": "nowhere"}, headers=HX).content.decode()
        assert "This is no address of a service." in page
        assert tried == []

    def test_not_too_often_and_not_too_many_at_once(self, adas, tried):
        with own_service_trials.TRIALS.at_once, own_service_trials.TRIALS.at_once:
            assert "Two other tests" in adas.post(TRIAL, TYPED, headers=HX).content.decode()
        for _ in range(own_service_trials.TRIALS.limit.tries):
            adas.post(TRIAL, TYPED | {"url": ""}, headers=HX)
        assert "too many tries" in adas.post(TRIAL, TYPED, headers=HX).content.decode()
        assert tried == []


class TestWhoMay:
    @pytest.mark.parametrize(("role", "may"), [(Role.OWNER, True), (Role.ADMIN, True), (Role.AGENT, False)])
    def test_owners_and_admins(self, client_of, ben, europe, role, may, tried):
        service_id = service_of(europe)
        with account_scope(europe.id):
            change_role(ben, role, actor=SYSTEM)
        browser = client_of(ben)
        for address in (LIST, NEW, f"{LIST}/{service_id}", f"{LIST}/{service_id}/retirement"):
            assert browser.get(address).status_code == (200 if may else 403), address
        assert browser.post(NEW, TYPED).status_code == (303 if may else 403)
        assert browser.post(TRIAL, TYPED, headers=HX).status_code == (200 if may else 403)
        changed = TYPED | {"url": "https://changed.example"}
        assert browser.post(f"{LIST}/{service_id}", changed).status_code == (303 if may else 403)
        assert bool(tried) is may
        with account_scope(europe.id):
            assert {one.host for one in services_in_use()} == (
                {"api.example", "changed.example"} if may else {"api.ai.example"}
            )

    def test_nobody_of_another_account(self, client_of, zoe, europe, visitor_at, tried):
        service_id = service_of(europe)
        for end in ("", "/retirement"):
            assert client_of(zoe).get(f"{LIST}/{service_id}{end}").status_code == 404
            assert client_of(zoe).post(f"{LIST}/{service_id}{end}", TYPED | {"word": "retire"}).status_code == 404
        answer = client_of(zoe).post(TRIAL, TYPED | {"service": str(service_id)}, headers=HX)
        assert answer.status_code == 404
        assert visitor_at(europe).post(TRIAL, TYPED).status_code == 302
        assert stored(europe).id == service_id
        assert tried == []
        assert "api.ai.example" not in page_of(client_of(zoe), LIST)


class TestWhereItStands:
    def test_in_the_short_answer_with_whether_data_leave_the_region(self, adas, declared):
        words = words_in(page_of(adas, "/console/settings/privacy/places"))
        assert "Your own instructions Our AI Staff of the provider" in words
        outside = TYPED | {"country": "US", "may_leave_region": "on", "key": ""}
        assert adas.post(f"{LIST}/{declared.id}", outside).status_code == 303
        words = words_in(page_of(adas, "/console/settings/privacy/places"))
        assert "Your own instructions Our AI Outside your region Staff" in words

    def test_without_any_the_short_answer_says_so(self, adas):
        words = words_in(page_of(adas, "/console/settings/privacy/places"))
        assert "Nothing goes to a server or service of your own." in words

    def test_on_the_privacy_page_with_data_and_place(self, adas, declared):
        words = words_in(page_of(adas, "/console/settings/privacy/places"))
        assert "Our AI api.example:443 Germany" in words
        assert "Suggesting better answers (AI) May carry: E-mail address, Messages and files, Name" in words

    def test_in_the_records_of_processing(self, adas, declared, europe):
        words = words_in(page_of(adas, "/console/settings/privacy/records"))
        told = (
            "Our AI (api.example:443), Germany: Suggesting better answers (AI). "
            "Data: E-mail address, Messages and files, Name"
        )
        assert told in words
        file = json.loads(adas.get("/console/settings/privacy/records.json").content)
        assert told in file["servers"]
        outside = TYPED | {"country": "US", "may_leave_region": "on", "key": ""}
        assert adas.post(f"{LIST}/{declared.id}", outside).status_code == 303
        [told] = json.loads(adas.get("/console/settings/privacy/records.json").content)["servers"]
        assert "United States, outside the region" in told

    def test_in_what_left_under_its_name(self, adas, declared, europe):
        with account_scope(europe.id):
            EgressEvent.objects.create(
                traffic="T", purpose="answer.suggest", categories=["user.content"], host="api.example", port=443,
                from_region="eu", to_country="DE", bytes=5, is_allowed=True, reason_code="allowed", at=now(),
                connector_id=declared.id,
            )  # fmt: skip
        words = words_in(page_of(adas, "/console/settings/privacy/what-left"))
        assert "api.example:443 Our AI, a service of your own · Germany" in words
        [told] = json.loads(b"".join(adas.get("/console/settings/privacy/what-left.json").streaming_content))
        assert (told["connector_id"], told["to_country"]) == (str(declared.id), "DE")
        assert (
            "connector_id" in b"".join(adas.get("/console/settings/privacy/what-left.csv").streaming_content).decode()
        )

    def test_a_refusal_speaks_of_the_service_and_of_no_subprocessor(self, adas, declared, europe):
        with account_scope(europe.id):
            EgressEvent.objects.create(
                traffic="T", purpose="call.carry", categories=["user.content"], host="api.example", port=443,
                from_region="eu", to_country="DE", is_allowed=False, reason_code="purpose_not_covered", at=now(),
                connector_id=declared.id,
            )  # fmt: skip
        words = words_in(page_of(adas, "/console/settings/privacy/what-left"))
        assert "Your company has not set it up for this purpose" in words
        words = words_in(page_of(adas, "/console/settings/privacy/places"))
        assert "your company has not set it up for this purpose" in words

    def test_the_search_of_the_settings_finds_it(self, adas):
        assert f'href="{LIST}"' in page_of(adas, "/console/settings/?q=voip")
