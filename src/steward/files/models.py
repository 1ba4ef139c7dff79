"""What is known of a stored file. Names belong to attachments: the same bytes may be sent under several."""

from django.db import models

from steward.privacy.inventory import Erase, Whose, impersonal, personal
from steward.tenancy.models import AccountOwned


class File(AccountOwned):
    """Bytes in the object store, encrypted. `storage_key` is a random path, never derived from a name."""

    storage_key = impersonal(models.TextField())
    size = impersonal(models.BigIntegerField())  # bytes before encryption
    sha256 = personal(
        models.BinaryField(), Whose.ANYBODY, "user.content", purpose="support", erase=Erase.DELETE_ROW, export=False
    )
    content_type = impersonal(models.TextField())
    created_at = impersonal(models.DateTimeField())

    def __str__(self) -> str:
        return str(self.id)
