"""How long files are kept, and where their bytes lie."""

from django.utils.translation import pgettext_lazy

from steward.privacy.inventory import Whose
from steward.privacy.inventory.places import TICKET, Place, Where, held

held(
    Place("files.File", pgettext_lazy("what is held", "Checksums of files"), TICKET),
    Place(
        "files.bytes",
        pgettext_lazy("what is held", "Files and pictures"),
        TICKET,
        where=Where.FILES,
        whose=(Whose.ANYBODY,),
        categories=("user.content",),
        purpose="support",
        with_rows="files.File",
        is_encrypted=True,
    ),
)
