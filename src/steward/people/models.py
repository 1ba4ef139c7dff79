"""Identity, membership, departments."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from steward.lib.clock import now
from steward.lib.ids import new_id
from steward.outbox.models import OutgoingMail
from steward.people.choices import Afterwards as Afterwards
from steward.people.choices import Appearance as Appearance
from steward.people.choices import Availability as Availability
from steward.people.choices import Density as Density
from steward.people.choices import DepartmentRole as DepartmentRole
from steward.people.choices import Requires as Requires
from steward.people.choices import Role as Role
from steward.privacy.inventory import Erase, Key, Whose, impersonal, personal
from steward.tenancy.models import Account, AccountOwned, Ref


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
    """A sign-in. `session_key` holds the SHA-256 of the key in the cookie, so the table opens no door.

    The columns beside it are what the list of sessions shows and what ends sessions; those that nobody is signed in
    with (a sign-in that has begun) have neither user nor account.
    """

    handle = models.UUIDField(default=new_id, unique=True, editable=False)  # names it in pages
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    device = models.TextField(blank=True, default="")  # "Firefox, Linux": no version, no address
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        db_table = "people_session"
        abstract = False

    def save(self, *args: Any, force_update: bool = False, **options: Any) -> None:
        """A session written again keeps its name, when it was seen and when it ends: `signed_in` writes those."""
        if force_update:
            options["update_fields"] = ["session_data", "user", "account", "device", "began_at"]
        super().save(*args, force_update=force_update, **options)

    @classmethod
    def get_session_store_class(cls) -> Any:
        from steward.people.sessions import SessionStore  # noqa: PLC0415  the store imports this model

        return SessionStore


class Department(AccountOwned):
    """A group of agents with its own queue of tickets and its own signature."""

    name = impersonal(models.TextField())
    signature = impersonal(models.TextField(blank=True, default=""))  # HTML, sanitised when it is sent
    # In its place: code of LANGUAGES -> HTML.
    signatures = impersonal(models.JSONField(default=dict, blank=True), keys=("*",))
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
    language = personal(  # BCP 47; empty: the account's
        models.TextField(blank=True, default=""), Whose.AGENT, "user.demographic.language", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    signature = personal(
        models.TextField(blank=True, default=""), Whose.AGENT, "user.content", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    signatures = personal(  # in its place for customers of a language: code of LANGUAGES -> HTML
        models.JSONField(default=dict, blank=True), Whose.AGENT, "user.content", purpose="support",
        erase=Erase.DELETE_ROW, keys=[Key("*", Whose.AGENT, "user.content")],
    )  # fmt: skip
    availability = personal(
        models.TextField(choices=Availability.choices, default=Availability.ONLINE), Whose.AGENT, "user.behavior",
        purpose="support", erase=Erase.DELETE_ROW,
    )  # fmt: skip
    availability_since = impersonal(models.DateTimeField(null=True, blank=True))
    appearance = impersonal(models.TextField(choices=Appearance.choices, default=Appearance.SYSTEM))
    density = impersonal(models.TextField(choices=Density.choices, default=Density.TWO_LINES))
    afterwards = impersonal(models.TextField(choices=Afterwards.choices, default=Afterwards.STAY))
    guide_skipped_at = impersonal(models.DateTimeField(null=True, blank=True))  # the guide to a new account
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


class Invitation(AccountOwned):
    """Somebody who is asked to become a member. Whatever ends the invitation deletes the row."""

    email = personal(models.EmailField(max_length=254), Whose.AGENT, "user.contact.email", purpose="support",
                     erase=Erase.DELETE_ROW)  # fmt: skip
    name = personal(models.TextField(blank=True, default=""), Whose.AGENT, "user.name", purpose="support",
                    erase=Erase.DELETE_ROW)  # fmt: skip
    role = impersonal(models.TextField(choices=Role.choices, default=Role.AGENT))
    departments = impersonal(models.JSONField(default=dict), keys=("*",))  # id of the department -> role there
    language = personal(  # BCP 47; empty: the account's
        models.TextField(blank=True, default=""), Whose.AGENT, "user.demographic.language", purpose="support",
        erase=Erase.DELETE_ROW,
    )  # fmt: skip
    invited_by = impersonal(Ref(Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    token_hash = impersonal(models.BinaryField(null=True))  # SHA-256; none until a mail carries the token
    mail = impersonal(Ref(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"))
    created_at = impersonal(models.DateTimeField())
    sent_at = impersonal(models.DateTimeField())
    expires_at = impersonal(models.DateTimeField())

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "email"], name="people_invitation_email"),
            models.UniqueConstraint(fields=["account", "token_hash"], name="people_invitation_token"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= now()


class SignUp(models.Model):
    """A company that asked for an account and has not proven its address yet. It keeps the slug for it meanwhile."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.TextField(unique=True)
    company = models.TextField()
    name = models.TextField()
    email = models.EmailField(max_length=254)
    language = models.TextField(blank=True, default="")
    region = models.TextField(blank=True, default="")  # empty: the only one
    terms_version = models.TextField(blank=True, default="")
    terms_accepted_at = models.DateTimeField(null=True)
    token_hash = models.BinaryField(unique=True)  # SHA-256
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class Passage(models.Model):
    """Somebody on the way from one host to another, where they are signed in once: sessions stay on their host."""

    token_hash = models.BinaryField(primary_key=True)  # SHA-256
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"to {self.account_id}"


