"""The people, the things and the browsers that the contracts about addresses try every route with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import ClassVar

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from steward.lib.clock import now
from steward.people.operators import create_operator, stored_operator_session
from steward.people.second_factors import new_totp_secret, store_totp
from steward.people.signed_in import stored_session
from steward.testing import cast
from steward.testing.plans import believe_tables_are_large
from steward.testing.route_kinds import OFFICE, OFFICE_SIGN_IN
from steward.testing.routes import Route, routes
from steward.testing.url_samples import all_samples, changed_by, forms_of

# What a test takes, and which addresses it is run for: a new one is tried without being written down anywhere here.
WHICH: Mapping[str, Callable[[Route], bool]] = MappingProxyType(
    {
        "route": lambda route: True,
        "route_with_ids": lambda route: bool(route.parameters),
        "console_route": lambda route: route.pattern.startswith("console/"),
        "office_route": lambda route: route.pattern.startswith(OFFICE),
    }
)


@cache
def every_route():
    return sorted(routes(), key=lambda route: route.pattern)


def pytest_generate_tests(metafunc):
    for name in WHICH.keys() & set(metafunc.fixturenames):
        meant = [route for route in every_route() if WHICH[name](route)]
        metafunc.parametrize(name, meant, ids=lambda route: route.pattern)


@dataclass(frozen=True)
class World:
    """What all tests of one file stand on; whatever one of them changes is undone before the next."""

    METHODS: ClassVar = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

    at: datetime
    samples: dict[str, list[object]]
    forms: dict[str, str]
    sessions: dict[str, str]

    def paths(self, route):
        """Every address the samples make of a route."""
        for name in route.parameters:
            assert route.sample(self.samples, name), f"no sample for parameter {name} of route {route.pattern}"
        chosen = {name: route.sample(self.samples, name) for name in route.parameters}
        most = max((len(each) for each in chosen.values()), default=1)
        return [route.path({n: each[i % len(each)] for n, each in chosen.items()}) for i in range(most)]

    def browser(self, who="", *, at=""):
        """Somebody, or nobody in particular, at the host of an account, or at the base domain."""
        browser = Client(headers={"host": f"{at}.{settings.STEWARD_DOMAIN}" if at else settings.STEWARD_DOMAIN})
        if who:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return browser

    @staticmethod
    def ask(client, method, path, form=None):
        """The answer; every one carries the policy, errors and redirects too."""
        response = client.generic(method, path, form or "", content_type="application/x-www-form-urlencoded")
        policy = response.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, f"{method} {path} answers {response.status_code} with policy {policy!r}"
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        return response

    @staticmethod
    def statuses(client, path, methods=METHODS, form=None):
        return {method: World.ask(client, method, path, form).status_code for method in methods}

    @staticmethod
    def is_shut(response):
        """Nothing but the way to the sign-in page, or a refusal."""
        if response.status_code == 302:
            return response.headers["Location"].startswith((settings.LOGIN_URL, OFFICE_SIGN_IN))
        return response.status_code in {403, 404, 405}


@pytest.fixture(scope="module")
def _world(lasting):
    northwind, contoso = cast.account("northwind"), cast.account("contoso")
    ada, ben, cleo, dana = (cast.member(northwind.id, name) for name in ("Ada", "Ben", "Cleo", "Dana"))
    people = {"ada": ada, "cleo": cleo, "dana": dana, "zoe": cast.member(contoso.id, "Zoe")}
    olga = create_operator("olga@operator.example", password=cast.PASSWORD)
    store_totp(olga.user, new_totp_secret())
    billing, support_mail = cast.department(northwind.id, "Billing"), cast.mail_account(northwind.id, "support")
    moment = now()
    with time_machine.travel(moment, tick=False):
        changed = changed_by(ada, cast.contact(northwind.id, "Eli"))
        samples = all_samples(ada, ben, olga, billing, support_mail, changed)
        sessions = {name: stored_session(one.user, one.account_id) for name, one in people.items()}
        sessions["olga"] = stored_operator_session(olga.user)
        forms = forms_of(ben, billing, changed)
    return World(moment, samples, forms, sessions)


@pytest.fixture
def world(_world, db, settings):
    """At the moment in which it was made: what can be taken back for seconds still can."""
    settings.STEWARD_SIGN_UP = True
    with time_machine.travel(_world.at, tick=False):
        yield _world


@pytest.fixture
def as_if_large(db):
    """The planner believes that the tables which grow have a million rows."""
    believe_tables_are_large()
