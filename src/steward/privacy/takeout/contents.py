"""What is in a copy of everything: every table of the account but those named here, every field but those named here.

A table that comes is in it by itself. Bytes and secrets are not: a contract asks of each what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from steward.privacy.keys.fields import SecretField
from steward.tenancy.models import AccountOwned, account_owned_models

# Tables of the account that are left out, and why: in English, as it stands in the archive.
LEFT_OUT: Mapping[str, str] = {
    "live.Presence": "who looks at which ticket in this moment",
    "takeout.AccountCopy": "about the copies themselves",
    "tickets.SearchEntry": "made of the tickets, and made anew from them",
}
# Tables without a wall that have rows about the account, and what of them is given. All others are of the installation:
# identities with their passwords, factors and sessions, queues, registries.
SHARED: Mapping[str, tuple[str, ...]] = {
    "tenancy.Account": (),  # all of it
    "tenancy.Domain": (),
    "lifecycle.Standing": (),
    "people.User": ("id", "email"),
}
NEVER_GIVEN = "a secret: it is never given to anybody"
_LETS_IN = "stands for a token: whoever holds that gets in by it"
# Fields that are left out, beside those that hold a secret.
LEFT_FIELDS: Mapping[str, str] = {
    "exports.Export.link_hash": _LETS_IN,
    "files.File.storage_key": "where the bytes lie on this installation; they are in the archive",
    "people.Invitation.token_hash": _LETS_IN,
}
# Bytes that are given as hexadecimal digits: hashes and chains.
HEX = frozenset({
    "audit.Verification.chain", "email.AutomaticAnswer.correspondent", "email.RawMail.body_digest",
    "events.Event.salt", "events.Event.digest", "events.Event.chain", "events.EventClock.chain",
    "events.EventClock.first_chain", "events.Read.chain", "events.ReadClock.chain", "events.ReadClock.first_chain",
    "files.File.sha256",
})  # fmt: skip
# Bytes under the account's key that are given as a file of their own, decrypted.
MAILS: Mapping[str, str] = {"email.RawMail.content": "mails/received", "outbox.OutgoingMail.content": "mails/sent"}
# Files that are left out, by what refers to them: archives of persons are made of what is given already.
LEFT_FILES: Mapping[str, str] = {
    "exports.Export.file": "the archive of one person, made of what is in this copy",
    "takeout.AccountCopy.file": "an earlier copy of everything",
}
_UNDESCRIBED = "bytes that nobody has described"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the archive. `left` are the fields that are not given, with the reason."""

    model: type[models.Model]
    fields: tuple["models.Field[object, object]", ...]
    left: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.model._meta.label

    @property
    def path(self) -> str:
        """Its name in the archive."""
        return f"tables/{self.name}.jsonl"


def all_tables() -> list[Table]:
    """Everything that is given. What others refer to comes before them, where that can be."""
    shared = [apps.get_model(label) for label in SHARED]
    owned = [model for model in account_owned_models() if model._meta.label not in LEFT_OUT]
    return [_table(model) for model in _sorted([*shared, *sorted(owned, key=lambda one: one._meta.label)])]


def reason_to_leave(field: "models.Field[object, object]") -> str:
    """Why a field is not in the table; empty for one that is."""
    label = f"{field.model._meta.label}.{field.name}"
    if isinstance(field, SecretField):
        return NEVER_GIVEN
    if label in MAILS:
        return f"given as files under {MAILS[label]}"
    if label in LEFT_FIELDS:
        return LEFT_FIELDS[label]
    return _UNDESCRIBED if isinstance(field, models.BinaryField) and label not in HEX else ""


def is_undescribed(field: "models.Field[object, object]") -> bool:
    """Whether nobody has said what these bytes are."""
    return reason_to_leave(field) == _UNDESCRIBED


def _table(model: type[models.Model]) -> Table:
    wanted = SHARED.get(model._meta.label, ())
    fields = [field for field in model._meta.local_concrete_fields if not wanted or field.name in wanted]
    others = {one.name for one in model._meta.local_concrete_fields} - {one.name for one in fields}
    left = {field.name: why for field in fields if (why := reason_to_leave(field))}
    given = tuple(field for field in fields if field.name not in left)
    return Table(model, given, left | dict.fromkeys(sorted(others), "of the person’s identity, not of the account"))


def _sorted(wanted: list[type[models.Model]]) -> list[type[models.Model]]:
    """What is referred to first; rings stay as they come."""
    placed: dict[type[models.Model], None] = {}
    begun: set[type[models.Model]] = set()

    def place(model: type[models.Model]) -> None:
        if model in begun or model not in wanted:
            return
        begun.add(model)
        for field in model._meta.local_concrete_fields:
            if field.is_relation and isinstance(field.related_model, type):
                place(field.related_model)
        placed[model] = None

    for model in wanted:
        place(model)
    return list(placed)


def is_owned(table: Table) -> bool:
    """Whether its rows are behind the account's wall."""
    return issubclass(table.model, AccountOwned)