class MailedLink(models.Model):
    """A link in a mail that proves who reads it: to choose a new password, to confirm a new address, to see where a
    suspended or terminated account stands. Works once.
    """

    class Purpose(models.TextChoices):
        PASSWORD = "password"  # noqa: S105
        ADDRESS = "address"
        OPERATOR = "operator"  # to choose the password for the back office
        OWNER = "owner"  # to the page about an account that is suspended or terminated

    token_hash = models.BinaryField(primary_key=True)  # SHA-256
    purpose = models.TextField(choices=Purpose.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")  # whose host it names
    address = models.EmailField(max_length=254, blank=True, default="")  # the one to be confirmed
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"


class KnownBrowser(models.Model):
    """A browser in which somebody has signed in: a sign-in in another one is told to them.

    The mark is a keyed hash of the browser's cookie and the person: neither the cookie nor who else uses that browser
    can be read from it, and there is no address.
    """

    mark = models.BinaryField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)  # the last sign-in there

    def __str__(self) -> str:
        return f"of {self.user_id}"


class Throttle(models.Model):
    """How often something was tried in a while. The key is a keyed hash: neither address nor IP can be read from it."""

    key = models.BinaryField(primary_key=True)
    tries = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} until {self.ends_at}"


class SecurityPolicy(AccountOwned):
    """How one gets into the account's console. An account without a row has the defaults."""

    second_factor = impersonal(models.TextField(choices=Requires.choices, default=Requires.NOBODY))
    networks = impersonal(ArrayField(models.TextField(), default=list, blank=True))  # CIDR; none: from anywhere
    idle_minutes = impersonal(models.IntegerField(default=12 * 60))
    lifetime_hours = impersonal(models.IntegerField(default=14 * 24))
    changed_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["account"], name="people_securitypolicy_account")]

    def __str__(self) -> str:
        return str(self.account_id)


class Operator(models.Model):
    """Somebody of the company that runs this installation. It opens the back office and no account."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user_id)


class OperatorAct(models.Model):
    """What an operator read across accounts, or did to one. The table only grows; ids outlive what they name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    operator_id = models.UUIDField(null=True)  # of the identity; none for the command line
    act = models.TextField()  # "accounts.read", "account.suspended", ...
    account_id = models.UUIDField(null=True)
    about = models.TextField(blank=True, default="")  # codes, slugs and counts of ours, never content

    class Meta:
        indexes: ClassVar = [models.Index(fields=["operator_id", "act", "-at"], name="people_operatoract_last")]

    def __str__(self) -> str:
        return f"{self.act} by {self.operator_id}"
