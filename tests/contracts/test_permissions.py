"""Who may do what, cell by cell: each permission is tried at its real address by each role, and by what then is true.

The tables are `people.permissions`; `docs/subsystems/permissions.md` shows them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.outbox.models import OutgoingMail, State
from steward.people.actions import add_member, change_role, join_department
from steward.people.models import (
    Department,
    DepartmentMembership,
    DepartmentRole,
    Invitation,
    Membership,
    Role,
)
from steward.people.permissions import IN_ACCOUNT, IN_DEPARTMENT, MEANINGS
from steward.privacy.consent.models import ConsentRecord, Purpose
from steward.privacy.consent.purposes import add_purpose
from steward.privacy.egress.models import Authorisation
from steward.privacy.egress.registry.document import Engagement, Kind, Provider, Registry, Subprocessor
from steward.privacy.erasure.models import Erasure
from steward.privacy.exports.models import Export
from steward.privacy.holds.models import LegalHold
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.retention.models import RetentionRun
from steward.privacy.subprocessors.actions import approve_draft, change_draft, open_draft, publish_draft
from steward.privacy.takeout.models import AccountCopy
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope
from steward.testing.tickets import make_reply, make_ticket
from steward.tickets.actions import change_status
from steward.tickets.models import Message, Ticket
from steward.tickets.queries import tags_of
from steward.tickets.statuses import Status

PAGE = Path(__file__).parents[2] / "docs" / "subsystems" / "permissions.md"
OUTSIDE = "not in it"
# In a department: what the person is in the account, and there.
IN_A_DEPARTMENT = {"owner": (Role.OWNER, None), "admin": (Role.ADMIN, None), OUTSIDE: (Role.AGENT, None)} | {
    role.value: (Role.AGENT, role) for role in DepartmentRole
}


@dataclass
class World:
    """Northwind, with one more person whose rights are tried."""

    me: Membership
    ada: Membership
    ben: Membership
    cleo: Membership
    support: Department
    billing: Department
    ticket: Ticket
    reply: Message

    def fresh_ticket(self):
        return Ticket.objects.get(pk=self.ticket.pk)

    def at(self, end=""):
        return f"/console/tickets/{self.ticket.code}{end}"


@dataclass
class Deed:
    """A request, and whether it came to pass."""

    path: Callable[[World], str]
    form: Callable[[World], dict[str, Any]] | None  # None: a GET
    is_done: Callable[[World], bool] = lambda _world: True


def settings(end):
    return lambda world: f"/console/settings/{end}".format(w=world)


def listed():
    """The key of an engagement on the list of subprocessors."""
    relay = Engagement(key="relay", purposes=("mail.deliver",))
    company = Subprocessor(key="company", legal_name="Relay GmbH", kind=Kind.SERVICE, engagements=(relay,))
    provider = Provider(legal_name="Host s.r.o.", service="Desk")
    registry = Registry(provider=provider, regions=(), subprocessors=(company,), prose=())
    publish_draft(
        approve_draft(change_draft(open_draft(operator_id=None), registry, operator_id=None), operator_id=None),
        operator_id=None,
    )
    return relay.key


def purpose_of(world):
    """The code of something that is asked for."""
    with account_scope(world.me.account_id):
        if not Purpose.objects.exists():
            add_purpose("news", "newsletter", {"en": {"name": "News", "text": "Monthly."}}, actor=SYSTEM)
    return "news"


def deleted(world):
    """The ticket, in the bin."""
    with account_scope(world.me.account_id):
        ticket = world.fresh_ticket()
        if ticket.status != Status.DELETED:
            change_status(ticket, Status.DELETED, actor=SYSTEM)
    return ticket


def role_of(world, person, department):
    held = DepartmentMembership.objects.filter(membership=person, department=department)
    return held.values_list("role", flat=True).first()


DEEDS = {
    "ticket:read": Deed(lambda w: w.at(), None),
    "ticket:reply": Deed(
        lambda w: w.at("/replies"),
        lambda w: {"body_text": "It is on its way."},
        lambda w: Message.objects.filter(ticket=w.ticket, kind="outgoing", author=w.me).exists(),
    ),
    "ticket:note": Deed(
        lambda w: w.at("/notes"),
        lambda w: {"body_text": "We had this before."},
        lambda w: Message.objects.filter(ticket=w.ticket, kind="note", author=w.me).exists(),
    ),
    "ticket:compose": Deed(
        lambda w: "/console/tickets/new",
        lambda w: {"to": "eli@example.org", "subject": "Hello", "body_text": "x", "department": w.support.pk},
        lambda w: Ticket.objects.filter(subject="Hello", department=w.support).exists(),
    ),
    "ticket:change_status": Deed(
        lambda w: w.at("/status"), lambda w: {"status": "resolved"}, lambda w: w.fresh_ticket().status == "resolved"
    ),
    "ticket:delete": Deed(
        lambda w: w.at("/status"), lambda w: {"status": "deleted"}, lambda w: w.fresh_ticket().status == "deleted"
    ),
    "ticket:take": Deed(
        lambda w: w.at("/assignment"),
        lambda w: {"assignee": w.me.pk},
        lambda w: w.fresh_ticket().assignee_id == w.me.pk,
    ),
    "ticket:tag": Deed(
        lambda w: w.at("/tags"),
        lambda w: {"add": "urgent"},
        lambda w: [tag.name for tag in tags_of([w.ticket.pk]).get(w.ticket.pk, [])] == ["urgent"],
    ),
    "message:resend": Deed(
        lambda w: f"/console/messages/{w.reply.pk}/delivery",
        lambda w: {},
        lambda w: OutgoingMail.objects.get(pk=w.reply.outgoing_id).state == State.WAITING,
    ),
    "request:note": Deed(
        lambda w: w.at("/privacy-request"),
        lambda w: {},
        lambda w: PrivacyRequest.objects.filter(ticket=w.ticket, opened_by_id=w.me.pk).exists(),
    ),
    "consent:note": Deed(
        lambda w: w.at("/consents"),
        lambda w: {"purpose": purpose_of(w), "said": "given", "channel": "call", "note": "They rang"},
        lambda w: ConsentRecord.objects.filter(given_by_id=w.me.pk).exists(),
    ),
    "ticket:assign": Deed(
        lambda w: w.at("/assignment"),
        lambda w: {"assignee": w.ben.pk},
        lambda w: w.fresh_ticket().assignee_id == w.ben.pk,
    ),
    "ticket:transfer": Deed(
        lambda w: w.at("/department"),
        lambda w: {"department": w.billing.pk},
        lambda w: w.fresh_ticket().department_id == w.billing.pk,
    ),
    "message:redact": Deed(
        lambda w: f"/console/messages/{w.reply.pk}/redaction",
        lambda w: {"step": "redact", "words": w.reply.body_text.splitlines()[0], "reason": "other", "word": "redact"},
        lambda w: "redactions" in Message.objects.get(pk=w.reply.pk).findings,
    ),
    "department:edit": Deed(
        settings("departments/{w.support.pk}"),
        lambda w: {"name": "Helpers", "signature": ""},
        lambda w: Department.objects.get(pk=w.support.pk).name == "Helpers",
    ),
    "department:place_agents": Deed(
        settings("departments/{w.support.pk}/agents"),
        lambda w: {"member": w.cleo.pk, "role": "supervisor"},
        lambda w: role_of(w, w.cleo, w.support) == "supervisor",
    ),
    "profile:edit": Deed(
        settings("profile"),
        lambda w: {
            "name": "Myself",
            "language": "",
            "signature": "",
            "appearance": "dark",
            "density": "one",
            "afterwards": "stay",
        },
        lambda w: Membership.objects.get(pk=w.me.pk).name == "Myself",
    ),
    "availability:change": Deed(
        lambda w: "/console/availability",
        lambda w: {"availability": "off"},
        lambda w: Membership.objects.get(pk=w.me.pk).availability == "off",
    ),
    "agent:list": Deed(settings("agents"), None),
    "agent:invite": Deed(
        settings("agents/new"),
        lambda w: {
            "people": "gil@example.org",
            "role": "agent",
            "language": "",
            f"department-{w.support.pk}": "solver",
        },
        lambda w: Invitation.objects.filter(email="gil@example.org", role="agent").exists(),
    ),
    "agent:edit": Deed(
        settings("agents/{w.ben.pk}"),
        lambda w: {"name": "Benjamin", "role": "admin"},
        lambda w: Membership.objects.get(pk=w.ben.pk).role == "admin",
    ),
    "agent:remove": Deed(
        settings("agents/{w.ben.pk}/removal"),
        lambda w: {"tickets_to": "", "word": "remove"},
        lambda w: not Membership.objects.filter(pk=w.ben.pk).exists(),
    ),
    "owner:make": Deed(
        settings("agents/{w.ben.pk}"),
        lambda w: {"name": "Ben", "role": "owner"},
        lambda w: Membership.objects.get(pk=w.ben.pk).role == "owner",
    ),
    "owner:unmake": Deed(
        settings("agents/{w.ada.pk}"),
        lambda w: {"name": "Ada", "role": "agent"},
        lambda w: Membership.objects.get(pk=w.ada.pk).role == "agent",
    ),
    "department:create": Deed(
        settings("departments"),
        lambda w: {"name": "Third"},
        lambda w: Department.objects.filter(name="Third").exists(),
    ),
    "department:archive": Deed(
        settings("departments/{w.billing.pk}/archive"),
        lambda w: {"tickets_to": w.support.pk, "word": "archive"},
        lambda w: Department.objects.get(pk=w.billing.pk).archived_at is not None,
    ),
    "department:make_default": Deed(
        settings("departments/{w.billing.pk}/default"),
        lambda w: {},
        lambda w: Department.objects.get(pk=w.billing.pk).is_default,
    ),
    "settings:edit": Deed(
        settings("general"),
        lambda w: {
            "name": "Northwind Two",
            "language": "en",
            "time_zone": "UTC",
            "code_digits": "5",
            "code_letters": "",
        },
        lambda w: Account.objects.get(pk=w.me.account_id).name == "Northwind Two",
    ),
    "subprocessor:object": Deed(
        settings("privacy/subprocessors/answer"),
        lambda w: {"engagement": listed(), "answer": "object"},
        lambda w: Authorisation.objects.filter(state="objected").exists(),
    ),
    "ticket:purge": Deed(
        lambda w: f"/console/bin/purge?status=deleted&ticket={deleted(w).code}",
        lambda w: {"word": "purge"},
        lambda w: RetentionRun.objects.filter(by_id=w.me.pk, number=1).exists(),
    ),
    "hold:place": Deed(
        settings("privacy/holds/new"),
        lambda w: {"on": "ticket", "ticket": w.ticket.code, "basis": "claims", "approved_by": w.ada.pk},
        lambda w: LegalHold.objects.filter(object_id=w.ticket.pk, approved_by_id=w.ada.pk).exists(),
    ),
    "request:answer": Deed(
        settings("privacy/requests/new"),
        lambda w: {"type": "access", "address": "eli@example.org", "received_on": now().date().isoformat()},
        lambda w: PrivacyRequest.objects.filter(type="access", address="eli@example.org").exists(),
    ),
    "person:export": Deed(
        settings("privacy/exports/new"),
        lambda w: {"contact": w.ticket.requester_id, "kind": "access", "language": "en", "days": "7"},
        lambda w: Export.objects.filter(asked_by_id=w.me.pk).exists(),
    ),
    "account:export": Deed(
        settings("privacy/copy/order"), lambda w: {}, lambda w: AccountCopy.objects.filter(asked_by_id=w.me.pk).exists()
    ),
    "person:erase": Deed(
        settings("privacy/erasures/new"),
        lambda w: {"contact": w.ticket.requester_id, "tickets": "with"},
        lambda w: Erasure.objects.filter(asked_by_id=w.me.pk).exists(),
    ),
}


@pytest.fixture
def world(northwind, ada, ben, cleo, support, billing, eli, run_jobs):
    """Makes the world with somebody of a role in the account, and of roles in Support and Billing."""

    def made(role, in_support=None, in_billing=None):
        ticket = make_ticket(eli)
        reply = make_reply(ticket, ada)
        run_jobs("email.send")
        with account_scope(northwind.id):
            reply.refresh_from_db()
            OutgoingMail.objects.filter(pk=reply.outgoing_id).update(state=State.FAILED)
            me = add_member("me@northwind.example", name="Me", role=role, password=None, actor=SYSTEM)
            for department, held in ((support, in_support), (billing, in_billing)):
                if held:
                    join_department(me, department, role=held, actor=SYSTEM)
            me = Membership.objects.select_related("user", "account").get(pk=me.pk)
        return World(me, ada, ben, cleo, support, billing, ticket, reply)

    return made


def try_it(client_of, world, permission):
    """Whether the deed came to pass; a refusal is 403, 404, or 422 for a choice that is not offered."""
    deed = DEEDS[permission]
    browser, path = client_of(world.me), deed.path(world)
    answer = browser.get(path) if deed.form is None else browser.post(path, deed.form(world))
    with account_scope(world.me.account_id):
        done = deed.is_done(world) if deed.form else answer.status_code < 400
    # Whatever the answer says, it is what became of the world that counts.
    if done:
        assert answer.status_code in {200, 204, 302, 303}, answer.status_code
        assert "sign-in" not in answer.headers.get("Location", "")
    else:
        assert answer.status_code in {403, 404, 422}, answer.status_code
    return done


@pytest.mark.parametrize("who", IN_A_DEPARTMENT)
@pytest.mark.parametrize("permission", IN_DEPARTMENT)
def test_in_a_department(client_of, world, permission, who):
    role, held = IN_A_DEPARTMENT[who]
    expected = role != Role.AGENT or held in IN_DEPARTMENT[permission]
    assert try_it(client_of, world(role, held), permission) == expected


@pytest.mark.parametrize("permission", IN_DEPARTMENT)
def test_a_role_in_one_department_is_worth_nothing_in_another(client_of, world, permission):
    assert not try_it(client_of, world(Role.AGENT, None, DepartmentRole.MANAGER), permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", IN_ACCOUNT)
def test_in_the_account(client_of, world, permission, role):
    # A manager of every department: that makes nobody an admin.
    everywhere = (DepartmentRole.MANAGER, DepartmentRole.MANAGER) if role == Role.AGENT else ()
    assert try_it(client_of, world(role, *everywhere), permission) == (role in IN_ACCOUNT[permission])


@pytest.mark.parametrize("role", ["agent", "admin", "owner"])
@pytest.mark.parametrize("giver", [Role.ADMIN, Role.OWNER])
def test_by_invitation_nobody_gives_more_than_they_may(client_of, world, giver, role):
    browser = client_of(world(giver).me)
    answer = browser.post("/console/settings/agents/new", {"people": "x@example.org", "role": role, "language": ""})
    fine = 422 if role == "agent" else 303  # an agent needs a department
    assert answer.status_code == (422 if (giver, role) == (Role.ADMIN, "owner") else fine)


@pytest.mark.parametrize("deed", ["removal", "invitation"])
def test_an_admin_touches_no_owner(client_of, world, northwind, ada, deed):
    here = world(Role.ADMIN)
    if deed == "removal":
        answer = client_of(here.me).post(f"/console/settings/agents/{ada.pk}/removal", {"word": "remove"})
    else:
        client_of(ada).post(
            "/console/settings/agents/new", {"people": "x@example.org", "role": "owner", "language": ""}
        )
        with account_scope(northwind.id):
            waiting = Invitation.objects.get(role="owner")
        answer = client_of(here.me).post(f"/console/settings/invitations/{waiting.pk}/mail")
    assert answer.status_code == 403
    with account_scope(northwind.id):
        assert Membership.objects.filter(pk=ada.pk, role="owner").exists()


@pytest.mark.parametrize("role", ["manager", ""])
def test_a_manager_makes_no_manager_and_takes_none_out(client_of, world, northwind, cleo, support, role):
    here = world(Role.AGENT, DepartmentRole.MANAGER)
    with account_scope(northwind.id):
        if not role:
            join_department(cleo, support, role=DepartmentRole.MANAGER, actor=SYSTEM)
    form = {"member": cleo.pk, "role": role}
    assert client_of(here.me).post(f"/console/settings/departments/{support.pk}/agents", form).status_code == 403


def test_owners_unmake_each_other_but_not_the_last(client_of, northwind, ada, ben):
    with account_scope(northwind.id):
        change_role(ben, "owner", actor=SYSTEM)
    bens = client_of(ben)
    assert bens.post(f"/console/settings/agents/{ada.pk}", {"name": "Ada", "role": "agent"}).status_code == 303
    answer = bens.post(f"/console/settings/agents/{ben.pk}", {"name": "B.", "role": "agent"})
    assert answer.status_code == 422
    assert 'value="B."' in answer.content.decode(), "what was typed stays"


def test_every_permission_is_tried_and_explained():
    assert set(DEEDS) == set(MEANINGS) == set(IN_DEPARTMENT) | set(IN_ACCOUNT)


def table(permissions, roles, are_above=()):
    head = ["Permission", "What", *(str(role.label).lower() for role in roles)]
    lines = [head, ["---"] * 2 + [":-:"] * len(roles)]
    for permission, allowed in permissions.items():
        marks = ["yes" if role in allowed or role in are_above else "" for role in roles]
        lines.append([f"`{permission}`", str(MEANINGS[permission]), *marks])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def test_the_page_shows_the_tables_as_they_are():
    roles = [*DepartmentRole, Role.ADMIN, Role.OWNER]
    wanted = [table(IN_DEPARTMENT, roles, (Role.ADMIN, Role.OWNER)), table(IN_ACCOUNT, list(reversed(Role)))]
    shown = PAGE.read_text()
    for each in wanted:
        assert each in shown, f"{PAGE} should hold:\n{each}"
