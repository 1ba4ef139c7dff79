"""The directory of accounts, and what every table of an account is made of."""

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.lib.ids import new_id
from steward.privacy.inventory import impersonal
from steward.tenancy import bulk
from steward.tenancy.scope import account_in_scope, current_account_id

M = TypeVar("M", bound=models.Model)


class Region(models.Model):
    """A legal area whose data stays inside it."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)  # ISO 3166-1 alpha-2

    def __str__(self) -> str:
        return self.code


class DataCentre(models.Model):
    """A place where an account's data lies."""

    code = models.TextField(primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2; ZZ: not said
    host = models.TextField(blank=True, default="")  # who runs it: the key of a subprocessor of the registry

    def __str__(self) -> str:
        return self.code


class Account(models.Model):
    """One tenant. The directory holds nothing personal."""

    class State(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        TERMINATED = "terminated"
        DELETED = "deleted"  # no data any more; backups from before hold some until they expire
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.TextField(unique=True)
    name = models.TextField()
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    state_since = models.DateTimeField()
    refuses_mail = models.BooleanField(default=False)  # while it is suspended, from the first day
    mail_held_until = models.DateTimeField(null=True)  # while it is suspended: until when mail is taken, and waits
    departing_since = models.DateTimeField(null=True)  # its data are being deleted, or are: there is no way back
    data_centre = models.ForeignKey(DataCentre, on_delete=models.PROTECT)
    language = models.TextField(default="en")  # BCP 47
    time_zone = models.TextField(default="UTC")  # IANA name
    terms_version = models.TextField(blank=True, default="")  # that was accepted at sign-up; empty without one
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


# Sealed, or empty: nothing of the installation looks after what is in them, but for the steps of their life.
SHUT_FOR_GOOD = frozenset({Account.State.TERMINATED, Account.State.DELETED, Account.State.GONE})


class Usage(models.Model):
    """How much there is in an account, as it was counted last: numbers for who runs the installation."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="usage")
    agents = models.IntegerField()
    tickets = models.IntegerField()
    stored = models.BigIntegerField()  # bytes of files, before encryption
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)


class TakenSlug(models.Model):
    """Every slug that was ever given out; rows outlive their account, so that no slug is used twice."""

    slug = models.TextField(primary_key=True)
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class Domain(models.Model):
    """A host name that belongs to an account: for its pages, for its mail, or for both."""

    host = models.TextField(primary_key=True)  # lower case, IDNA form
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="domains")
    serves_console = models.BooleanField(default=False)
    receives_mail = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.host


class Ref(models.ForeignKey[Any, Any]):
    """A reference inside one account.

    The database constraint is composite and made by `SecureTable`: a plain foreign key is checked past row-level
    security and would accept a row of another account. No index of its own: every index starts with the account.
    """

    def __init__(self, to: str | type[models.Model], on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        options.setdefault("db_index", False)
        super().__init__(to, on_delete, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, list(args), options


class AccountQuerySet(models.QuerySet[M]):
    """Rows of the account in scope."""

    def bulk_create(self, objs: Any, *args: Any, **options: Any) -> list[M]:
        account_id = current_account_id()
        rows = list(objs)
        for row in rows:
            row.account_id = account_id
        if not rows or (not args and set(options) <= {"ignore_conflicts"} and bulk.insert(rows, **options)):
            return rows
        return super().bulk_create(rows, *args, **options)


class AccountManager(models.Manager[M]):
    """The manager of every account-owned model: raises `NoAccount` outside a scope."""

    queryset_class: ClassVar[type[models.QuerySet[Any]]] = AccountQuerySet
    _kept: tuple[tuple[UUID, str | None], models.QuerySet[Any]] | None = None

    def get_queryset(self) -> models.QuerySet[M]:
        """All rows of the account. A page asks twenty times for the same one: to copy is a third of filtering anew."""
        asked, kept = (current_account_id(), self._db), self._kept
        if kept is None or kept[0] != asked:
            kept = self._kept = asked, self.queryset_class(self.model, using=self._db).filter(account_id=asked[0])
        return kept[1].all()


class AccountOwned(models.Model):
    """A row that belongs to one account. Its migration needs `SecureTable`."""

    id = impersonal(models.UUIDField(primary_key=True, default=new_id, editable=False))
    account = impersonal(
        models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    )

    objects = AccountManager[Self]()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding and not self.account_id:
            self.account_id = current_account_id()
        super().save(*args, **options)


class RegionMoveOrder(AccountOwned):
    """The account's signed order to move its data to another region.

    Without one that stands, a trigger keeps the account in a data centre of its region. What was ordered never changes.
    """

    class State(models.TextChoices):
        ORDERED = "ordered"
        WITHDRAWN = "withdrawn"
        DONE = "done"

    from_region = impersonal(models.TextField())  # codes
    to_region = impersonal(models.TextField())
    ordered_by = impersonal(models.UUIDField())  # the bare id of an owner: people are above this package
    factor = impersonal(models.TextField())  # the second factor that was shown for it
    document = impersonal(models.TextField())  # the words that were agreed to
    sha256 = impersonal(models.CharField(max_length=64))  # of the document
    ordered_at = impersonal(models.DateTimeField())
    state = impersonal(models.TextField(choices=State.choices, default=State.ORDERED))
    ended_at = impersonal(models.DateTimeField(null=True))

    class Meta(AccountOwned.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="ordered"), name="tenancy_one_move_ordered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_region} to {self.to_region} {self.state}"


def account_owned_models() -> list[type[AccountOwned]]:
    """Every model whose rows belong to an account."""
    from django.apps import apps  # noqa: PLC0415  the registry is complete only once all models are loaded

    return [model for model in apps.get_models() if issubclass(model, AccountOwned)]


__all__ = [
    "Account",
    "AccountManager",
    "AccountOwned",
    "AccountQuerySet",
    "DataCentre",
    "Domain",
    "Ref",
    "Region",
    "RegionMoveOrder",
    "TakenSlug",
    "Usage",
    "account_in_scope",
    "account_owned_models",
]
