"""Publishing a version of the registry: from then on it is what the page says and the gate goes by."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from steward.jobs import enqueue_for_installation
from steward.lib.clock import now
from steward.people.operators import note
from steward.privacy.egress.configuration import is_hosting
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Registry, canonical, digest, parse_registry
from steward.privacy.egress.registry.faults import faults_of
from steward.privacy.egress.registry.standing import LEAST_NOTICE_DAYS
from steward.privacy.egress.registry.versions import newest_head
from steward.privacy.subprocessors.actions.drafting import DraftChanged, NotPublishable, check_readable
from steward.privacy.subprocessors.actions.papers import hold_papers
from steward.privacy.subprocessors.models import RegistryDraft
from steward.privacy.subprocessors.notice_tasks import announce
from steward.privacy.subprocessors.tasks import tell_subscribers

_ONE_PUBLISHER = 7281  # of an advisory lock


class NotApproved(PermissionError):
    """Nobody has approved the draft as it is."""


class NotEmpty(ValueError):
    """The registry has versions already: what is imported comes before the first."""


class NotThePast(ValueError):
    """Lists of the past come oldest first, each of a day of its own, and none of a day to come."""


def publish_draft(draft: RegistryDraft, *, operator_id: UUID | None) -> RegistryVersion:
    """Announce what the draft says. Raises `NotApproved`, `NotPublishable`, or `DraftChanged`.

    The first version stands at once: there was nothing before that anybody agreed to.
    """
    with transaction.atomic():
        number = _next_number()
        locked = RegistryDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if not locked.is_approved:
            raise NotApproved
        if locked.based_on != number - 1:
            raise DraftChanged
        version = _published(parse_registry(locked.document), number, locked)
        locked.delete()
        note(operator_id, "registry.published", about=str(number))
        enqueue_for_installation(tell_subscribers, version=number)
        if is_hosting():
            enqueue_for_installation(announce, version=number)
    return version


def import_versions(registries: tuple[Registry, ...], *, operator_id: UUID | None = None) -> list[RegistryVersion]:
    """Publish lists of the past, oldest first, each as of the date it states.

    Raises `NotPublishable`, `Unreadable`, `PaperMissing`, `NotEmpty` or `NotThePast`.
    """
    dated = [(registry, registry.stated_on) for registry in registries if registry.stated_on is not None]
    days = [day for _, day in dated]
    if len(dated) < len(registries) or days != sorted(set(days)) or any(day > now().date() for day in days):
        raise NotThePast
    with transaction.atomic():
        if _next_number() != 1:
            raise NotEmpty
        made = [_imported(registry, number, day) for number, (registry, day) in enumerate(dated, 1)]
        note(operator_id, "registry.imported", about=str(len(made)))
    return made


def hold_publishing() -> int:
    """Let nobody publish until the transaction ends; returns the number of the newest version.

    So whoever opens an account accepts the list that is the newest, or is there when the next one is announced.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ONE_PUBLISHER])
    return newest_head().number


def _published(registry: Registry, number: int, draft: RegistryDraft) -> RegistryVersion:
    at, is_first = now(), number == 1
    earliest = at + timedelta(days=LEAST_NOTICE_DAYS)
    return _stored(
        registry,
        number=number,
        summary=draft.summary,
        published_at=at,
        effective_at=at if is_first else max(earliest, draft.effective_at or earliest),
        binds_notice=not is_first,
        drafted_by=draft.edited_by[0] if draft.edited_by else None,
        approved_by=draft.approved_by,
        alone_because=draft.alone_because,
    )


def _imported(registry: Registry, number: int, day: date) -> RegistryVersion:
    at = datetime.combine(day, time(), tzinfo=UTC)
    return _stored(registry, number=number, published_at=at, effective_at=at, binds_notice=False, imported_at=now())


def _stored(registry: Registry, **columns: Any) -> RegistryVersion:
    check_readable(registry)
    if found := faults_of(registry):
        raise NotPublishable(found)
    hold_papers(registry)
    document = canonical(registry)
    return RegistryVersion.objects.create(document=document, sha256=digest(document), **columns)


def _next_number() -> int:
    """The number the next version gets; until the transaction ends nobody else gets one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_PUBLISHER])
    return newest_head().number + 1
