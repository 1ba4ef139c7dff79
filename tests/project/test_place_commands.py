"""`steward region` and `steward data-centre`: the directory of places by hand, and what is not as it should be."""

import contextlib
import json
import uuid

import pytest

from steward.lib.actor import SYSTEM
from steward.privacy.egress.terms import bring_into_force
from steward.project import cli
from steward.project.commands import session
from steward.tenancy.models import Account, DataCentre, Region
from steward.tenancy.residency import add_data_centre, add_region
from steward.tenancy.scope import account_scope


@pytest.fixture
def steward(db, monkeypatch, capsys):
    """`steward("region", "list")` -> exit code, standard output, standard error; on the test database."""
    monkeypatch.setattr(session, "at_hand", lambda _data: contextlib.nullcontext())

    def run(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def europe(db):
    add_region("eu", name="Europe", countries=["DE", "FR"])
    add_data_centre("fra-1", region="eu", country="DE", host="colo")


def test_a_region_is_made_known_and_said_anew(steward):
    code, out, _ = steward("region", "add", "eu", "--name", "Europe", "--countries", "fr, de,DE")
    assert (code, out) == (0, "Europe (eu) has 2 countries.\n")
    assert Region.objects.get(code="eu").countries == ["DE", "FR"]
    assert steward("region", "add", "eu", "--name", "Union", "--countries", "DE")[0] == 0
    assert (Region.objects.get(code="eu").name, Region.objects.get(code="eu").countries) == ("Union", ["DE"])


def test_regions_are_listed(steward, europe):
    add_region("us", name="United States", countries=["US"])
    code, out, _ = steward("region", "list", "--json")
    listed = {told["region"]: told for told in map(json.loads, out.splitlines())}
    assert (code, listed["eu"]) == (0, {"region": "eu", "name": "Europe", "countries": ["DE", "FR"]})
    assert listed["us"]["countries"] == ["US"]
    lines = steward("region", "list")[1].splitlines()
    assert "eu  Europe  DE,FR" in lines
    assert [line.split()[0] for line in lines] == sorted(listed)


@pytest.mark.parametrize(
    "wrong",
    [
        ("EU", "--name", "Europe", "--countries", "DE"),
        ("eu west", "--name", "Europe", "--countries", "DE"),
        ("eu", "--name", "Europe", "--countries", "Germany"),
        ("eu", "--name", "Europe", "--countries", "ZZ"),
        ("eu", "--name", "Europe", "--countries", ","),
    ],
)
def test_what_is_no_region_is_refused_in_a_sentence(steward, wrong):
    code, _, err = steward("region", "add", *wrong)
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("steward region: ")
    assert not Region.objects.filter(code__iexact="eu").exists()


@pytest.mark.parametrize("line", [(), ("drop", "eu"), ("add", "eu"), ("add", "eu", "--name", "Europe")])
def test_a_region_wrongly_called(steward, line):
    code, _, err = steward("region", *line)
    assert code == 2
    assert "usage: steward region" in err


def test_a_data_centre_is_made_known(steward, europe):
    line = ("data-centre", "add", "par-1", "--region", "eu", "--country", "fr", "--host", "colo")
    code, out, _ = steward(*line)
    assert (code, out) == (0, "par-1 stands in FR, in region eu.\n")
    made = DataCentre.objects.get(code="par-1")
    assert (made.region_id, made.country, made.host) == ("eu", "FR", "colo")


def test_data_centres_are_listed_and_which_one_this_is(steward, europe, monkeypatch):
    monkeypatch.setattr("steward.project.settings.STEWARD_DATA_CENTRE", "fra-1")
    code, out, _ = steward("data-centre", "list", "--json")
    listed = {told["data_centre"]: told for told in map(json.loads, out.splitlines())}
    assert code == 0
    assert listed["fra-1"] == {
        "data_centre": "fra-1", "region": "eu", "country": "DE", "host": "colo", "is_here": True
    }  # fmt: skip
    assert [code for code, told in listed.items() if told["is_here"]] == ["fra-1"]
    lines = steward("data-centre", "list")[1].splitlines()
    assert "fra-1  eu  DE  colo  here" in lines
    assert all(not line.endswith((" ", "here")) for line in lines if not line.startswith("fra-1"))


def test_a_data_centre_does_not_leave_its_accounts_behind(steward, europe, northwind):
    add_region("us", name="United States", countries=["US"])
    Account.objects.update(data_centre_id="fra-1")
    code, _, err = steward("data-centre", "add", "fra-1", "--region", "us", "--country", "US")
    assert (code, "stays where it is" in err) == (1, True)
    assert DataCentre.objects.get(code="fra-1").region_id == "eu"
    assert steward("data-centre", "add", "fra-1", "--region", "eu", "--country", "DE", "--host", "other")[0] == 0
    assert DataCentre.objects.get(code="fra-1").host == "other"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("fra-2", "--region", "mars", "--country", "DE"), "no region “mars”"),
        (("fra-2", "--region", "eu", "--country", "US"), "none of the countries"),
        (("fra-2", "--region", "eu", "--country", "Germany"), "is no country"),
        (("Fra 2", "--region", "eu", "--country", "DE"), "is no code"),
    ],
)
def test_what_is_no_data_centre_is_refused_in_a_sentence(steward, europe, line, words):
    code, _, err = steward("data-centre", "add", *line)
    assert (code, words in err) == (1, True)
    assert not DataCentre.objects.filter(code__iexact=line[0]).exists()


