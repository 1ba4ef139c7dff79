"""The versions of an agreement as a table tells them to either side: each in its own words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext, pgettext

from steward.privacy.agreements.models import Agreement

Side, S = Agreement.Side, Agreement.State
UrlOf = Callable[[Agreement], str]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a version, to download."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Version:
    """One row. `at` is when it ended, `last_day` what has been set, `by` who of the reader's own side ended it."""

    text: str
    form: str
    url: str
    state: str
    at: datetime | None
    last_day: date | None
    by: str
    words: str
    signed_at: datetime | None
    files: tuple[File, ...] = ()
    is_being_made: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a side, the names it knows, and where it finds the page of a version and its files."""

    side: Agreement.Side
    names: Mapping[UUID, str]
    url_of: UrlOf | None = None
    file_url: Callable[[Agreement, str], str] | None = None


def shown_versions(versions: Iterable[Agreement], reader: Reader) -> list[Version]:
    """The rows, in the order given."""
    return [_shown(one, reader) for one in versions]


def _shown(one: Agreement, reader: Reader) -> Version:
    is_theirs = one.origin == Agreement.Origin.THEIRS
    is_ended_by_reader = bool(one.ended_side) and one.ended_side == reader.side
    return Version(
        text=_text(one, reader.side),
        form=one.form_version,
        url=reader.url_of(one) if reader.url_of and is_theirs else "",
        state=_state(one, reader.side),
        at=one.ended_at,
        last_day=one.last_day if one.state == S.IN_FORCE else None,
        by=reader.names.get(one.ended_by, "") if is_ended_by_reader and one.ended_by else "",
        words=one.ended_words,
        signed_at=one.signed_at,
        files=tuple(_files(one, reader)),
        is_being_made=bool(one.content_id) and not one.file_id,
    )


def _text(one: Agreement, side: str) -> str:
    if side == Side.ACCOUNT:
        return str(one.get_origin_display())
    theirs, ours = pgettext("of an agreement", "their own text"), pgettext("of an agreement", "our form")
    return theirs if one.origin == Agreement.Origin.THEIRS else ours


def _state(one: Agreement, side: str) -> str:
    if one.state != S.ENDED or not one.ended_side:
        return str(one.get_state_display())
    if side == Side.ACCOUNT:
        return str(one.get_ended_side_display())
    by_account = pgettext("of an agreement", "ended by the account")
    return by_account if one.ended_side == Side.ACCOUNT else pgettext("of an agreement", "ended by us")


def _files(one: Agreement, reader: Reader) -> Iterable[File]:
    if reader.file_url is None:
        return
    if one.file_id:
        yield File(pgettext("file", "Agreement"), reader.file_url(one, "file"))
    if one.countersigned_id:
        yield File(gettext("With both signatures"), reader.file_url(one, "countersigned"))
    if one.content_id:
        yield File("JSON", reader.file_url(one, "content"))
