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
from steward.privacy.subprocessors.actions.papers import (
    PaperMissing,
    PaperRefused,
    forget_unnamed_papers,
    hold_papers,
    keep_paper,
    named_paper,
    read_paper,
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
    "PaperMissing",
    "PaperRefused",
    "Unreadable",
    "approve_draft",
    "change_draft",
    "describe_draft",
    "discard_draft",
    "forget_unnamed_papers",
    "hold_papers",
    "hold_publishing",
    "import_versions",
    "keep_paper",
    "named_paper",
    "open_draft",
    "publish_draft",
    "read_paper",
]
