"""Identities, members, departments."""

import pytest
from django.db import IntegrityError, connection, transaction

from steward.events.models import Event
from steward.lib.actor import SYSTEM, ActorKind
from steward.people.access import actor_of, members_who_can_solve, visible_departments
from steward.people.actions import NameTaken, add_member, create_department, join_department
from steward.people.models import DepartmentMembership, Membership, Role, User
from steward.tenancy.scope import account_scope
from steward.testing.cast import PASSWORD, acting


def names(rows):
    return [row.name for row in rows]


def test_the_cast_is_who_it_is_said_to_be(ada, ben, cleo, dana, zoe, support, billing):
    assert [person.role for person in (ada, ben, cleo, dana, zoe)] == ["owner", "agent", "agent", "agent", "owner"]
    assert acting(ada).sees_all
    assert acting(zoe).sees_all
    assert acting(ben).departments == {support.id: "solver"}
    assert acting(cleo).departments == {billing.id: "solver"}
    assert acting(dana).departments == {support.id: "reader"}
    assert (support.is_default, billing.is_default) == (True, False)


def test_one_person_in_two_accounts(northwind, contoso, ada):
    with account_scope(contoso.id):
        there = add_member(" ADA@northwind.example", name="A.", role=Role.AGENT, password="another", actor=SYSTEM)
    assert there.user_id == ada.user_id
    assert there.pk != ada.pk
    assert User.objects.get(pk=ada.user_id).check_password(PASSWORD), "no account changes how one enters another"


def test_adding_somebody_twice_changes_nothing(northwind, ben):
    with account_scope(northwind.id):
        again = add_member("ben@northwind.example", name="Benjamin", role=Role.OWNER, password=None, actor=SYSTEM)
        assert (again.pk, again.name, again.role) == (ben.pk, "Ben", Role.AGENT)
        assert Event.objects.filter(kind="member.added", object_id=ben.pk).count() == 1


def test_an_address_is_one_identity_however_it_is_written(db):
    User.objects.create_user(" Gil@Example.ORG ", None)
    assert User.objects.get_by_natural_key("GIL@example.org").email == "gil@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("gil@example.org", None)


def test_passwords_are_argon2id_with_the_measured_cost(northwind, ada, earnest_passwords):
    measured = "argon2$argon2id$v=19$m=19456,t=2,p=1$"
    with account_scope(northwind.id):
        gil = add_member("gil@example.org", name="Gil", role=Role.AGENT, password=PASSWORD, actor=SYSTEM)
    assert gil.user.password.startswith(measured)
    assert gil.user.check_password(PASSWORD)
    assert not ada.user.password.startswith(measured), "the cast's are made quickly"
    assert ada.user.check_password(PASSWORD)
    assert User.objects.get(pk=ada.user_id).password.startswith(measured), "made anew when they are shown"
    assert not User(email="x@example.org").check_password("")


def test_without_a_password_nobody_enters(northwind):
    with account_scope(northwind.id):
        member = add_member("gil@example.org", name="Gil", role=Role.AGENT, password=None, actor=SYSTEM)
    assert not member.user.has_usable_password()


def test_the_first_department_is_the_default(contoso, northwind):
    with account_scope(contoso.id):
        assert not create_department("Second", actor=SYSTEM).is_default
        with pytest.raises(NameTaken):
            create_department("Second", actor=SYSTEM)
    with account_scope(northwind.id):
        assert create_department("Second", actor=SYSTEM).name == "Second", "names are the account's own"


def test_joining_again_changes_the_role(northwind, dana, support):
    with account_scope(northwind.id):
        join_department(dana, support, role="solver", actor=SYSTEM)
        assert DepartmentMembership.objects.filter(membership=dana).values_list("role", flat=True).get() == "solver"
    assert acting(dana).departments == {support.id: "solver"}


@pytest.mark.parametrize(
    ("who", "sees"), [("ada", ["Billing", "Support"]), ("ben", ["Support"]), ("cleo", ["Billing"])]
)
def test_departments_in_sight(who, sees, northwind, request):
    actor = acting(request.getfixturevalue(who))
    with account_scope(northwind.id):
        assert names(visible_departments(actor)) == sees


def test_who_can_be_given_a_ticket(northwind, support, billing):
    with account_scope(northwind.id):
        assert sorted(names(members_who_can_solve(support.id))) == ["Ada", "Ben"]
        assert sorted(names(members_who_can_solve(billing.id))) == ["Ada", "Cleo"]


def test_an_actor_is_the_membership_not_the_identity(ben, northwind):
    with account_scope(northwind.id):
        actor = actor_of(ben)
    assert (actor.kind, actor.id) == (ActorKind.AGENT, ben.id)


def own_memberships(user_id):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('steward.user', %s, true)", [str(user_id or "")])
        cursor.execute("SELECT id FROM people_membership")
        return {row[0] for row in cursor.fetchall()}


def test_a_person_may_read_their_own_memberships_in_all_accounts(contoso, ada, zoe):
    with account_scope(contoso.id):
        there = add_member("ada@northwind.example", name="Ada", role=Role.AGENT, password=None, actor=SYSTEM)
    assert own_memberships(ada.user_id) == {ada.pk, there.pk}
    assert own_memberships(zoe.user_id) == {zoe.pk}
    assert own_memberships(None) == set()


def test_but_not_write_them(ada):
    own_memberships(ada.user_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_membership SET role = 'owner'")
        assert cursor.rowcount == 0


def test_a_member_who_goes_leaves_their_identity(northwind, ben):
    with account_scope(northwind.id):
        Membership.objects.get(pk=ben.pk).delete()
    assert User.objects.filter(pk=ben.user_id).exists()
