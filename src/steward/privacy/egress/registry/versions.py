"""The published versions, read once and kept by this process until there is a newer one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import parse_registry
from steward.privacy.egress.registry.standing import Revision, Version, revisions_of


@dataclass(frozen=True, slots=True)
class Head:
    """Which version is the newest: its number (0 without any) and its hash."""

    number: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """All versions up to `head`, and how the gate looks into them."""

    head: Head = Head()
    versions: tuple[Version, ...] = ()
    revisions: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    engaged_at: Mapping[Destination, tuple[str, ...]] = field(default_factory=dict)

    def as_of(self, moment: datetime) -> Version | None:
        """The version that was the list at that moment; None before the first."""
        return next((version for version in reversed(self.versions) if version.published_at <= moment), None)


_lock = Lock()
_kept = Published()


def published(head: Head | None = None) -> Published:
    """The versions as they are now. `head` is the newest, where the caller has just read it."""
    global _kept
    newest = newest_head() if head is None else head
    with _lock:
        if _kept.head != newest:
            _kept = _compiled(newest)
        return _kept


def is_kept(head: Head) -> bool:
    """Whether the versions up to this one are those that this process keeps: to look into others takes longer."""
    return _kept.head == head


def newest_head() -> Head:
    """The newest version, as it is stored."""
    row = RegistryVersion.objects.order_by("-number").values_list("number", "sha256").first()
    return Head(*row) if row else Head()


def _compiled(head: Head) -> Published:
    versions = tuple(map(_version, RegistryVersion.objects.filter(number__lte=head.number).order_by("number")))
    revisions = revisions_of(versions)
    return Published(head, versions, revisions, _by_destination(revisions))


def _version(row: RegistryVersion) -> Version:
    return Version(
        number=row.number,
        registry=parse_registry(row.document),
        sha256=row.sha256,
        published_at=row.published_at,
        effective_at=row.effective_at,
        binds_notice=row.binds_notice,
    )


def _by_destination(revisions: Mapping[str, tuple[Revision, ...]]) -> dict[Destination, tuple[str, ...]]:
    """The engagements that ever named a host and port, which we or a reader's browser go to."""
    found: dict[Destination, dict[str, None]] = {}
    for key, states in revisions.items():
        for state in states:
            for endpoint in (state.engaged.engagement.endpoints or ()) if state.engaged else ():
                found.setdefault(Destination(endpoint.host, endpoint.port), {})[key] = None
    return {destination: tuple(keys) for destination, keys in found.items()}
