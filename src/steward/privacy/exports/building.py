"""Making an archive. Nothing of it is kept while it is made but under keys; what a process left undone is made anew."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from steward.events.actions import record
from steward.files.models import File
from steward.files.streams import discard, store_stream
from steward.lib.actor import SYSTEM
from steward.lib.clock import now
from steward.privacy.exports import machine_readable, readable
from steward.privacy.exports.explaining import Explained, explained
from steward.privacy.exports.models import Export
from steward.privacy.exports.packing import Member, packed
from steward.privacy.exports.parting import Whole, whole_of
from steward.privacy.exports.spooling import Spool
from steward.privacy.inventory.exporting import Part, Record, Section, all_sections
from steward.tenancy.models import Account
from steward.tenancy.scope import account_scope

State = Export.State
T = TypeVar("T")
_TOLD_EVERY = 1.0  # seconds between two words about how far it is
_PASSES = 2  # through all parts: pages, files


class Gone(RuntimeError):
    """The export was taken back, or the person was erased, while it was made."""


def run_export(account_id: UUID, export_id: UUID) -> Export | None:
    """Make the archive of an export; needs no scope. One that is made, or not wanted any more, stays as it is."""
    with account_scope(account_id):
        # Locked: what is taken back in this moment is not begun.
        export = Export.objects.select_for_update(no_key=True).filter(pk=export_id).first()
        if export is None or not export.is_open or export.contact_id is None:
            return export
        Export.objects.filter(pk=export_id).update(state=State.RUNNING)
        making = _Making.of(export)
    try:
        with making.in_words():
            archive = store_stream(account_id, making.archive(), content_type="application/zip")
    except Gone:
        return None
    with account_scope(account_id):
        return _conclude(export_id, archive)


def _conclude(export_id: UUID, archive: File) -> Export | None:
    with transaction.atomic():
        export = Export.objects.select_for_update(no_key=True).filter(pk=export_id).first()
        if export is None or not export.is_open:  # taken back, or another worker was faster
            transaction.on_commit(partial(discard, archive.storage_key))
            return export
        archive.save(force_insert=True)
        export.state, export.file, export.size = State.READY, archive, archive.size
        export.finished_at = now()
        export.expires_at = export.finished_at + timedelta(days=export.days)
        export.done = export.steps
        export.save(update_fields=["state", "file", "size", "finished_at", "expires_at", "done"])
        record("export.made", export, actor=SYSTEM, changes={"size": export.size, "days": export.days})
    return export


@dataclass
class _Making:
    """One archive while it is made."""

    account: Account
    export: Export
    whole: Whole
    passphrase: str
    made_at: datetime
    sections: list[Section]
    told_at: float = field(default=0.0)

    @classmethod
    def of(cls, export: Export) -> "_Making":
        is_given = export.kind == Export.Kind.PORTABILITY
        assert export.contact_id is not None  # noqa: S101  the caller has looked
        whole = whole_of(export.contact_id, is_given=is_given, with_notes=export.with_notes)
        sections = [one for one in all_sections() if one.is_given or not is_given]
        account = Account.objects.get(pk=export.account_id)
        Export.objects.filter(pk=export.pk).update(done=0, steps=_PASSES * whole.number)
        return cls(account, export, whole, export.passphrase.reveal(), now(), sections)

    def in_words(self) -> ExitStack:
        """Within, everything is in the language of the export and the account's time zone."""
        stack = ExitStack()
        stack.enter_context(translation.override(self.export.language))
        stack.enter_context(timezone.override(ZoneInfo(self.account.time_zone)))
        return stack

    def archive(self) -> Iterator[bytes]:
        return packed(self._members(), self.passphrase)

    def _members(self) -> Iterator[Member]:
        """Pages first: what is read for them is kept for the JSON file, which has it in another order."""
        said = self._in_scope(lambda: explained(self.account.pk, is_given=self.whole.is_given))
        spools = {section.name: Spool(self.account.pk) for section in self.sections}
        yield from self._pages(said, spools)
        size = sum(spool.size for spool in spools.values())
        sections = ((name, spool.read()) for name, spool in spools.items())
        yield Member("data.json", self.made_at, size, machine_readable.written(self._told(said), sections))
        yield from self._files()

    def _pages(self, said: Explained, spools: Mapping[str, Spool]) -> Iterator[Member]:
        head = self._head(said)
        for number, part in enumerate(self.whole.parts(), start=1):
            found = self._in_scope(partial(self._read, part))
            for section, records in found:
                spool = spools[section.name]
                for one in records:
                    spool.write(machine_readable.record_in(one, is_first=not spool.size))
            page = readable.page(head, number, found)
            self._tell(number)
            yield Member(readable.page_name(number), self.made_at, len(page), [page])

    def _read(self, part: Part) -> list[tuple[Section, list[Record]]]:
        return [(section, list(section.records(part))) for section in self.sections]

    def _head(self, said: Explained) -> readable.Head:
        return readable.Head(
            title=_("What is held about you") if not self.whole.is_given else _("What you gave us"),
            account=self.account.name,
            language=self.export.language,
            made_at=self.made_at,
            explained=said,
            is_given=self.whole.is_given,
            with_notes=self.whole.with_notes,
            pages=self.whole.number,
        )

    def _told(self, said: Explained) -> dict[str, object]:
        return {
            "kind": self.export.kind,
            "made_at": self.made_at.isoformat(),
            "language": self.export.language,
            "account": {"name": self.account.name, "slug": self.account.slug},
            "about": said.as_json(),
        }

    def _files(self) -> Iterator[Member]:
        for number, part in enumerate(self.whole.parts(), start=1):
            found = self._in_scope(lambda part=part: [one for each in self.sections for one in each.enclosed(part)])  # type: ignore[misc]
            yield from (Member(one.path, one.at, one.size, one.read()) for one in found)
            self._tell(self.whole.number + number)

    def _in_scope(self, read: Callable[[], T]) -> T:
        """What is read within the account's scope: none is held while the archive is written."""
        with account_scope(self.account.pk):
            return read()

    def _tell(self, done: float) -> None:
        """Say how far it is, now and then. Raises `Gone` when nobody wants it any more."""
        if monotonic() - self.told_at < _TOLD_EVERY:
            return
        self.told_at = monotonic()
        with account_scope(self.account.pk):
            if not Export.objects.filter(pk=self.export.pk, state=State.RUNNING).update(done=int(done)):
                raise Gone(str(self.export.pk))
