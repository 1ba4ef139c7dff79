"""The account that is measured, its people, and the others beside it."""

import random
from dataclasses import dataclass
from uuid import UUID

import psycopg

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.people.actions import add_member, create_department, join_department
from steward.people.models import Department, DepartmentRole, Membership, Role
from steward.privacy.keys.store import create_account_key
from steward.tenancy.actions import create_account
from steward.tenancy.models import Account, Domain
from steward.tenancy.scope import account_scope

SLUG = "large"
DEPARTMENTS = {"Support": 40, "Orders": 25, "Billing": 20, "Returns": 10, "Press": 5}  # name: share of the tickets
AGENTS = 20
OTHERS = 999  # at most; beside few tickets one for each ten
MOST_TICKETS_OF_OTHERS = 50


@dataclass(frozen=True, slots=True)
class Household:
    """One account as far as tickets refer to it: departments with their shares, agents by department."""

    account_id: UUID
    departments: dict[UUID, int]
    agents: dict[UUID, list[UUID]]
    tickets: int


def make_large(tickets: int) -> Household:
    """The account that is measured: 5 departments, an owner, and 20 agents who each belong to 2 of them."""
    account = create_account(SLUG, name="Large")
    create_account_key(account.id)
    with account_scope(account.id):
        departments = [create_department(name, actor=SYSTEM) for name in DEPARTMENTS]
        add_member("owner@large.example", name="Olga Owner", role=Role.OWNER, password=None, actor=SYSTEM)
        agents: dict[UUID, list[UUID]] = {department.id: [] for department in departments}
        for number in range(AGENTS):
            _add_agent(number, departments, agents)
    shares = dict(zip([department.id for department in departments], DEPARTMENTS.values(), strict=True))
    return Household(account.id, shares, agents, tickets)


def _add_agent(number: int, departments: list[Department], agents: dict[UUID, list[UUID]]) -> None:
    email, name = f"agent{number}@large.example", f"Agent {number}"
    member = add_member(email, name=name, role=Role.AGENT, password=None, actor=SYSTEM)
    for department in (departments[number % 5], departments[(number + 1) % 5]):
        join_department(member, department, role=DepartmentRole.SOLVER, actor=SYSTEM)
        agents[department.id].append(member.id)


def make_others(database: psycopg.Connection, drawing: random.Random, tickets: int) -> list[Household]:
    """The accounts beside the one that has so many tickets: one department each, without people."""
    centre = Account.objects.values_list("data_centre_id", flat=True)[0]
    households = [
        Household(new_id(), {new_id(): 1}, {}, drawing.randint(0, MOST_TICKETS_OF_OTHERS))
        for _ in range(min(OTHERS, tickets // 10))
    ]
    with database.cursor() as cursor:
        columns = (
            "id, slug, name, state, state_since, refuses_mail, data_centre_id, language, time_zone, terms_version,"
            " created_at"
        )
        with cursor.copy(f"COPY tenancy_account ({columns}) FROM STDIN") as copy:
            for number, each in enumerate(households):
                copy.write_row(
                    (each.account_id, f"small{number}", "Small", "active", now(), False, centre, "en", "UTC", "", now())
                )
        copied = "COPY people_department (id, account_id, name, signature, signatures, is_default) FROM STDIN"
        with cursor.copy(copied) as copy:
            for each in households:
                copy.write_row((next(iter(each.departments)), each.account_id, "Support", "", "{}", True))
    return households


def large_account() -> Account | None:
    """The account that is measured, once the data are there."""
    return Account.objects.filter(slug=SLUG).first()


def people(account_id: UUID) -> dict[str, Membership]:
    """Those who look: the owner, who sees all, and an agent in 2 of the 5 departments."""
    with account_scope(account_id):
        found = Membership.objects.select_related("user").filter(name__in=["Olga Owner", "Agent 1"])
        return {"owner" if member.sees_all else "agent": member for member in found}


def host_of(account_id: UUID) -> str:
    return str(Domain.objects.get(account_id=account_id).host)
