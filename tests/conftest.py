"""What every test gets: a database of its own with the cast in it, and a wall that nothing passes unseen."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase

from steward.people.authentication import Argon2id
from steward.people.operators import create_operator
from steward.people.second_factors import new_totp_secret, store_totp
from steward.privacy.audit import anchors
from steward.privacy.audit.reads import drop_reads
from steward.privacy.egress import wall
from steward.privacy.erasure.ledger import ledger_path
from steward.tenancy import directory
from steward.testing import browsing, cast, database, jobs, json_keys, server

# Long ones that begin first, so that at the end no worker of the test runner sits on one of them alone.
LONG = ("test_every_page.py", "test_bench.py", "test_demo.py")


def pytest_collection_modifyitems(config, items):
    here = Path(__file__).parent
    for item in items:
        package = item.path.relative_to(here).parts[0]
        if package in {"journeys", "system"}:
            item.add_marker(pytest.mark.system)
        if package == "journeys" and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item):
    if item.path.name in LONG:
        return LONG.index(item.path.name)
    return len(LONG) if item.get_closest_marker("system") else len(LONG) + 1


@pytest.fixture(scope="session")
def _server():
    with server.running_server():
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords():
    """For all tests but those of the cost itself, which ask for `earnest_passwords`."""
    with cast.quick_passwords():
        yield


@pytest.fixture
def earnest_passwords(monkeypatch):
    """Hashes cost what they cost where people sign in."""
    for name, cost in cast.EARNEST.items():
        monkeypatch.setattr(Argon2id, name, cost)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, _server, _quick_passwords):
    with django_db_blocker.unblock():
        database.provide_database()
        yield
        database.remove_database()


@pytest.fixture(scope="module")
def lasting(django_db_setup, django_db_blocker):
    """What fixtures of the module make after this is there for all its tests, each of which is undone by itself."""
    with django_db_blocker.unblock(), database.lasting():
        yield


@pytest.fixture(scope="session", autouse=True)
def _restoring_instead_of_flushing():
    """TRUNCATE is not for the application's role, and would take the cast with it."""
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda _test: database.restore_database()
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture(autouse=True)
def _fresh_directory():
    """What the directory of accounts remembers belongs to the test before."""
    directory.forget()


@pytest.fixture(scope="session", autouse=True)
def _wall():
    wall.install()


@pytest.fixture(autouse=True)
def _nothing_refused(request, _wall):
    """No test tries to leave the process unseen, unless it asks for `refused`."""
    before = len(wall.refusals())
    yield
    if "refused" not in request.fixturenames:
        assert not wall.refusals()[before:]


@pytest.fixture
def refused(_wall):
    """What the wall has refused in this test so far; a test that takes this expects some of it."""
    before = len(wall.refusals())
    return lambda: wall.refusals()[before:]


@pytest.fixture(scope="session", autouse=True)
def _watched_keys():
    json_keys.watch()


@pytest.fixture(autouse=True)
def _no_undeclared_keys(request, _watched_keys):
    """What is written into JSON fields says what it is (`keys=`), unless the test asks for `any_keys`."""
    before = len(json_keys.undeclared_keys())
    yield
    if "any_keys" not in request.fixturenames:
        assert json_keys.undeclared_keys()[before:] == []


@pytest.fixture(autouse=True)
def _reads_of_this_test_only():
    yield
    drop_reads()


@pytest.fixture(autouse=True)
def _ledger_of_this_test_only():
    """What a test erased is in the database of the next one again."""
    yield
    ledger_path().unlink(missing_ok=True)
    shutil.rmtree(anchors.folder(), ignore_errors=True)


@pytest.fixture
def any_keys():
    """For tests of the record itself, which write what nothing else would."""


@pytest.fixture(autouse=True)
def _children_of_system_tests(request):
    if request.node.get_closest_marker("system"):
        request.getfixturevalue("child_processes")


@pytest.fixture
def child_processes():
    """Lets the test start child processes: the outside actors of system tests, and command line tools."""
    with wall.allow_child("tests"):
        yield


@pytest.fixture
def stop_clock(monkeypatch, tmp_path):
    """`stop_clock(moment)`: that is the time from now on."""
    file = tmp_path / "clock"
    monkeypatch.setenv("STEWARD_TEST_CLOCK", str(file))
    return lambda moment: file.write_text(moment.isoformat())


@pytest.fixture
def clock(stop_clock):
    """It is noon, and stays so; `clock(minutes)` puts the time so many minutes past it."""

    def put(minutes=0, *, seconds=0):
        stop_clock(cast.NOON + timedelta(minutes=minutes, seconds=seconds))

    put()
    return put


@pytest.fixture
def run_jobs(db):
    """Runs the queued jobs that are due, as a worker would."""
    return jobs.run_jobs


@pytest.fixture
def client_of(db):
    """`client_of(ada)`: a browser in which she is signed in, at the host of her account."""
    return browsing.client_of


@pytest.fixture
def visitor_at(db):
    """`visitor_at(northwind)`: a browser in which nobody is signed in."""
    return browsing.visitor_at


@pytest.fixture
def olga(db):
    """She runs the installation: an operator with an app that shows codes."""
    operator = create_operator("olga@operator.example", password=cast.PASSWORD)
    store_totp(operator.user, new_totp_secret())
    return operator


@pytest.fixture
def operator_client(olga):
    """A browser in which Olga is signed in to the back office."""
    return browsing.client_of_operator(olga)


@pytest.fixture
def settle(db):
    """Does what COMMIT would: numbers events, checks references; raises what COMMIT would raise."""

    def settle():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return settle


@pytest.fixture
def northwind(db):
    return cast.account("northwind")


@pytest.fixture
def contoso(db):
    return cast.account("contoso")


@pytest.fixture
def ada(northwind):
    """Owner of Northwind."""
    return cast.member(northwind.id, "Ada")


@pytest.fixture
def ben(northwind):
    """Solver in Support."""
    return cast.member(northwind.id, "Ben")


@pytest.fixture
def cleo(northwind):
    """Solver in Billing."""
    return cast.member(northwind.id, "Cleo")


@pytest.fixture
def dana(northwind):
    """Reader in Support."""
    return cast.member(northwind.id, "Dana")


@pytest.fixture
def zoe(contoso):
    """Owner of Contoso: in every test another tenant."""
    return cast.member(contoso.id, "Zoe")


@pytest.fixture
def eli(northwind):
    """Customer of Northwind."""
    return cast.contact(northwind.id, "Eli")


@pytest.fixture
def farah(northwind):
    """Customer of Northwind."""
    return cast.contact(northwind.id, "Farah")


@pytest.fixture
def omar(contoso):
    """Customer of Contoso."""
    return cast.contact(contoso.id, "Omar")


@pytest.fixture
def support(northwind):
    """Northwind's default department."""
    return cast.department(northwind.id, "Support")


@pytest.fixture
def billing(northwind):
    """Northwind's other department."""
    return cast.department(northwind.id, "Billing")


@pytest.fixture
def support_mail(northwind):
    """`support@northwind.localhost`, into Support."""
    return cast.mail_account(northwind.id, "support")


@pytest.fixture
def billing_mail(northwind):
    """`billing@northwind.localhost`, into Billing."""
    return cast.mail_account(northwind.id, "billing")


@pytest.fixture
def hello_mail(contoso):
    """`hello@contoso.localhost`."""
    return cast.mail_account(contoso.id, "hello")
