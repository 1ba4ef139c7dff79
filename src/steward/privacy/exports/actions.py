"""What can be done: ask for an export, see its passphrase once, download it, delete it."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from steward.contacts.models import Contact
from steward.events.actions import record
from steward.files.models import File
from steward.files.streams import discard
from steward.jobs import enqueue
from steward.lib.actor import SYSTEM, Actor, ActorKind
from steward.lib.clock import now
from steward.people.tokens import hashed_token, new_token
from steward.privacy.exports.models import DAYS, MOST_DAYS, Export
from steward.privacy.exports.packing import new_passphrase
from steward.privacy.requests.models import PrivacyRequest
from steward.privacy.requests.persons import Person
from steward.tenancy.models import Account
from steward.tenancy.scope import current_account_id

State = Export.State


_GONE: dict[str, Any] = {"state": State.EXPIRED, "file": None, "passphrase": b"", "link_hash": None}


class NotThere(LookupError):
    """The archive is not made yet, or has expired, or its passphrase was shown before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an export is to be. `with_notes` is of an access export alone; `language` empty: the person's own."""

    kind: Export.Kind
    with_notes: bool = True
    days: int = DAYS
    language: str = ""


def start_export(
    person: Person, *, kind: str, actor: Actor, request: PrivacyRequest | None = None, wanted: Wanted | None = None
) -> Export:
    """Have everything that is held about somebody put together, in the background. `kind` is one of `Export.Kind`.

    Neither a restriction nor a legal hold stands in the way. Raises `ValueError` for days that are out of bounds.
    """
    from steward.privacy.exports.tasks import make  # noqa: PLC0415  tasks call this package

    how = replace(wanted, kind=Export.Kind(kind)) if wanted else Wanted(Export.Kind(kind))
    with transaction.atomic():
        export = note_export(person, how, actor=actor, request=request)
        enqueue(make, export=str(export.pk))
    return export


def note_export(person: Person, how: Wanted, *, actor: Actor, request: PrivacyRequest | None = None) -> Export:
    """Write down what is to be exported, for who makes it at once (`building.run_export`). Raises `ValueError`."""
    if not 1 <= how.days <= MOST_DAYS:
        raise ValueError(f"an export is kept for 1 to {MOST_DAYS} days")
    with transaction.atomic():
        export = Export(
            kind=how.kind,
            contact_id=person.contacts[0],
            request=request,
            language=how.language or language_of(person.contacts[0]),
            with_notes=how.with_notes and how.kind == Export.Kind.ACCESS,
            days=how.days,
            asked_by_kind=actor.kind.value,
            asked_by_id=actor.id,
            asked_at=now(),
        )
        export.passphrase = new_passphrase()  # sealed when it is saved
        export.save()
        record("export.asked", export, actor=actor, changes={"kind": export.kind, "contact": str(export.contact_id)})
    return export


def reveal_passphrase(export: Export, *, actor: Actor) -> str:
    """The passphrase, this once: from now on nobody has it but who reads it here. Raises `NotThere`."""
    with transaction.atomic():
        row = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
        if not row.is_there() or not row.passphrase:
            raise NotThere("this passphrase was shown before")
        words = str(row.passphrase.reveal())
        Export.objects.filter(pk=row.pk).update(passphrase=b"", passphrase_shown_at=now())
        record("export.passphrase_shown", row, actor=actor)
    export.refresh_from_db()
    return words


def offer_link(export: Export, *, actor: Actor) -> str:
    """The token of a link by which the person downloads it, this once; an earlier one ends. Raises `NotThere`.

    It ends with the archive. The passphrase is not in it, and goes another way.
    """
    token = new_token()
    with transaction.atomic():
        row = Export.objects.select_for_update(no_key=True).get(pk=export.pk)
        if not row.is_there():
            raise NotThere("this export has expired")
        there = Export.objects.filter(pk=row.pk)
        there.update(link_hash=hashed_token(token), link_made_at=now(), link_downloads=0)
        record("export.link_offered", row, actor=actor)
    export.refresh_from_db()
    return token


def withdraw_link(export: Export, *, actor: Actor) -> bool:
    """End the link of the person. Returns whether there was one."""
    with transaction.atomic():
        offered = Export.objects.filter(pk=export.pk, link_hash__isnull=False)
        is_there = bool(offered.update(link_hash=None))
        if is_there:
            record("export.link_withdrawn", export, actor=actor)
    export.refresh_from_db()
    return is_there


def note_download(export: Export, *, actor: Actor) -> File:
    """Count a download, and give the file. Raises `NotThere`."""
    with transaction.atomic():
        row = Export.objects.select_for_update(no_key=True, of=("self",)).select_related("file").get(pk=export.pk)
        if not row.is_there() or row.file is None:
            raise NotThere("this export has expired")
        by_link = {"link_downloads": F("link_downloads") + 1} if actor.kind is ActorKind.CONTACT else {}
        Export.objects.filter(pk=row.pk).update(downloads=F("downloads") + 1, last_download_at=now(), **by_link)
        record("export.downloaded", row, actor=actor)
    file: File = row.file
    return file


def delete_export(export: Export, *, actor: Actor = SYSTEM) -> bool:
    """Delete the archive, or stop making it. That there was an export stays. Returns whether there was anything."""
    with transaction.atomic():
        row = (
            Export.objects.select_for_update(no_key=True, of=("self",))
            .select_related("file")
            .filter(pk=export.pk)
            .first()
        )
        if row is None or row.state == State.EXPIRED:
            return False
        Export.objects.filter(pk=row.pk).update(**_GONE, finished_at=now())
        if row.file is not None:
            File.objects.filter(pk=row.file.pk).delete()
            transaction.on_commit(partial(discard, row.file.storage_key))
        record("export.expired", row, actor=actor)
    export.refresh_from_db()
    return True


def fail_export(export_id: UUID) -> None:
    """Note that it will not be made: it was tried too often. One that is made in this moment stays."""
    with transaction.atomic():
        open_ones = Export.objects.filter(pk=export_id, state__in=[State.WAITING, State.RUNNING])
        export = open_ones.select_for_update(no_key=True).first()
        if export is not None:
            Export.objects.filter(pk=export.pk).update(state=State.FAILED, passphrase=b"", finished_at=now())
            record("export.failed", export, actor=SYSTEM)


def language_of(contact: UUID) -> str:
    """The language in which somebody is told: their own if we speak it, else the account's."""
    spoken = dict(settings.LANGUAGES)
    own = Contact.objects.values_list("language", flat=True).get(pk=contact)
    account = Account.objects.values_list("language", flat=True).get(pk=current_account_id())
    return next((code for each in (own, account) if (code := each.partition("-")[0].lower()) in spoken), "en")
