"""Exports as pages show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.contacts.models import ContactAddress
from steward.files.actions import read_file
from steward.files.models import File
from steward.people.queries import member_names
from steward.privacy.exports.models import Export
from steward.ui.ages import file_size

State = Export.State
STATES: Mapping[str, Any] = {
    State.WAITING: pgettext_lazy("state of an export", "Waiting"),
    State.RUNNING: pgettext_lazy("state of an export", "Being made"),
    State.READY: pgettext_lazy("state of an export", "Ready"),
    State.EXPIRED: pgettext_lazy("state of an export", "Deleted"),
    State.FAILED: pgettext_lazy("state of an export", "Failed"),
}
KINDS: Mapping[str, Any] = {
    Export.Kind.ACCESS: pgettext_lazy("kind of export", "Everything that is held"),
    Export.Kind.PORTABILITY: pgettext_lazy("kind of export", "What the person gave"),
}
_TONES: Mapping[str, str] = {State.READY: "ok", State.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One export in words."""

    export: Export
    is_there: bool
    person: str
    addresses: tuple[str, ...]
    asked_by: str

    @property
    def state(self) -> str:
        """What it is by the clock, whether the archive is deleted already or not."""
        is_past = self.export.state == State.READY and not self.is_there
        return State.EXPIRED.value if is_past else self.export.state

    @property
    def state_words(self) -> str:
        if self.export.withdrawn_at:
            return pgettext("state of an export", "Withdrawn")
        return str(STATES[self.state])

    @property
    def kind_words(self) -> str:
        return str(KINDS[self.export.kind])

    @property
    def tone(self) -> str:
        return _TONES.get(self.state, "")

    @property
    def size_words(self) -> str:
        return file_size(self.export.size)

    @property
    def percent(self) -> int:
        return min(99, 100 * self.export.done // self.export.steps) if self.export.steps else 0


def shown_all(exports: Iterable[Export]) -> list[Shown]:
    """Exports, each with who it is about as far as they are known still."""
    rows, names = list(exports), member_names()
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    known = ContactAddress.objects.filter(contact__in={one.contact_id for one in rows if one.contact_id})
    for contact, address in known.order_by("pk").values_list("contact_id", "value"):
        found[contact].append(address)
    return [_shown(one, found[one.contact_id] if one.contact_id else [], names) for one in rows]


def shown(export: Export) -> Shown:
    """One of them."""
    return shown_all([export])[0]


def _shown(export: Export, addresses: list[str], names: Mapping[UUID, str]) -> Shown:
    name = export.contact.name if export.contact else ""
    by = names.get(export.asked_by_id, _("a former agent")) if export.asked_by_id else _("Command line")
    person = name or next(iter(addresses), "")
    return Shown(export, export.is_there(), person=person, addresses=tuple(addresses), asked_by=by)


def archive_response(slug: str, export: Export, file: File) -> StreamingHttpResponse:
    """The archive as a download. Its name is not the person's: where files lie, others read along."""
    response = StreamingHttpResponse(read_file(file), content_type="application/zip")
    name = f"{slug}-export-{export.asked_at:%Y-%m-%d}-{export.pk.hex[-6:]}.zip"
    response["Content-Length"] = file.size
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