def check(steward):
    code, out, err = steward("data-centre", "check")
    assert not out
    return code, err


def test_the_check_of_who_runs_it_for_themselves_has_only_a_note(steward):
    code, said = check(steward)
    assert code == 0
    assert said.startswith("note: ")
    assert "error" not in said


def test_the_check_says_what_has_to_be_put_right(steward, europe, settings, northwind):
    settings.STEWARD_HOSTING, settings.STEWARD_DATA_CENTRE = True, "fra-1"
    settings.STEWARD_RESOLVER, settings.STEWARD_SMTP_RELAY = "127.0.0.1:53", "smtps://relay.example:465"
    Account.objects.update(data_centre_id="fra-1")
    code, said = check(steward)
    assert code == 1
    assert said.count("error: ") == len(said.splitlines())
    assert "fra-1" in said
    assert "relay.example:465" in said


def test_the_check_says_where_nothing_may_be_served_and_what_to_do(steward, europe, settings, northwind):
    settings.STEWARD_DATA_CENTRE = "nowhere"
    code, said = check(steward)
    assert code == 3
    assert "“nowhere”" in said
    assert "set STEWARD_DATA_CENTRE" in said


def test_a_region_gains_no_country_under_its_accounts(steward, europe, northwind):
    Account.objects.update(data_centre_id="fra-1")
    code, _, err = steward("region", "add", "eu", "--name", "Europe", "--countries", "DE,FR,NO,CH")
    assert (code, err.count("\n")) == (1, 1)
    assert "CH, NO cannot be added under them" in err
    assert Region.objects.get(code="eu").countries == ["DE", "FR"]
    assert steward("region", "add", "eu", "--name", "Core", "--countries", "DE")[0] == 0, "fewer may be said"
    assert steward("region", "add", "eu2", "--name", "Wider", "--countries", "DE,NO")[0] == 0


def test_nor_one_that_an_agreement_names(steward, europe, northwind):
    steward("region", "add", "us", "--name", "United States", "--countries", "US")
    with account_scope(northwind.id):
        bring_into_force(uuid.uuid4(), actor=SYSTEM, regions=["us"])
    code, _, err = steward("region", "add", "us", "--name", "America", "--countries", "US,CA")
    assert (code, "The agreements of northwind" in err) == (1, True)


def test_what_nobody_has_said_of_a_region_can_be_said_once(steward, northwind):
    Region.objects.update(countries=[])
    code = Account.objects.select_related("data_centre").get(pk=northwind.pk).data_centre.region_id
    assert steward("region", "add", code, "--name", "Home", "--countries", "DE")[0] == 0
    assert steward("region", "add", code, "--name", "Home", "--countries", "DE,US")[0] == 1
