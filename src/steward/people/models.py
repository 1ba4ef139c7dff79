"""Identity, membership, departments."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import pgettext_lazy

from steward.lib.ids import new_id
from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned, Ref


class UserManager(BaseUserManager["User"]):
    """Makes identities by their address."""

    def create_user(self, email: str, password: str | None = None) -> "User":
        user = self.model(email=self.normalise(email))
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalise(username or ""))

    @staticmethod
    def normalise(email: str) -> str:
        return email.strip().lower()


class User(AbstractBaseUser):
    """One person's identity in this cell. Name, photo and language belong to the membership."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True, max_length=254)
    is_active = models.BooleanField(default=True)
    last_login = None  # sign-ins are events of an account, not a field of the identity

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return str(self.id)


class Session(AbstractBaseSession):
    """A sign-in. `session_key` holds the SHA-256 of the key in the cookie, so the table opens no door."""

    class Meta(AbstractBaseSession.Meta):
        db_table = "people_session"
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from steward.people.sessions import SessionStore  # noqa: PLC0415  the store imports this model

        return SessionStore


class Role(models.TextChoices):
    """What a person may do in the account as a whole."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    ADMIN = "admin", pgettext_lazy("role", "Admin")
    AGENT = "agent", pgettext_lazy("role", "Agent")


class DepartmentRole(models.TextChoices):
    """What a person may do in one department; each includes the ones before it."""

    READER = "reader", pgettext_lazy("department role", "Reader")
    SOLVER = "solver", pgettext_lazy("department role", "Solver")
    SUPERVISOR = "supervisor", pgettext_lazy("department role", "Supervisor")
    MANAGER = "manager", pgettext_lazy("department role", "Manager")


class Department(AccountOwned):
    """A group of agents with its own queue of tickets and its own signature."""

    name = impersonal(models.TextField())
    signature = impersonal(models.TextField(blank=True, default=""))  # HTML, sanitised when it is sent
    is_default = impersonal(models.BooleanField(default=False))
    archived_at = impersonal(models.DateTimeField(null=True, blank=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name"], name="people_department_name"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_default=True), name="people_department_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(AccountOwned):
    """A person's profile in one account. Deleting it leaves their work under "former agent"."""

    user = impersonal(models.ForeignKey(User, on_delete=models.CASCADE, related_name="+"))
    name = personal(models.TextField(), Whose.AGENT, "user.name", purpose="support", erase=Erase.DELETE_ROW)
    role = impersonal(models.TextField(choices=Role.choices, default=Role.AGENT))
    language = personal(
        models.TextField(default="en"), Whose.AGENT, "user.demographic.language", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    signature = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.content", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    created_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "user"], name="people_membership_user"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sees_all(self) -> bool:
        """Owners and admins see every department."""
        return self.role in {Role.OWNER, Role.ADMIN}


class DepartmentMembership(AccountOwned):
    """A person in a department, with the role held there."""

    department = impersonal(Ref(Department, on_delete=models.CASCADE, related_name="memberships"))
    membership = impersonal(Ref(Membership, on_delete=models.CASCADE, related_name="departments"))
    role = impersonal(models.TextField(choices=DepartmentRole.choices, default=DepartmentRole.SOLVER))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "department", "membership"], name="people_departmentmembership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.department_id}"
