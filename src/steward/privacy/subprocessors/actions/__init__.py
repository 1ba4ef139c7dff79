"""The verbs of the registry."""

from steward.privacy.subprocessors.actions.drafting import (
    DraftChanged,
    NeedsSecondPerson,
    NotPublishable,
    Unreadable,
    approve_draft,
    change_draft,
    describe_draft,
    discard_draft,
    open_draft,
)
from steward.privacy.subprocessors.actions.publishing import (
    NotApproved,
    NotEmpty,
    NotThePast,
    hold_publishing,
    import_versions,
    publish_draft,
)

__all__ = [
    "DraftChanged",
    "NeedsSecondPerson",
    "NotApproved",
    "NotEmpty",
    "NotPublishable",
    "NotThePast",
    "Unreadable",
    "approve_draft",
    "change_draft",
    "describe_draft",
    "discard_draft",
    "hold_publishing",
    "import_versions",
    "open_draft",
    "publish_draft",
]
