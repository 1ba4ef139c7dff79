"""Files for operators to keep: never shown in a page, so that nothing in them runs."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.http import FileResponse
from django.http.response import HttpResponseBase


def as_download(content: Iterable[bytes], *, content_type: str, name: str) -> HttpResponseBase:
    """The bytes as an attachment of that name (RFC 6266, RFC 8187), in a sandbox should a browser show it anyway."""
    response: Any = FileResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[no-any-return]
