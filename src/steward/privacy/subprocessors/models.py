"""The next version of the registry while operators write it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.lib.ids import new_id


class RegistryDraft(models.Model):
    """What the registry shall be next. There is one at most; publishing makes a version of it and ends it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_open = models.BooleanField(default=True, unique=True)  # always true: the constraint is what keeps it one
    based_on = models.IntegerField()  # the number of the version it changes; 0 without one
    document = models.TextField()  # canonical JSON of `Registry`
    summary = models.JSONField(default=dict)  # what changes and why, in words by language
    effective_at = models.DateTimeField(null=True)  # wished for; notice can make it later
    edition = models.IntegerField(default=0)  # counts the changes: who writes over somebody else's is told
    edited_by = ArrayField(models.UUIDField(), default=list)  # operators, by the id of their identity
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    alone_because = models.TextField(blank=True, default="")  # why nobody second approved
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft of version {self.based_on + 1}"

    @property
    def is_approved(self) -> bool:
        """Whether it may be published."""
        return self.approved_at is not None
