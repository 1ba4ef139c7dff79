"""The published versions, read once and kept by this process until there is a newer one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from steward.privacy.egress.addresses import Destination
from steward.privacy.egress.models import RegistryVersion
from steward.privacy.egress.registry.document import Protocol, parse_registry
from steward.privacy.egress.registry.standing import Revision, Version, revisions_of


@dataclass(frozen=True, slots=True)
class Published:
    """All versions up to `head`, and how the gate looks into them."""

    head: int = 0
    versions: tuple[Version, ...] = ()
    revisions: Mapping[str, tuple[Revision, ...]] = field(default_factory=dict)
    engaged_at: Mapping[Destination, tuple[str, ...]] = field(default_factory=dict)

    def as_of(self, moment: datetime) -> Version | None:
        """The version that was the list at that moment; None before the first."""
        return next((version for version in reversed(self.versions) if version.effective_at <= moment), None)


_lock = Lock()
_kept = Published()


def published(head: int | None = None) -> Published:
    """The versions as they are now. `head` is the newest number, where the caller has just read it."""
    global _kept
    newest = head_number() if head is None else head
    with _lock:
        if _kept.head != newest:
            _kept = _compiled(newest)
        return _kept


def head_number() -> int:
    """The number of the newest version; 0 without any."""
    return RegistryVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0


def _compiled(head: int) -> Published:
    versions = tuple(map(_version, RegistryVersion.objects.filter(number__lte=head).order_by("number")))
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
    """The engagements that ever named a host and port which we ourselves go to."""
    found: dict[Destination, dict[str, None]] = {}
    for key, states in revisions.items():
        for state in states:
            for endpoint in (state.engaged.engagement.endpoints or ()) if state.engaged else ():
                if endpoint.protocol is not Protocol.BROWSER:
                    found.setdefault(Destination(endpoint.host, endpoint.port), {})[key] = None
    return {destination: tuple(keys) for destination, keys in found.items()}
