"""Writing the next version of the registry: opened, changed, approved by a second person, or thrown away."""

import re
from datetime import datetime
from uuid import UUID

from django.db import transaction

from steward.lib.clock import now
from steward.people.operators import count_operators, note
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.registry.document import Provider, Registry, Words, canonical, parse_registry
from steward.privacy.egress.registry.faults import Found, faults_of
from steward.privacy.egress.registry.versions import published
from steward.privacy.subprocessors.actions.papers import hold_papers
from steward.privacy.subprocessors.models import RegistryDraft
from steward.privacy.subprocessors.prose import BadProse, default_blocks, filled

SHORT_NAME = r"(?!new$)[a-z0-9]+(-[a-z0-9]+)*"  # of a part: what the addresses of the back office can name


class DraftChanged(RuntimeError):
    """Somebody else changed the draft meanwhile."""


class NeedsSecondPerson(PermissionError):
    """Who wrote the draft cannot approve it while there is another operator."""


class Unreadable(ValueError):
    """No page could show the document: a key that is no short name, or a text that names a value nobody knows."""


class NotPublishable(ValueError):
    """The document has faults; `found` says which."""

    def __init__(self, found: list[Found]) -> None:
        super().__init__(f"{len(found)} faults")
        self.found = found


def open_draft(*, operator_id: UUID | None) -> RegistryDraft:
    """The draft that is open, or a new one that says what the newest version says."""
    versions = published().versions
    document = canonical(versions[-1].registry if versions else _nothing_yet())
    at = now()
    draft, is_new = RegistryDraft.objects.get_or_create(
        is_open=True,
        defaults={"based_on": len(versions), "document": document, "opened_at": at, "changed_at": at},
    )
    if is_new:
        note(operator_id, "registry.draft_opened", about=str(draft.based_on + 1))
    return draft


def change_draft(
    draft: RegistryDraft, registry: Registry, *, operator_id: UUID | None, edition: int | None = None
) -> RegistryDraft:
    """Write the document anew; an approval is over with that. `edition` is the one that was read.

    Raises `DraftChanged` when there is a newer edition than that, `Unreadable`, or `PaperMissing`.
    """
    check_readable(registry)
    with transaction.atomic():
        hold_papers(registry)
        locked = RegistryDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if edition is not None and edition != locked.edition:
            raise DraftChanged
        locked.document = canonical(registry)
        _edited(locked, operator_id)
        locked.save()
    return locked


def describe_draft(
    draft: RegistryDraft, *, summary: Words, effective_at: datetime | None, operator_id: UUID | None
) -> RegistryDraft:
    """Say in words what changes, and from when at the earliest; an approval is over with that."""
    with transaction.atomic():
        locked = RegistryDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        locked.summary, locked.effective_at = summary, effective_at
        _edited(locked, operator_id)
        locked.save()
    return locked


def approve_draft(draft: RegistryDraft, *, operator_id: UUID | None, alone_because: str = "") -> RegistryDraft:
    """Say that the draft may be published. Raises `NeedsSecondPerson`, `NotPublishable` or `DraftChanged`.

    Where there is one operator only, or who runs the installation runs it for themselves, one person is enough. None
    for `operator_id` is whoever has the machine: that may be the person who wrote it.
    """
    with transaction.atomic():
        locked = RegistryDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if locked.edition != draft.edition:
            raise DraftChanged
        if found := faults_of(parse_registry(locked.document)):
            raise NotPublishable(found)
        is_somebody_else = operator_id is not None and operator_id not in locked.edited_by
        if not is_somebody_else and is_hosting() and count_operators() > 1:
            raise NeedsSecondPerson
        locked.approved_by, locked.approved_at, locked.alone_because = operator_id, now(), alone_because
        locked.save()
        note(operator_id, "registry.draft_approved", about=str(locked.based_on + 1))
    return locked


def discard_draft(draft: RegistryDraft, *, operator_id: UUID | None) -> None:
    """Throw the draft away; the newest version stays what it is."""
    with transaction.atomic():
        if RegistryDraft.objects.filter(pk=draft.pk).delete()[0]:
            note(operator_id, "registry.draft_discarded", about=str(draft.based_on + 1))


def check_readable(registry: Registry) -> None:
    """Raises `Unreadable` for what would make a page fail instead of showing a fault."""
    companies = registry.subprocessors
    keys = [*(one.key for one in companies), *(each.key for one in companies for each in one.engagements)]
    keys += [*(one.code for one in registry.regions), *(one.key for one in registry.prose)]
    if wrong := [key for key in keys if not re.fullmatch(SHORT_NAME, key)]:
        raise Unreadable(f"no short name of small letters, digits and hyphens: {', '.join(map(repr, wrong))}")
    for block in registry.prose:
        try:
            filled(block, registry.provider)
        except BadProse as error:
            raise Unreadable(f"{block.key}: {error}") from error


def _edited(draft: RegistryDraft, operator_id: UUID | None) -> None:
    draft.edition += 1
    draft.changed_at = now()
    draft.approved_by, draft.approved_at, draft.alone_because = None, None, ""
    if operator_id is not None and operator_id not in draft.edited_by:
        draft.edited_by = [*draft.edited_by, operator_id]


def _nothing_yet() -> Registry:
    return Registry(
        provider=Provider(legal_name="", service="Steward"), regions=(), subprocessors=(), prose=default_blocks()
    )
