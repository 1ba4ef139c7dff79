"""Copies as pages show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from steward.files.actions import read_file
from steward.files.models import File
from steward.people.queries import member_names
from steward.privacy.takeout.models import AccountCopy
from steward.ui.ages import file_size

State = AccountCopy.State
STATES: Mapping[str, Any] = {
    State.WAITING: pgettext_lazy("state of an export", "Waiting"),
    State.RUNNING: pgettext_lazy("state of an export", "Being made"),
    State.READY: pgettext_lazy("state of an export", "Ready"),
    State.EXPIRED: pgettext_lazy("state of an export", "Deleted"),
    State.HANDED_OUT: pgettext_lazy("state of an export", "Written to a file"),
    State.FAILED: pgettext_lazy("state of an export", "Failed"),
}
_TONES: Mapping[str, str] = {State.READY: "ok", State.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One copy in words."""

    copy: AccountCopy
    is_there: bool
    asked_by: str

    @property
    def state(self) -> str:
        """What it is by the clock, whether the archive is deleted already or not."""
        is_past = self.copy.state == State.READY and not self.is_there
        return State.EXPIRED.value if is_past else self.copy.state

    @property
    def state_words(self) -> str:
        if self.copy.withdrawn_at:
            return pgettext("state of an export", "Withdrawn")
        if self.copy.state == State.RUNNING and self.copy.is_checking:
            return pgettext("state of an export", "Being checked")
        return str(STATES[self.state])

    @property
    def tone(self) -> str:
        return _TONES.get(self.state, "")

    @property
    def size_words(self) -> str:
        return file_size(self.copy.size)


def shown(copies: Iterable[AccountCopy]) -> list[Shown]:
    """Copies of the account in scope, each with who ordered it."""
    names = member_names()
    return [Shown(one, one.is_there(), _asked_by(one, names)) for one in copies]


def archive_response(slug: str, copy: AccountCopy, file: File) -> StreamingHttpResponse:
    """The archive as a download."""
    response = StreamingHttpResponse(read_file(file), content_type="application/zip")
    response["Content-Length"] = file.size
    response["Content-Disposition"] = f'attachment; filename="{archive_name(slug, copy)}"'
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def archive_name(slug: str, copy: AccountCopy) -> str:
    """What the file is called when it is saved."""
    return f"{slug}-everything-{copy.asked_at:%Y-%m-%d}-{copy.pk.hex[-6:]}.zip"


def _asked_by(copy: AccountCopy, names: Mapping[UUID, str]) -> str:
    return names.get(copy.asked_by_id, _("a former agent")) if copy.asked_by_id else _("Command line")
