"""The certificate of an erasure on paper: made from the stored JSON each time, and the same bytes each time."""

import json
from collections.abc import Mapping
from typing import Any

from steward.privacy.egress.pdf_child import SECONDS, NotSet, set_by_child
from steward.privacy.erasure.models import Erasure
from steward.privacy.erasure.setting_out import set_out


class NotPrinted(RuntimeError):
    """The child took too long, or ended without a file; or there is no certificate yet."""


def certificate_pdf(erasure: Erasure, *, purposes: Mapping[str, Any] | None = None, seconds: float = SECONDS) -> bytes:
    """The certificate as a PDF, set by a child with limits of time and memory. Raises `NotPrinted`.

    `purposes` are words for the codes of what data left for.
    """
    if not erasure.certificate or erasure.finished_at is None:
        raise NotPrinted("not certified")
    content = json.dumps(set_out(json.loads(erasure.certificate), erasure.certificate_sha256, purposes))
    at = int(erasure.finished_at.timestamp())
    try:
        return set_by_child("steward.privacy.erasure.typesetting", content.encode(), at=at, seconds=seconds)
    except NotSet as error:
        raise NotPrinted(str(error)) from error
