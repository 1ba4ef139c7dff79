"""A model field for stored secrets, such as the passwords of mail servers.

password = impersonal(SecretField())
mailbox.password = "typed"          # encrypted by save(), bound to table, column and row
mailbox.password.reveal()           # the only way to the clear text
"""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from steward.privacy.keys.cipher import decrypt_text, encrypt_text
from steward.tenancy.scope import current_account_id


class Secret:
    """A secret of one row. It never shows itself: not in logs, tracebacks, templates or a debugger's list."""

    __slots__ = ("_account_id", "_clear", "_context", "_sealed")

    def __init__(
        self, clear: str | None = None, *, sealed: bytes = b"", account_id: UUID | None = None, context: str = ""
    ) -> None:
        self._clear = clear
        self._sealed = sealed
        self._account_id = account_id
        self._context = context

    def reveal(self) -> str:
        """The clear text; raises `KeyMissing` or `Tampered`."""
        if self._clear is not None:
            return self._clear
        if not self._sealed:
            return ""
        return decrypt_text(self._account_id or current_account_id(), self._sealed, context=self._context)

    def seal(self, account_id: UUID, context: str) -> bytes:
        """The encrypted form for one place; empty when there is no secret."""
        if self._clear is None:
            return self._sealed
        return encrypt_text(account_id, self._clear, context=context) if self._clear else b""

    def __bool__(self) -> bool:
        return bool(self._clear) if self._clear is not None else bool(self._sealed)

    def __repr__(self) -> str:
        return "<secret>" if self else "<no secret>"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled: load its row again")


class _SecretAttribute(DeferredAttribute):
    """Wraps what is assigned, so that no attribute of a row ever holds the clear text as a plain string."""

    field: "SecretField"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, owner)
        if isinstance(value, bytes):
            return Secret(sealed=value, account_id=instance.account_id, context=self.field.context_of(instance))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = Secret(value) if isinstance(value, str) else value


class SecretField(models.BinaryField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Text encrypted under the key of the account in scope, with `table.column:row id` as its context."""

    descriptor_class = _SecretAttribute

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", b"")
        options.setdefault("blank", True)
        options["editable"] = False  # a form never gets it back
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, path, args, options

    def context_of(self, instance: models.Model) -> str:
        """Where the secret of this row is stored."""
        return f"{instance._meta.db_table}.{self.column}:{instance.pk}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes:
        """The encrypted form; the attribute of the row wraps it."""
        return bytes(value or b"")

    def pre_save(self, model_instance: Any, add: bool) -> bytes:
        """Encrypt what was assigned. From here on the row holds the encrypted form only."""
        secret = getattr(model_instance, self.attname)
        sealed = secret.seal(current_account_id(), self.context_of(model_instance)) if secret else b""
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_prep_value(self, value: Any) -> Any:
        """Only what is encrypted reaches the database: `update()` and lookups do not know the row."""
        if isinstance(value, Secret | str):
            raise TypeError(f"{self.name} is a secret: assign it to a row and save() that")
        return super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Dumps hold no secrets, encrypted or not."""
        return ""


__all__ = ["Secret", "SecretField"]
