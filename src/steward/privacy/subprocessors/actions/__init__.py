"""The verbs of the registry."""

from steward.privacy.subprocessors.actions.drafting import (
    DraftChanged,
    NeedsSecondPerson,
    NotPublishable,
    approve_draft,
    change_draft,
    describe_draft,
    discard_draft,
    open_draft,
)
from steward.privacy.subprocessors.actions.publishing import NotApproved, NotEmpty, import_versions, publish_draft

__all__ = [
    "DraftChanged",
    "NeedsSecondPerson",
    "NotApproved",
    "NotEmpty",
    "NotPublishable",
    "approve_draft",
    "change_draft",
    "describe_draft",
    "discard_draft",
    "import_versions",
    "open_draft",
    "publish_draft",
]
