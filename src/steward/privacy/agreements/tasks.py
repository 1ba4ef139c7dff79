"""Setting the file of a signed agreement, apart from the request that signed it."""

from typing import Any
from uuid import UUID

from steward.files.actions import NewFile, read_file, store_files
from steward.jobs import task
from steward.privacy.agreements.content import digest, parse_content
from steward.privacy.agreements.models import Agreement
from steward.privacy.agreements.rendering import render
from steward.tenancy.scope import account_scope


@task("agreements.set_file", in_scope=False)
def set_file(account_id: UUID, agreement: Any) -> None:
    """Make the PDF of what was signed and keep it beside it. Done once; again it does nothing."""
    with account_scope(account_id):
        signed = Agreement.objects.select_related("content").filter(pk=agreement, file=None).first()
    if signed is None or signed.content is None:
        return
    made = render(parse_content(b"".join(read_file(signed.content))))
    with account_scope(account_id):
        (kept,) = store_files([NewFile(made, "application/pdf")])
        if not Agreement.objects.filter(pk=agreement, file=None).update(file=kept, sha256=digest(made)):
            kept.delete()  # somebody else was quicker; its bytes go with the nightly upkeep
