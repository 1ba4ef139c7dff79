"""The next version of the registry while operators write it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from steward.lib.ids import new_id
from steward.outbox.models import InstallationMail
from steward.privacy.subprocessors.notice_models import ChangeNotice as ChangeNotice
from steward.privacy.subprocessors.notice_models import Matter as Matter
from steward.privacy.subprocessors.notice_models import NoticeDelivery as NoticeDelivery


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


class KeptPaper(models.Model):
    """The bytes of a file that versions or the draft name (`document.Paper`), once for each hash.

    In the database and not in the object store: it belongs to no account, and goes and comes back with the documents
    that name it. Immutable but for `added_at`; what nobody names any more is deleted a day after it was added last.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)  # of the bytes before encryption
    size = models.BigIntegerField()  # bytes before encryption
    content_type = models.TextField()  # by what the bytes say
    content = models.BinaryField()  # encrypted under the installation's key
    added_at = models.DateTimeField()  # or again

    def __str__(self) -> str:
        return self.sha256

    @property
    def content_context(self) -> str:
        """What binds the encrypted bytes to this row."""
        return f"subprocessors.keptpaper.content:{self.sha256}"


class Subscription(models.Model):
    """An address that wants a mail when the list changes. Without account; it goes when its owner says so.

    Until its owner has followed the link in a mail it gets nothing else, and it is forgotten after a week.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address_hash = models.BinaryField(unique=True)  # keyed, of the normalised address
    address = models.BinaryField()  # encrypted under the installation's key
    language = models.TextField()  # of the page it was asked for on
    created_at = models.DateTimeField()  # or asked for last
    confirmed_at = models.DateTimeField(null=True)
    told_version = models.IntegerField(default=0)  # the last one it got a mail about, or knew when it was confirmed
    mail = models.ForeignKey(InstallationMail, on_delete=models.SET_NULL, null=True, related_name="+")  # the last one
    paused_at = models.DateTimeField(null=True)  # that mail did not arrive: no more until the address is proven again

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_confirmed(self) -> bool:
        """Whether the address is proven, and mail arrives there."""
        return self.confirmed_at is not None and self.paused_at is None

    @property
    def address_context(self) -> str:
        """What binds the encrypted address to this row."""
        return f"subprocessors.subscription.address:{self.id}"
